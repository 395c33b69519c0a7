"""An appointment of which the practice's calendar says something else than we do: looked at, and cleared up.

Nothing is overwritten here: who looks at it calls the patient or the practice, and says when it is right.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.desk.callback import call_patient
from telesec.desk.pages import call_url, idle_page
from telesec.desk.ports import DeskDeps
from telesec.desk.undo import Act, Done
from telesec.desk.wording import Wording, wording
from telesec.foundation.access import Permission
from telesec.foundation.language import Sentence, say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices import reads as practices
from telesec.practices.reads import PracticeCard
from telesec.scheduling import reads, settling
from telesec.scheduling.reads import AppointmentCard, ConflictCard
from telesec.scheduling.rules import ConflictKind, Status
from telesec.web.access import actor, requires

CARD = "/desk/conflicts/<uuid:practice_id>/<uuid:conflict_id>"


@dataclass(frozen=True)
class Dispute:
    """One conflict with its appointment, worded in the time of its practice.

    Args:
        says: What we have and what the calendar has.
        advice: What to do about it.
    """

    card: ConflictCard
    appointment: AppointmentCard
    practice: PracticeCard
    words: Wording
    born: date | None
    says: Sentence
    advice: Sentence


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Register the page of a conflict and what is done on it."""

    @pages.get(CARD)
    @requires(Permission.APPOINTMENT_WRITE)
    def conflict(practice_id: UUID, conflict_id: UUID) -> Response:
        with deps.unit_of_work(actor()) as uow:
            found = dispute(uow, practice_id, conflict_id)
            uow.commit()
        return idle_page(deps, "desk/conflict.html", it=found)

    @pages.post(f"{CARD}/settle")
    @requires(Permission.APPOINTMENT_WRITE)
    def settle_conflict(practice_id: UUID, conflict_id: UUID) -> AnyResponse:
        with deps.unit_of_work(actor()) as uow:
            settling.settle_conflict(uow, practice_id, conflict_id)
            uow.commit()
        done = Done(Act.CONFLICT, practice_id, None, conflict_id)
        return done.offered_on(redirect(url_for("desk.idle"), code=303), deps)

    @pages.post(f"{CARD}/call")
    @requires(Permission.CALL_HANDLE)
    def call_about_conflict(practice_id: UUID, conflict_id: UUID) -> AnyResponse:
        with deps.unit_of_work(actor()) as uow:
            card = reads.conflict(uow, practice_id, conflict_id)
            booked = reads.appointment(uow, practice_id, card.appointment_id)
            opened = call_patient(uow, practice_id, booked.details.phone, booked.patient_id)
            uow.commit()
        return redirect(call_url(opened, "booking"), code=303)


def dispute(uow: UnitOfWork, practice_id: UUID, conflict_id: UUID) -> Dispute:
    """Return a conflict with what it is about; audited as a view of the appointment.

    Raises:
        NotFound: No such conflict here.
    """
    card = reads.conflict(uow, practice_id, conflict_id)
    booked = reads.appointment(uow, practice_id, card.appointment_id)
    practice = practices.practice(uow, practice_id)
    words = wording(uow.actor.language, practice.time_zone, uow.now())
    says, advice = _told(card, booked, words)
    born = date.fromisoformat(booked.details.birth_date) if booked.details.birth_date else None
    return Dispute(card, booked, practice, words, born, says, advice)


def _told(card: ConflictCard, booked: AppointmentCard, words: Wording) -> tuple[Sentence, Sentence]:
    ours, ask = words.spoken(card.ours.start), say("Ask the practice which is right, then tell the patient.")
    match card.kind:
        case ConflictKind.REFUSED if booked.status is Status.CANCELLED:
            said = say("Not booked for %(ours)s: the calendar refused it after the call.", ours=ours)
            return said, say("Call the patient and offer another time.")
        case ConflictKind.REFUSED:
            said = say(
                "It stays on %(start)s: the calendar refused the change.", start=words.spoken(booked.start)
            )
            return said, say("Call the patient: what they were told does not hold.")
        case ConflictKind.MOVED if card.theirs is not None:
            theirs = words.spoken(card.theirs.start)
            return say(
                "Noted here for %(ours)s, in the calendar for %(theirs)s.", ours=ours, theirs=theirs
            ), ask
        case _:
            return say("Noted here for %(ours)s; the calendar no longer has it.", ours=ours), ask
