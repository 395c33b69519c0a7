"""The practitioner's phone: alerts, messages, the day. Plain pages and forms that work without script."""

from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.accounts.rules import safe_next
from telesec.alerts import service as alerts
from telesec.alerts.rules import Outcome
from telesec.alerts.service import Acknowledge
from telesec.desk import phone_day, phone_install, phone_looks, phone_reads
from telesec.desk.phone_day import Absent
from telesec.desk.ports import DeskDeps
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.messages import reads as message_reads
from telesec.messages import service as messages
from telesec.messages.rules import Folder
from telesec.practices import service as practices
from telesec.triage import feedback
from telesec.triage.feedback import MarkLevel
from telesec.triage.levels import Level
from telesec.web.access import actor, requires


def blueprint(deps: DeskDeps) -> Blueprint:
    """Return the pages of the practitioner's phone."""
    pages = Blueprint("phone", __name__)
    _alert_pages(pages, deps)
    _watching(pages, deps)
    _message_pages(pages, deps)
    _judging(pages, deps)
    _day_pages(pages, deps)
    phone_install.install(pages)
    return pages


def _alert_pages(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.get("/phone")
    @requires(Permission.ALERT_ACKNOWLEDGE)
    def board() -> str:
        with deps.unit_of_work(actor()) as uow:
            found = phone_reads.board(uow)
            uow.commit()
        return render_template("desk/phone/board.html", board=found, looks=phone_looks)

    @pages.get("/phone/alerts/<uuid:alert_id>")
    @requires(Permission.ALERT_ACKNOWLEDGE)
    def alert(alert_id: UUID) -> Response:
        return _sheet(deps, alert_id)

    @pages.post("/phone/alerts/<uuid:alert_id>/take")
    @requires(Permission.ALERT_ACKNOWLEDGE)
    def take(alert_id: UUID) -> AnyResponse:
        try:
            with deps.unit_of_work(actor()) as uow:
                alerts.acknowledge(uow, Acknowledge(alert_id))
                uow.commit()
        except Refused as error:
            return _sheet(deps, alert_id, error)
        return redirect(url_for("phone.alert", alert_id=alert_id), code=303)

    @pages.post("/phone/alerts/<uuid:alert_id>/outcome")
    @requires(Permission.ALERT_ACKNOWLEDGE)
    def outcome(alert_id: UUID) -> AnyResponse:
        try:
            with deps.unit_of_work(actor()) as uow:
                alerts.record_outcome(uow, alert_id, _outcome(request.form.get("outcome", "")))
                uow.commit()
        except Refused as error:
            return _sheet(deps, alert_id, error)
        return redirect(url_for("phone.alert", alert_id=alert_id), code=303)


def _watching(pages: Blueprint, deps: DeskDeps) -> None:
    """What pages on screen ask every few seconds; a yes makes the browser load the page again."""

    @pages.get("/phone/changed")
    @requires(Permission.ALERT_ACKNOWLEDGE)
    def changed() -> Response:
        with deps.unit_of_work(actor()) as uow:
            differs = phone_reads.changed(uow, request.args.get("mark", ""))
        return _again(differs=differs)

    @pages.get("/phone/alerts/<uuid:alert_id>/changed")
    @requires(Permission.ALERT_ACKNOWLEDGE)
    def alert_changed(alert_id: UUID) -> Response:
        with deps.unit_of_work(actor()) as uow:
            differs = phone_reads.alert_changed(uow, alert_id, request.args.get("mark", ""))
        return _again(differs=differs)


def _sheet(deps: DeskDeps, alert_id: UUID, error: Refused | None = None) -> Response:
    """Show the alert as it is now, above it why nothing was done."""
    with deps.unit_of_work(actor()) as uow:
        found = phone_reads.sheet(uow, deps.library, alert_id)
        uow.commit()
    page = render_template("desk/phone/alert.html", sheet=found, looks=phone_looks, error=error)
    return make_response(page, error.status if error else 200)


def _again(*, differs: bool) -> Response:
    """Tell a page that watches whether to load itself again; nothing is opened for that."""
    return Response(status=204, headers={"HX-Refresh": "true"} if differs else {})


def _message_pages(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.get("/phone/messages")
    @requires(Permission.MESSAGE_HANDLE)
    def inbox() -> str:
        folder = Folder.HANDLED if request.args.get("folder") == Folder.HANDLED else Folder.TO_HANDLE
        with deps.unit_of_work(actor()) as uow:
            found = phone_reads.inbox(uow, _practice(), folder, request.args.get("cursor"))
            uow.commit()
        return render_template("desk/phone/inbox.html", inbox=found, looks=phone_looks)

    @pages.get("/phone/messages/<uuid:message_id>")
    @requires(Permission.MESSAGE_HANDLE)
    def letter(message_id: UUID) -> str:
        with deps.unit_of_work(actor()) as uow:
            found = phone_reads.letter(uow, deps.library, message_id)
            uow.commit()
        return render_template("desk/phone/letter.html", letter=found, looks=phone_looks)

    @pages.post("/phone/messages/<uuid:message_id>/handled")
    @requires(Permission.MESSAGE_HANDLE)
    def handled(message_id: UUID) -> AnyResponse:
        with deps.unit_of_work(actor()) as uow:
            messages.handle(uow, message_reads.practice_of(uow, message_id), message_id)
            uow.commit()
        return redirect(url_for("phone.inbox"), code=303)


def _judging(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post("/phone/triage/<uuid:session_id>/level")
    @requires(Permission.MESSAGE_HANDLE)
    def judge(session_id: UUID) -> AnyResponse:
        level = request.form.get("level", "")
        if level not in set(Level):
            raise Refused("no_level", say("Choose a level."), status=422, field="level")
        with deps.unit_of_work(actor()) as uow:
            feedback.mark(uow, MarkLevel(session_id, Level(level)))
            uow.commit()
        return redirect(safe_next(request.form.get("back", "/phone")), code=303)


def _day_pages(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.get("/phone/day")
    @requires(Permission.ALERT_ACKNOWLEDGE)
    def day() -> Response:
        return _day(deps, _practice())

    @pages.post("/phone/day/<uuid:practice_id>/late")
    @requires(Permission.INSTRUCTION_WRITE)
    def late(practice_id: UUID) -> AnyResponse:
        try:
            with deps.unit_of_work(actor()) as uow:
                phone_day.tell_late(uow, practice_id, request.form.get("minutes", 0, type=int))
                uow.commit()
        except Refused as error:
            return _day(deps, practice_id, error)
        return _back_to_day(practice_id)

    @pages.post("/phone/day/<uuid:practice_id>/absence")
    @requires(Permission.INSTRUCTION_WRITE)
    def absence(practice_id: UUID) -> AnyResponse:
        typed = Absent.of(practice_id, request.form)
        try:
            with deps.unit_of_work(actor()) as uow:
                phone_day.set_absent(uow, typed)
                uow.commit()
        except Refused as error:
            return _day(deps, practice_id, error)
        return _back_to_day(practice_id)

    @pages.post("/phone/day/<uuid:practice_id>/absence/<uuid:absence_id>/end")
    @requires(Permission.INSTRUCTION_WRITE)
    def end_absence(practice_id: UUID, absence_id: UUID) -> AnyResponse:
        with deps.unit_of_work(actor()) as uow:
            practices.end_absence(uow, practice_id, absence_id)
            uow.commit()
        return _back_to_day(practice_id)

    @pages.post("/phone/day/<uuid:practice_id>/instructions/<uuid:instruction_id>")
    @requires(Permission.INSTRUCTION_WRITE)
    def instruction(practice_id: UUID, instruction_id: UUID) -> AnyResponse:
        act = practices.retire_instruction if _retires() else practices.confirm_instruction
        with deps.unit_of_work(actor()) as uow:
            act(uow, practice_id, instruction_id, request.form.get("version", 0, type=int))
            uow.commit()
        return _back_to_day(practice_id)


def _day(deps: DeskDeps, practice_id: UUID | None, error: Refused | None = None) -> Response:
    """Show the day; after a refusal with what was typed and why beside the field."""
    with deps.unit_of_work(actor()) as uow:
        found = phone_reads.day(uow, practice_id)
    page = render_template(
        "desk/phone/day.html",
        day=found,
        looks=phone_looks,
        delays=phone_day.DELAYS,
        error=error,
        typed=request.form,
    )
    return make_response(page, error.status if error else 200)


def _practice() -> UUID | None:
    """Return the practice chosen in the address, None when none or nonsense: the first one is shown."""
    return request.args.get("practice", type=UUID)


def _retires() -> bool:
    return request.form.get("act") == "retire"


def _outcome(typed: str) -> Outcome:
    if typed not in set(Outcome):
        raise Refused("bad_outcome", say("Choose one of the outcomes."), status=422, field="outcome")
    return Outcome(typed)


def _back_to_day(practice_id: UUID) -> AnyResponse:
    return redirect(url_for("phone.day", practice=practice_id), code=303)
