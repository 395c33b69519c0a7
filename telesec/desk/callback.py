"""A promise to call back: made in a call, opened from the list, kept or ended."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.alerts import reads as alerts
from telesec.callbacks import reads, service
from telesec.callbacks.rules import MAX_NOTE, CloseReason
from telesec.callbacks.service import OpenCallback
from telesec.calls import reads as reads_of_calls
from telesec.calls import service as calls
from telesec.calls.service import OpenCall
from telesec.desk.call import PATH
from telesec.desk.pages import act, call_url, idle_page, typed_text
from telesec.desk.ports import DeskDeps
from telesec.desk.undo import REPEATED, Act, Done, Told
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused
from telesec.foundation.language import Sentence, say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices import reads as practices
from telesec.scheduling import waiting_offers, waiting_reads
from telesec.web.access import actor, requires

CARD = "/desk/callbacks/<uuid:practice_id>/<uuid:callback_id>"
SETTLED, NO_LONGER = "settled", "no_longer"
NO_END = say("Choose what came of this callback: spoken, not reached, not wanted, wrong number.")
BAD_TIME = say("Give the time of the promise, for instance 14:30.")


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Register the promise and its card; an open loop is looked at the same way."""
    _in_a_call(pages, deps)
    _looks(pages, deps)
    _cards(pages, deps)


def _in_a_call(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post(f"{PATH}/callback")
    @requires(Permission.CALLBACK_WRITE)
    def promise(practice_id: UUID, call_id: UUID) -> AnyResponse:
        def do(uow: UnitOfWork) -> Done | Told:
            card = reads_of_calls.call(uow, practice_id, call_id)
            promised = service.promise(
                uow,
                OpenCallback(
                    practice_id,
                    request.form.get("phone", "").strip() or card.from_number,
                    _due(uow, practice_id),
                    card.patient_id,
                    call_id,
                    typed_text("note", MAX_NOTE),
                ),
            )
            if not promised.new:
                return Told(REPEATED)
            return Done(Act.CALLBACK, practice_id, call_id, promised.id)

        return act(deps, (practice_id, call_id), do)


def _looks(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.get(CARD)
    @requires(Permission.CALLBACK_READ)
    def callback(practice_id: UUID, callback_id: UUID) -> Response:
        return _card_page(deps, practice_id, callback_id)

    @pages.get("/desk/loops/<uuid:alert_id>")
    @requires(Permission.ALERT_READ)
    def loop(alert_id: UUID) -> Response:
        with deps.unit_of_work(actor()) as uow:
            detail = alerts.alert(uow, alert_id)
            uow.commit()
        return idle_page(deps, "desk/loop.html", detail=detail)


def _cards(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post(f"{CARD}/end")
    @requires(Permission.CALLBACK_WRITE)
    def end_callback(practice_id: UUID, callback_id: UUID) -> AnyResponse:
        how = request.form.get("how", "")
        if how not in {SETTLED, NO_LONGER, *CloseReason}:
            return _card_page(deps, practice_id, callback_id, NO_END, 422)
        with deps.unit_of_work(actor()) as uow:
            _end(uow, practice_id, callback_id, how)
            uow.commit()
        ended = Done(Act.OFFER if how == NO_LONGER else Act.CARD, practice_id, None, callback_id)
        return ended.offered_on(redirect(url_for("desk.idle"), code=303), deps)

    @pages.post(f"{CARD}/number")
    @requires(Permission.CALLBACK_WRITE)
    def number_found(practice_id: UUID, callback_id: UUID) -> AnyResponse:
        try:
            with deps.unit_of_work(actor()) as uow:
                service.give_number(uow, practice_id, callback_id, request.form.get("phone", ""))
                uow.commit()
        except Refused as error:
            return _card_page(deps, practice_id, callback_id, error.sentence, error.status, wrong=error)
        return redirect(url_for("desk.callback", practice_id=practice_id, callback_id=callback_id), code=303)

    @pages.post(f"{CARD}/call")
    @requires(Permission.CALL_HANDLE)
    def call_back(practice_id: UUID, callback_id: UUID) -> AnyResponse:
        with deps.unit_of_work(actor()) as uow:
            card = reads.callback(uow, practice_id, callback_id)
            opened = call_patient(uow, practice_id, card.phone, card.patient_id)
            uow.commit()
        return redirect(call_url(opened), code=303)


def call_patient(
    uow: UnitOfWork, practice_id: UUID, phone: str, patient_id: UUID | None
) -> tuple[UUID, UUID]:
    """Open the call in which somebody is called; returns its key."""
    opened = calls.open_call(uow, OpenCall(practice_id, from_number=phone, calling_back=True))
    if patient_id is not None:
        calls.link_patient(uow, *opened, patient_id, reached=False)
    return opened


def _end(uow: UnitOfWork, practice_id: UUID, callback_id: UUID, how: str) -> None:
    if how == SETTLED:
        service.settle(uow, practice_id, callback_id)
    elif how == NO_LONGER:
        service.close(uow, practice_id, callback_id, CloseReason.NOT_WANTED)
        waiting_offers.leave_offered(uow, practice_id, callback_id)
    else:
        service.close(uow, practice_id, callback_id, CloseReason(how))


def _card_page(
    deps: DeskDeps,
    practice_id: UUID,
    callback_id: UUID,
    refusal: Sentence | None = None,
    status: int = 200,
    **more: object,
) -> Response:
    with deps.unit_of_work(actor()) as uow:
        card = reads.callback(uow, practice_id, callback_id)
        offer = waiting_reads.offers_a_slot(uow, practice_id, callback_id)
        uow.commit()
    return idle_page(deps, "desk/callback.html", refusal, status, card=card, offer=offer, **more)


def _due(uow: UnitOfWork, practice_id: UUID) -> datetime:
    """Return when the caller was told to expect the call: in some minutes, or at a time of today.

    A time already past today means tomorrow.
    """
    minutes = request.form.get("minutes", type=int)
    typed = request.form.get("at", "").strip()
    if not typed and minutes:
        return uow.now() + timedelta(minutes=minutes)
    zone = ZoneInfo(practices.practice(uow, practice_id).time_zone)
    local = uow.now().astimezone(zone)
    try:
        wanted = datetime.strptime(typed.replace("h", ":").replace(" ", ""), "%H:%M")  # noqa: DTZ007 - a wall time
    except ValueError:
        raise Refused("bad_due_at", BAD_TIME, status=422, field="at") from None
    due = local.replace(hour=wanted.hour, minute=wanted.minute, second=0, microsecond=0)
    return due if due > local else due + timedelta(days=1)
