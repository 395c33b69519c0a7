"""A caller lost after a red flag, or who refuses the 15: a card at the top of the callbacks, at once.

The card carries the number, the address where it is known, and what was heard. Where no number is known the
card stands all the same: it says what is left to do, and takes the number once somebody finds it.
"""

from datetime import datetime
from uuid import UUID

from telesec.alerts import reads as alerts
from telesec.callbacks import service as callbacks
from telesec.callbacks.service import OpenCallback
from telesec.calls import reads
from telesec.calls.details import details_of
from telesec.calls.heard import heard, reached_at, whereabouts
from telesec.calls.reads import CallCard
from telesec.calls.rules import REFUSED_15_PROMISE, CallState, drop_is_alarming
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.language import Sentence, say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.patients import reads as patients
from telesec.practices import reads as practices
from telesec.practices.numbers import to_e164
from telesec.triage import reads as triage
from telesec.triage.library import Library
from telesec.triage.reads import SessionView
from telesec.web.language import render

DROPPED = say("The line dropped after a red flag.")
REFUSED = say("They refuse the 15.")
NO_ADDRESS = say("Address not known: ask it first.")
CALLER = say("Caller: %(name)s")


def call_back(uow: UnitOfWork, library: Library, practice_id: UUID, call_id: UUID) -> UUID | None:
    """Promise an immediate callback if the caller of an open call was lost after a red flag.

    Returns the card; None where nothing alarming was heard or the call ended as it should.
    """
    authorize(uow, Permission.CALL_HANDLE, on=Facts(practice_id))
    session = triage.latest_of_call(uow, library, practice_id, call_id, redraw=True)
    if session is None:
        return None
    card = reads.call(uow, practice_id, call_id)
    alarming = drop_is_alarming(
        session.level,
        details_of(card).handover,
        asking=session.question is not None,
        told_doctor=bool(alerts.of_call(uow, practice_id, call_id)),
    )
    if not alarming or card.state is not CallState.OPEN:
        return None
    return promise(uow, card, session, (DROPPED, uow.now()))


def refuse_15(uow: UnitOfWork, library: Library, practice_id: UUID, call_id: UUID) -> UUID | None:
    """Note that a caller refuses the 15, and promise to call them back within ten minutes."""
    authorize(uow, Permission.CALL_HANDLE, on=Facts(practice_id))
    uow.audit("call.refuse", practice_id=practice_id, object_id=call_id)
    session = triage.latest_of_call(uow, library, practice_id, call_id, redraw=True)
    if session is None:
        return None
    card = reads.call(uow, practice_id, call_id)
    return promise(uow, card, session, (REFUSED, uow.now() + REFUSED_15_PROMISE))


def promise(
    uow: UnitOfWork,
    card: CallCard,
    session: SessionView | None,
    why: tuple[Sentence, datetime],
) -> UUID:
    """Put the caller of a call at the top of the callbacks: why, by when, where they are, what was heard."""
    authorize(uow, Permission.CALL_HANDLE, on=Facts(card.practice_id))
    number = to_e164(card.from_number) or _own_number(uow, card)
    sentence, due_at = why
    language = practices.practice(uow, card.practice_id).language
    told = heard(session, language) if session else []
    lines = [render(sentence, language), *_caller(card, language), *told]
    note = "\n".join(lines)
    command = OpenCallback(card.practice_id, number, due_at, card.patient_id, card.id, note, vital=True)
    return callbacks.open_callback(uow, command)


def _own_number(uow: UnitOfWork, card: CallCard) -> str:
    """Return where the patient answers: as said in the call, else as kept; empty when nobody knows."""
    said = details_of(card).patient_phone
    if said:
        return said
    if card.patient_id is None:
        return ""
    return next(iter(patients.patient(uow, card.practice_id, card.patient_id).phones), "")


def _caller(card: CallCard, language: str) -> list[str]:
    """Return where the caller is and who speaks, as far as it was said."""
    details = details_of(card)
    place = whereabouts(details.address, language) if details.address else render(NO_ADDRESS, language)
    name = [render(say(CALLER.msgid, name=details.caller_name), language)] if details.caller_name else []
    return [place, *name, *reached_at(details, language)]
