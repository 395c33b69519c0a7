"""Booking on the desk: a fresh search, hold on choosing, confirm, move, cancel.

The calendar is spoken to by the flows, outside any transaction. "It is noted" is shown only for what the
calendar said back; what it did not answer yet stays "to be confirmed" on the page and in the open loops.
"""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from telesec.accounts import reads as accounts
from telesec.calls import reads as reads_of_calls
from telesec.desk.call import PATH
from telesec.desk.caught import ask_first
from telesec.desk.pages import CallKey, act, asked, attempt, needed_id, typed_text
from telesec.desk.ports import DeskDeps
from telesec.desk.screen import CallScreen
from telesec.desk.search import search_now
from telesec.desk.undo import Act, Done
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused
from telesec.foundation.ids import uuid_or_none
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.patients import reads as patients
from telesec.practices.numbers import needed_e164
from telesec.scheduling import flow, reads, service
from telesec.scheduling.booking import BookAppointment
from telesec.scheduling.rules import Status
from telesec.scheduling.service import HoldSlot
from telesec.web.access import actor, requires

MAX_REASON = 300
NO_PATIENT = say("Say first whom the appointment is for: F3 finds or registers the patient.")
NO_NUMBER = say("Give a number where the patient can be reached: it is needed for the appointment.")


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Register the search and the acts on appointments."""
    _search(pages, deps)
    _holds(pages, deps)
    _appointments(pages, deps)


def _search(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.get(f"{PATH}/fresh-slots")
    @requires(Permission.APPOINTMENT_READ)
    def fresh_slots(practice_id: UUID, call_id: UUID) -> str:
        call = (practice_id, call_id)
        search_now(deps, call)
        with deps.unit_of_work(actor()) as uow:
            screen = CallScreen(uow, deps, call, asked())
            return render_template("desk/_slots_fresh.html", screen=screen, side=screen.side)


def _holds(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post(f"{PATH}/hold")
    @requires(Permission.APPOINTMENT_WRITE)
    def hold(practice_id: UUID, call_id: UUID) -> AnyResponse:
        def do(uow: UnitOfWork) -> Done:
            who = uow.actor.person_id
            name = accounts.names(uow, [who]).get(who, "") if who else ""
            held = service.hold(uow, _slot((practice_id, call_id), name))
            _give_back_others(uow, (practice_id, call_id), held.claim_id)
            return Done(Act.HOLD, practice_id, call_id, held.claim_id)

        return act(deps, (practice_id, call_id), do, then="booking", type=request.form.get("type"))

    @pages.post(f"{PATH}/release")
    @requires(Permission.APPOINTMENT_WRITE)
    def release(practice_id: UUID, call_id: UUID) -> AnyResponse:
        def do(uow: UnitOfWork) -> None:
            service.release(uow, practice_id, needed_id("claim_id"))

        return act(deps, (practice_id, call_id), do, then="booking", type=request.form.get("type"))


def _appointments(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post(f"{PATH}/book")
    @requires(Permission.APPOINTMENT_WRITE)
    def book(practice_id: UUID, call_id: UUID) -> AnyResponse:
        call = (practice_id, call_id)

        def do() -> Done | None:
            with deps.unit_of_work(actor()) as uow:
                ask_first(uow, deps.library, call, request.form.get("reason", ""))
                command = _booking(uow, call)
                uow.commit()
            card = flow.book(deps, actor(), command)
            return Done(Act.BOOK, *call, card.id) if card.status is Status.BOOKED else None

        return attempt(deps, call, do, then="booking", type=request.form.get("type"))

    @pages.post(f"{PATH}/appointments/<uuid:appointment_id>/move")
    @requires(Permission.APPOINTMENT_WRITE)
    def move(practice_id: UUID, call_id: UUID, appointment_id: UUID) -> AnyResponse:
        def do() -> Done | None:
            with deps.unit_of_work(actor()) as uow:
                was = reads.appointment(uow, practice_id, appointment_id).start
                uow.commit()
            card = flow.move(deps, actor(), practice_id, appointment_id, _start())
            moved = card.status is Status.BOOKED and card.start != was
            return Done(Act.MOVE, practice_id, call_id, card.id, was) if moved else None

        return attempt(deps, (practice_id, call_id), do, then="booking")

    @pages.post(f"{PATH}/appointments/<uuid:appointment_id>/cancel")
    @requires(Permission.APPOINTMENT_WRITE)
    def cancel(practice_id: UUID, call_id: UUID, appointment_id: UUID) -> AnyResponse:
        def do() -> Done | None:
            reason = typed_text("reason", MAX_REASON)
            card = flow.cancel(deps, actor(), practice_id, appointment_id, reason)
            gone = card.status is Status.CANCELLED
            return Done(Act.CANCEL, practice_id, call_id, card.id) if gone else None

        return attempt(deps, (practice_id, call_id), do, then="booking")


def _give_back_others(uow: UnitOfWork, call: CallKey, claim_id: UUID) -> None:
    """Keep one slot for a call: left beside the new one, the former would ask to be confirmed after it."""
    for hold in reads.holds(uow, call[0]):
        if hold.call_id == call[1] and hold.claim_id != claim_id:
            service.release(uow, call[0], hold.claim_id)


def _slot(call: CallKey, name: str = "") -> HoldSlot:
    return HoldSlot(call[0], _schedule(), needed_id("type"), _start(), call[1], name)


def _schedule() -> UUID:
    """Return whose slot it is: a button of the grid says it with its start, ``schedule@start``."""
    return uuid_or_none(_in_grid()[0]) or needed_id("schedule_id")


def _in_grid() -> tuple[str, str]:
    schedule, _, start = request.form.get("slot", "").partition("@")
    return schedule, start


def _start() -> datetime:
    try:
        return datetime.fromisoformat(_in_grid()[1] or request.form.get("start", ""))
    except ValueError:
        raise Refused("bad_start", say("Choose a slot first."), status=422, field="start") from None


def _booking(uow: UnitOfWork, call: CallKey) -> BookAppointment:
    """Return the booking of the call's patient; the number is the one typed, theirs, or the one that calls.

    Raises:
        Refused: No patient is chosen yet, no number is known, or none can be dialled (422).
    """
    card = reads_of_calls.call(uow, *call)
    if card.patient_id is None:
        raise Refused("no_patient", NO_PATIENT, status=422, field="patient_id")
    patient = patients.patient(uow, call[0], card.patient_id)
    phone = request.form.get("phone", "").strip() or card.from_number or next(iter(patient.phones), "")
    if not phone:
        raise Refused("no_number", NO_NUMBER, status=422, field="phone")
    needed_e164(phone, "phone")
    return BookAppointment(
        _slot(call),
        patient.family_name,
        patient.given_name,
        phone,
        patient.birth_date,
        patient.id,
        typed_text("reason", MAX_REASON),
    )
