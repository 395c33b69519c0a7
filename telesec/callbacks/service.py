"""Use cases of promised calls: open one, settle it, close it.

Asking again for somebody who already waits returns the waiting card with its place kept; the earlier
of the two promises holds, and both notes are kept.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from telesec.callbacks.models import Callback
from telesec.callbacks.reads import KIND
from telesec.callbacks.rules import (
    MAX_NOTE,
    WITHDRAW_WITHIN,
    CallbackState,
    CloseReason,
    earlier,
    promise_fits,
)
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.patients.models import Patient
from telesec.practices.numbers import needed_e164
from telesec.vault import service as vault


@dataclass(frozen=True)
class OpenCallback:
    """A promise to call somebody back at ``due_at`` (aware).

    Args:
        phone: May be empty for a caller lost after a red flag whose number nobody knows.
        vital: Whether the caller was lost after a red flag, or refused the 15.
    """

    practice_id: UUID
    phone: str = field(repr=False)
    due_at: datetime
    patient_id: UUID | None = None
    call_id: UUID | None = None
    note: str = field(default="", repr=False)
    vital: bool = False


@dataclass(frozen=True)
class Promised:
    """The card that holds a promise; ``new`` is false when it waited already."""

    id: UUID
    new: bool


def open_callback(uow: UnitOfWork, command: OpenCallback) -> UUID:
    """Promise a call; return the card's id, the waiting one's if there is one; as :func:`promise`."""
    return promise(uow, command).id


def promise(uow: UnitOfWork, command: OpenCallback) -> Promised:
    """Promise a call; return its card, and whether it is a new one.

    Raises:
        Refused: Not a telephone number, or a time that is past or more than a month away (422).
        NotFound: No such patient here.
    """
    authorize(uow, Permission.CALLBACK_WRITE, on=Facts(command.practice_id))
    number = "" if _numberless(command) else _number(command.phone)
    if not promise_fits(command.due_at, uow.now()):
        raise Refused("bad_due_at", say("Promise a time within the next month."), status=422, field="due_at")
    if command.patient_id is not None:
        _patient_here(uow, command.practice_id, command.patient_id)
    index = vault.phone_index(uow, command.practice_id, number or str(command.call_id))
    waiting = _waiting(uow, command, index)
    if waiting is None:
        try:
            with uow.session.begin_nested():
                return Promised(_create(uow, command, number, index), new=True)
        except IntegrityError:
            waiting = _waiting(uow, command, index)
            if waiting is None:
                raise
    waiting.due_at = earlier(waiting.due_at, command.due_at)
    waiting.vital = waiting.vital or command.vital
    _note_too(uow, waiting, number, command.note.strip())
    uow.session.flush()
    uow.audit("callback.repeat", practice_id=command.practice_id, object_id=waiting.id)
    uow.publish("callbacks", command.practice_id, waiting.id)
    return Promised(waiting.id, new=False)


def settle(uow: UnitOfWork, practice_id: UUID, callback_id: UUID) -> None:
    """Record that we called back and spoke to them; settling twice is settling once."""
    authorize(uow, Permission.CALLBACK_WRITE, on=Facts(practice_id))
    _end(uow, uow.locked(Callback, practice_id, callback_id), CallbackState.SETTLED, None)


def close(uow: UnitOfWork, practice_id: UUID, callback_id: UUID, reason: CloseReason) -> None:
    """End a card without our calling, with the reason why."""
    authorize(uow, Permission.CALLBACK_WRITE, on=Facts(practice_id))
    _end(uow, uow.locked(Callback, practice_id, callback_id), CallbackState.CLOSED, reason)


def withdraw(uow: UnitOfWork, practice_id: UUID, callback_id: UUID) -> None:
    """Take back one's own promise within ten seconds.

    Raises:
        Refused: ``too_late`` (409): the card is older, or somebody else's.
    """
    authorize(uow, Permission.CALLBACK_WRITE, on=Facts(practice_id))
    row = uow.locked(Callback, practice_id, callback_id)
    if row.opened_by != uow.actor.person_id or uow.now() - row.opened_at > WITHDRAW_WITHIN:
        raise Refused("too_late", say("It is too late to take this promise back. Settle or close the card."))
    _end(uow, row, CallbackState.CLOSED, CloseReason.WITHDRAWN)


def reopen(uow: UnitOfWork, practice_id: UUID, callback_id: UUID) -> None:
    """Take back one's own end of a card within ten seconds.

    Raises:
        Refused: ``too_late`` (409): it ended earlier, by somebody else, or another card waits for them.
    """
    authorize(uow, Permission.CALLBACK_WRITE, on=Facts(practice_id))
    row = uow.locked(Callback, practice_id, callback_id)
    mine = row.settled_by == uow.actor.person_id
    if row.settled_at is None or not mine or uow.now() - row.settled_at > WITHDRAW_WITHIN:
        raise Refused("too_late", say("It is too late to open this card again. Promise another callback."))
    row.state, row.reason = CallbackState.OPEN.value, None
    row.settled_by = row.settled_at = None
    _only_one(uow)
    _tell(uow, row, "reopen")


def give_number(uow: UnitOfWork, practice_id: UUID, callback_id: UUID, phone: str) -> None:
    """Write on an open card the number it is called at.

    Raises:
        Refused: Not a telephone number (422), a card that ended, or a number another card waits under (409).
    """
    authorize(uow, Permission.CALLBACK_WRITE, on=Facts(practice_id))
    number = _number(phone)
    row = uow.locked(Callback, practice_id, callback_id)
    if row.state != CallbackState.OPEN.value:
        raise Refused("ended", say("This card is settled: promise another callback."))
    _note_too(uow, row, number, "")
    _only_one(uow)
    _tell(uow, row, "number")


def got_through(
    uow: UnitOfWork,
    practice_id: UUID,
    number: str,
    patient_id: UUID | None = None,
    *,
    before: datetime | None = None,
) -> int:
    """Close what waits for a caller who reached us by themselves; return how many cards that was.

    Args:
        uow: Carries the actor and the clock.
        practice_id: The practice they called.
        number: Their number, E.164; with it only cards without a patient are closed, since a number
            may be shared.
        patient_id: The patient, once known.
        before: Only cards promised until then.
    """
    authorize(uow, Permission.CALLBACK_WRITE, on=Facts(practice_id))
    about = Callback.patient_id == patient_id
    if patient_id is None:
        index = vault.phone_index(uow, practice_id, number)
        about = Callback.patient_id.is_(None) & (Callback.phone_index == index)
    if before is not None:
        about &= Callback.opened_at < before
    rows = uow.session.scalars(
        select(Callback)
        .where(Callback.practice_id == practice_id, Callback.state == CallbackState.OPEN.value, about)
        .with_for_update()
    ).all()
    for row in rows:
        _end(uow, row, CallbackState.CLOSED, CloseReason.GOT_THROUGH)
    return len(rows)


def _create(uow: UnitOfWork, command: OpenCallback, number: str, index: int) -> UUID:
    callback_id = new_id()
    sealed = vault.seal(
        uow, command.practice_id, KIND, callback_id, 1, phone=number, note=command.note.strip()
    )
    uow.session.add(
        Callback(
            practice_id=command.practice_id,
            id=callback_id,
            patient_id=command.patient_id,
            call_id=command.call_id,
            phone_index=index,
            phone_sealed=sealed["phone"],
            note_sealed=sealed["note"],
            sealed_version=1,
            due_at=command.due_at,
            vital=command.vital,
            state=CallbackState.OPEN.value,
            opened_by=uow.actor.person_id,
            opened_at=uow.now(),
        )
    )
    uow.session.flush()
    uow.audit("callback.open", practice_id=command.practice_id, object_id=callback_id)
    uow.publish("callbacks", command.practice_id, callback_id)
    return callback_id


def _note_too(uow: UnitOfWork, row: Callback, number: str, note: str) -> None:
    """Add a note to a waiting card; it is called at the number given last."""
    told = vault.open(
        uow, row.practice_id, KIND, row.id, row.sealed_version, phone=row.phone_sealed, note=row.note_sealed
    )
    number = number or told["phone"]
    if note in told["note"] and number == told["phone"]:
        return
    both = told["note"] if note in told["note"] else f"{told['note']}\n{note}".strip()
    row.sealed_version += 1
    sealed = vault.seal(
        uow, row.practice_id, KIND, row.id, row.sealed_version, phone=number, note=both[-MAX_NOTE:]
    )
    row.phone_sealed, row.note_sealed = sealed["phone"], sealed["note"]
    row.phone_index = vault.phone_index(uow, row.practice_id, number)


def _number(text: str) -> str:
    return needed_e164(text, "phone")


def _numberless(command: OpenCallback) -> bool:
    """Return whether a card may stand without a number: only after a red flag, one for its call."""
    return command.vital and command.call_id is not None and not command.phone


def _only_one(uow: UnitOfWork) -> None:
    try:
        uow.session.flush()
    except IntegrityError:
        raise Refused("waiting", say("Another card waits for them already: open that one.")) from None


def _tell(uow: UnitOfWork, row: Callback, verb: str) -> None:
    uow.audit(f"callback.{verb}", practice_id=row.practice_id, object_id=row.id)
    uow.publish("callbacks", row.practice_id, row.id)


def _waiting(uow: UnitOfWork, command: OpenCallback, index: int) -> Callback | None:
    """Return the open card of that patient, or of that number where no patient is known, locked."""
    about = Callback.patient_id == command.patient_id
    if command.patient_id is None:
        about = Callback.patient_id.is_(None) & (Callback.phone_index == index)
    return uow.session.scalar(
        select(Callback)
        .where(Callback.practice_id == command.practice_id, Callback.state == CallbackState.OPEN.value, about)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _end(uow: UnitOfWork, row: Callback, state: CallbackState, reason: CloseReason | None) -> None:
    if row.state != CallbackState.OPEN.value:
        return
    row.state = state.value
    row.reason = reason.value if reason else None
    row.settled_by = uow.actor.person_id
    row.settled_at = uow.now()
    uow.session.flush()
    uow.audit("callback.end", practice_id=row.practice_id, object_id=row.id, state=row.state)
    uow.publish("callbacks", row.practice_id, row.id)


def _patient_here(uow: UnitOfWork, practice_id: UUID, patient_id: UUID) -> None:
    if uow.session.get(Patient, (practice_id, patient_id)) is None:
        raise NotFound
