"""How the desk answers: a page, one of its parts, or the page again with a refusal and what was typed.

A page's read is audited by its commit; a part redrawn by an event is a look at what is already open, so its
transaction is not committed and leaves no entry.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.desk.note import keep_along
from telesec.desk.ports import DeskDeps
from telesec.desk.screen import CallScreen
from telesec.desk.side import Side, TakeUp
from telesec.desk.undo import Done, Told
from telesec.desk.week import Ask
from telesec.foundation.errors import NotFound, Refused, TelesecError, Unauthenticated
from telesec.foundation.ids import uuid_or_none
from telesec.foundation.language import Sentence, say
from telesec.foundation.lengths import refuse_longer
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.web.access import actor

VIEWS = (
    "triage",
    "heard",
    "patient",
    "booking",
    "message",
    "alert",
    "callback",
    "waiting",
    "outcome",
    "abuse",
)
QUEUE = "queue"
"""Where an ended call leads: to no view of its own, but to the calls that wait."""
PART = "X-Telesec-Part"
"""Asks for, and tells of, the deciding part of a call's page alone."""
CallKey = tuple[UUID, UUID]
"""A call's practice and id."""


def day_or_none(text: str | None) -> date | None:
    """Return a day of an address or a form, None when it is not one."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def needed_id(name: str) -> UUID:
    """Return an id the form must carry.

    Raises:
        Refused: It is missing (422).
    """
    found = uuid_or_none(request.form.get(name))
    if found is None:
        raise Refused("not_chosen", say("Choose one first."), status=422, field=name)
    return found


def typed_text(name: str, most: int, before: str = "") -> str:
    """Return what a field says, without the spaces around it; ``before`` when the form does not carry it.

    Args:
        name: Of the field.
        most: How many characters may be kept.
        before: What stands already.

    Raises:
        Refused: It is longer (422): nothing is cut in silence.
    """
    text = request.form.get(name, before).strip()
    refuse_longer(text, most, name)
    return text


def asked() -> Ask:
    """Return what the reader chose, from the address or the form."""
    values = request.values
    view = values.get("view", "")
    return Ask(
        view if view in VIEWS else "triage",
        uuid_or_none(values.get("type")),
        uuid_or_none(values.get("practitioner")),
        uuid_or_none(values.get("moving")),
        day_or_none(values.get("from")),
        values.get("hours") == "1",
    )


def idle_page(
    deps: DeskDeps, template: str, refusal: Sentence | None = None, status: int = 200, **more: object
) -> Response:
    """Return a page between two calls."""
    with deps.unit_of_work(actor()) as uow:
        shown: Mapping[str, object] = {"wrong": None, "typed": request.form, **more}
        page = render_template(template, side=Side(uow), refusal=refusal, **shown)
        uow.commit()
    return _told(page, status, url_for("desk.idle"))


def call_page(
    deps: DeskDeps,
    call: CallKey,
    ask: Ask,
    refusal: Sentence | None = None,
    status: int = 200,
    **more: object,
) -> Response:
    """Return a call's page; the 15 takes the whole of it when a vital sign was answered.

    A script that answered a question is given the next one alone: nothing else of the page changed.
    """
    with deps.unit_of_work(actor()) as uow:
        screen = CallScreen(uow, deps, call, ask)
        part = PART in request.headers and refusal is None and _asks(screen)
        whole = "desk/call15.html" if screen.is_15 else "desk/call.html"
        template = "desk/_deciding.html" if part else whole
        shown: Mapping[str, object] = {
            "found": None,
            "wrong": None,
            "typed": request.form,
        } | more
        page = render_template(template, screen=screen, side=screen.side, refusal=refusal, **shown)
        uow.commit()
    answer = _told(page, status, call_url(call, ask.view))
    if part:
        answer.headers[PART] = "1"
    return answer


def _asks(screen: CallScreen) -> bool:
    """Return whether the centre is a question to the caller that the reader may answer."""
    asked = screen.triage is not None and screen.triage.question is not None
    return asked and screen.mine and screen.ask.view == "triage" and not screen.is_15


def call_url(call: CallKey, view: str = "triage", **more: Any) -> str:
    """Return the address of a call's page."""
    practice_id, call_id = call
    chosen = None if view == "triage" else view
    return url_for("desk.call", practice_id=practice_id, call_id=call_id, view=chosen, **more)


def take_up_url(item: TakeUp) -> str:
    """Return the address of what is taken up between two calls."""
    match item.kind:
        case "callback":
            return url_for("desk.callback", practice_id=item.practice_id, callback_id=item.id)
        case "conflict":
            return url_for("desk.conflict", practice_id=item.practice_id, conflict_id=item.id)
        case "loop":
            return url_for("desk.loop", alert_id=item.id)
        case view:
            return url_for("desk.call", practice_id=item.practice_id, call_id=item.id, view=view)


def act(
    deps: DeskDeps,
    call: CallKey,
    do: Callable[[UnitOfWork], Done | Told | None],
    *,
    then: str = "triage",
    **more: Any,
) -> AnyResponse:
    """Do one thing in a call and go on to a view, or to ``QUEUE``.

    Refused, the page says why and keeps what was typed. What may be taken back is offered for ten seconds. A
    script is given the next page at once, anybody else is sent to it.
    """
    return attempt(deps, call, lambda: _in_one(deps, do), then=then, **more)


def attempt(
    deps: DeskDeps, call: CallKey, do: Callable[[], object], *, then: str = "triage", **more: Any
) -> AnyResponse:
    """As :func:`act`, for what owns its transactions (a flow that speaks to a calendar)."""
    try:
        keep_along(deps, call)
        done = do()
    except (NotFound, Unauthenticated):
        raise
    except TelesecError as error:
        return call_page(deps, call, asked(), error.sentence, error.status, wrong=error)
    place = url_for("desk.idle") if then == QUEUE else call_url(call, then, **more)
    there = redirect(place, code=303)
    if isinstance(done, Done | Told):
        return done.offered_on(there, deps)
    if more or then == QUEUE or not request.headers.get("HX-Request"):
        return there
    return call_page(deps, call, Ask(then), typed={})


def _in_one(deps: DeskDeps, do: Callable[[UnitOfWork], Done | Told | None]) -> Done | Told | None:
    with deps.unit_of_work(actor()) as uow:
        done = do(uow)
        uow.commit()
    return done


def _told(page: str, status: int, address: str) -> Response:
    """Return a page; one that answers a form names the address a reload should ask for."""
    answer = make_response(page, status)
    if request.method == "POST":
        answer.headers["HX-Push-Url"] = address
    return answer
