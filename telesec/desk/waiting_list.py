"""The waiting list in a call: put the patient on it, take them off. The number that calls is enough."""

from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from telesec.calls import reads as reads_of_calls
from telesec.desk.call import PATH
from telesec.desk.caught import ask_first
from telesec.desk.pages import CallKey, act, needed_id, typed_text
from telesec.desk.ports import DeskDeps
from telesec.desk.undo import LISTED, UNLISTED, Told
from telesec.desk.wording import wording
from telesec.foundation.access import Permission
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.patients import reads as patients
from telesec.practices import reads as practices
from telesec.scheduling import waiting
from telesec.scheduling.waiting import MAX_WISH, JoinWaitingList
from telesec.web.access import requires

VIEW = "waiting"
PERIODS = (7, 14, 28, 84)
"""Days somebody may wait, as the form offers them; the third one unless said."""


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Register the acts on the waiting list."""

    @pages.post(f"{PATH}/waiting-list")
    @requires(Permission.APPOINTMENT_WRITE)
    def join_waiting_list(practice_id: UUID, call_id: UUID) -> AnyResponse:
        def do(uow: UnitOfWork) -> Told:
            wanted = _wanted(uow, (practice_id, call_id))
            ask_first(uow, deps.library, (practice_id, call_id), wanted.wish)
            waiting.join(uow, wanted)
            return Told(LISTED)

        return act(deps, (practice_id, call_id), do, then=VIEW)

    @pages.post(f"{PATH}/waiting-list/<uuid:entry_id>/leave")
    @requires(Permission.APPOINTMENT_WRITE)
    def leave_waiting_list(practice_id: UUID, call_id: UUID, entry_id: UUID) -> AnyResponse:
        def do(uow: UnitOfWork) -> Told:
            waiting.leave(uow, practice_id, entry_id)
            return Told(UNLISTED)

        return act(deps, (practice_id, call_id), do, then=VIEW)


def _wanted(uow: UnitOfWork, call: CallKey) -> JoinWaitingList:
    card = reads_of_calls.call(uow, *call)
    phone = request.form.get("phone", "").strip() or card.from_number
    if not phone and card.patient_id is not None:
        phone = next(iter(patients.patient(uow, call[0], card.patient_id).phones), "")
    return JoinWaitingList(
        call[0],
        needed_id("type"),
        phone,
        _until(uow, call[0]),
        needed_id("practitioner") if request.form.get("practitioner") else None,
        card.patient_id,
        typed_text("wish", MAX_WISH),
    )


def _until(uow: UnitOfWork, practice_id: UUID) -> date:
    """Return the last day wanted, the practice's own."""
    days = request.form.get("days", type=int)
    zone = practices.practice(uow, practice_id).time_zone
    today = wording(uow.actor.language, zone, uow.now()).local_day(uow.now())
    return today + timedelta(days=days if days in PERIODS else PERIODS[2])
