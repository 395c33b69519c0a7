"""Use cases of calls: ring, open, answer, link a patient, save drafts, close.

Whatever the browser does, the call stays a row: open until a human closes it with an outcome. Whoever is
spoken to waits for no callback any more; callers who are gone are ``gone``.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from telesec.accounts import breaks
from telesec.callbacks import service as callbacks
from telesec.calls import rows
from telesec.calls.models import Call, Draft
from telesec.calls.reads import DRAFT, KIND, earlier_calls_about, opened_number
from telesec.calls.rules import (
    MAX_DRAFT,
    REOPEN_WITHIN,
    CallState,
    DraftKind,
    Outcome,
    Source,
    state,
    unseen,
)
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound, Refused, Stale
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.lengths import refuse_longer
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.patients import service as patients
from telesec.patients.models import Patient
from telesec.practices import reads as practices
from telesec.practices.models import Line, Practice
from telesec.practices.numbers import needed_e164, to_e164
from telesec.scheduling import service as scheduling
from telesec.triage import service as triage
from telesec.triage.library import Library
from telesec.triage.reads import SessionView
from telesec.triage.service import StartTriage
from telesec.vault import service as vault

ON_BREAK = say("You are on break: end it first, then answer.")


@dataclass(frozen=True)
class OpenCall:
    """A call a secretary takes: for a practice, or on a line's number, from a number if it was shown.

    Args:
        calling_back: Whether we dial ``from_number`` to keep a promise: its card stays until they spoke.
    """

    practice_id: UUID | None = None
    line: str = ""
    from_number: str = field(default="", repr=False)
    source: Source = Source.DESK
    calling_back: bool = False


@dataclass(frozen=True)
class Ring:
    """A call that rings at the carrier, before anybody answered; numbers in E.164."""

    practice_id: UUID
    line_id: UUID | None
    provider_id: str
    from_number: str = field(default="", repr=False)


@dataclass(frozen=True)
class SaveDraft:
    """Text of one field; ``seen`` is the version the tab last saved or loaded, 0 for a first save."""

    practice_id: UUID
    call_id: UUID
    kind: DraftKind
    text: str = field(repr=False)
    seen: int = 0


@dataclass(frozen=True)
class Saved:
    """What the desk shows after a save: when, and the version to send with the next one."""

    saved_at: datetime
    version: int


def open_call(uow: UnitOfWork, command: OpenCall) -> tuple[UUID, UUID]:
    """Open an answered call; return (practice_id, call_id). Who opens one at the desk is back from a break.

    Raises:
        NotFound: No such practice or line, or not the actor's.
        Refused: Neither practice nor line, or not a telephone number (422).
    """
    authorize(uow, Permission.CALL_HANDLE, on=Facts(command.practice_id))
    practice_id, line_id = _where(uow, command)
    authorize(uow, Permission.CALL_HANDLE, on=Facts(practice_id))
    number = _number(command.from_number)
    call = _new(uow, practice_id, line_id, number, command.source)
    if command.source is Source.DESK:
        breaks.end(uow)
    uow.session.add(call)
    _answered(uow, call, "" if command.calling_back else number)
    uow.session.flush()
    uow.audit("call.open", practice_id=practice_id, object_id=call.id, source=command.source.value)
    rows.tell(uow, call)
    return practice_id, call.id


def ring(uow: UnitOfWork, command: Ring) -> UUID:
    """Put a ringing call into the queue; the carrier telling twice is told once."""
    authorize(uow, Permission.CALL_HANDLE, on=Facts(command.practice_id))
    known = rows.by_provider(uow, command.practice_id, command.provider_id)
    if known is not None:
        _still_there(uow, known)
        return known.id
    number = to_e164(command.from_number) or ""
    call = _new(uow, command.practice_id, command.line_id, number, Source.RING)
    call.provider_id = command.provider_id
    try:
        with uow.session.begin_nested():
            uow.session.add(call)
    except IntegrityError:
        known = rows.by_provider(uow, command.practice_id, command.provider_id)
        if known is None:
            raise
        return known.id
    uow.audit("call.ring", practice_id=command.practice_id, object_id=call.id)
    rows.tell(uow, call)
    return call.id


def answer(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> None:
    """Take a ringing call; answering one's own call again changes nothing.

    Raises:
        Refused: ``on_break`` while the actor rests, ``call_taken`` when somebody else answered first,
            ``call_closed`` when it is over (409).
    """
    authorize(uow, Permission.CALL_HANDLE, on=Facts(practice_id))
    call = uow.locked(Call, practice_id, call_id)
    match state(call.answered_at, call.closed_at):
        case CallState.RINGING:
            if breaks.since(uow) is not None:
                raise Refused("on_break", ON_BREAK)
            _answered(uow, call, opened_number(uow, call))
            uow.session.flush()
            uow.audit("call.answer", practice_id=practice_id, object_id=call_id)
            rows.tell(uow, call)
        case CallState.OPEN if call.secretary_id != uow.actor.person_id:
            raise Refused("call_taken", say("Somebody else already answered. Take the next call."))
        case CallState.CLOSED:
            raise Refused("call_closed", say("This call is over. A callback card may be waiting."))


def link_patient(
    uow: UnitOfWork, practice_id: UUID, call_id: UUID, patient_id: UUID, *, reached: bool = True
) -> None:
    """Say whom a call is about; their callback card closes, and the number will find them from now on.

    Args:
        reached: False while we dial them: the card stays until the call ends with somebody spoken to.
    """
    authorize(uow, Permission.CALL_HANDLE, on=Facts(practice_id))
    call = _open_one(uow, practice_id, call_id)
    if uow.session.get(Patient, (practice_id, patient_id)) is None:
        raise NotFound
    call.patient_id = patient_id
    number = opened_number(uow, call)
    if number:
        patients.note_phone(uow, practice_id, patient_id, number)
    if reached:
        callbacks.got_through(uow, practice_id, number, patient_id)
    uow.session.flush()
    uow.audit("call.patient", practice_id=practice_id, object_id=call_id)
    uow.publish("call", practice_id, call_id)


def start_triage(
    uow: UnitOfWork, library: Library, command: StartTriage, *, another_reason: bool = False
) -> SessionView:
    """Start a triage in a call; a second call by patient or by number within 72 hours raises it one level.

    What the caller says of an earlier call goes further (``not_better``).

    Args:
        another_reason: Whether the caller, asked, calls for something else than before; else our own count
            raises.

    Raises:
        NotFound: No such call here.
        Refused: As ``triage.start``.
    """
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(command.practice_id))
    if command.call_id is None:
        raise NotFound
    patient = command.patient
    asked = patient.repeat_72h or another_reason
    if not asked and earlier_calls_about(uow, command.practice_id, command.call_id):
        patient = replace(patient, repeat_72h=True, not_better=False)
    return triage.start(uow, library, replace(command, patient=patient))


def save_draft(uow: UnitOfWork, command: SaveDraft) -> Saved:
    """Seal and keep what is being typed; one row, no audit entry. Typing keeps the call's held slots.

    Raises:
        Stale: Another tab saved since ``seen``; nothing is overwritten.
        Refused: The call is closed (409), or the text is too long (422).
    """
    authorize(uow, Permission.CALL_HANDLE, on=Facts(command.practice_id))
    refuse_longer(command.text, MAX_DRAFT)
    _open_one(uow, command.practice_id, command.call_id)
    scheduling.touch_holds(uow, command.practice_id, command.call_id)
    key = (command.practice_id, command.call_id, command.kind.value)
    row = uow.session.get(Draft, key, populate_existing=True)
    if (row.sealed_version if row else 0) != command.seen:
        raise Stale
    return _write(uow, row or Draft(practice_id=key[0], call_id=key[1], kind=key[2]), command.text)


def clear_draft(
    uow: UnitOfWork, practice_id: UUID, call_id: UUID, kind: DraftKind, *, filed: str, seen: int
) -> None:
    """Empty a draft whose text was filed; what another tab wrote since the save ``seen`` stays.

    An emptied draft counts on: a tab that saw it full may not save over what is written next.
    """
    authorize(uow, Permission.CALL_HANDLE, on=Facts(practice_id))
    row = uow.session.get(Draft, (practice_id, call_id, kind.value), populate_existing=True)
    if row is None:
        return
    kept = vault.open(uow, practice_id, DRAFT, call_id, row.sealed_version, **{row.kind: row.text_sealed})
    if not unseen(kept[row.kind], row.sealed_version, filed, seen):
        _write(uow, row, "")


def close(uow: UnitOfWork, practice_id: UUID, call_id: UUID, outcome: Outcome) -> None:
    """Close a call with its outcome; its held slots end ten seconds later. Twice the same is once.

    Whoever was spoken to waits for no callback promised before this call; a line that dropped keeps the card.

    Raises:
        Refused: ``call_closed`` when it was closed with another outcome (409).
    """
    authorize(uow, Permission.CALL_HANDLE, on=Facts(practice_id))
    call = uow.locked(Call, practice_id, call_id)
    if call.closed_at is not None:
        if call.outcome != outcome.value:
            raise Refused("call_closed", say("This call is already closed with another outcome."))
        return
    call.closed_at, call.outcome = uow.now(), outcome.value
    uow.session.flush()
    if outcome is not Outcome.HUNG_UP:
        _spoken(uow, call)
    scheduling.release_call(uow, practice_id, call_id)
    uow.audit("call.close", practice_id=practice_id, object_id=call_id, outcome=outcome.value)
    rows.tell(uow, call)


def reopen(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> None:
    """Take back the end of one's own call within ten seconds; its held slots stay.

    Raises:
        Refused: ``too_late`` (409): it was closed earlier, or by somebody else.
    """
    authorize(uow, Permission.CALL_HANDLE, on=Facts(practice_id))
    call = uow.locked(Call, practice_id, call_id)
    if call.closed_at is None:
        return
    mine = call.secretary_id is not None and call.secretary_id == uow.actor.person_id
    if not mine or uow.now() - call.closed_at > REOPEN_WITHIN:
        raise Refused("too_late", say("It is too late to open this call again. Open a new one."))
    call.closed_at = call.outcome = None
    uow.session.flush()
    scheduling.touch_holds(uow, practice_id, call_id)
    uow.audit("call.reopen", practice_id=practice_id, object_id=call_id)
    rows.tell(uow, call)


def _where(uow: UnitOfWork, command: OpenCall) -> tuple[UUID, UUID | None]:
    """Return practice and line of a call to open, both of the actor's own practices."""
    if not command.line:
        if command.practice_id is None:
            raise Refused("no_practice", say("Name the practice or the line."), status=422)
        if uow.session.get(Practice, command.practice_id) is None:
            raise NotFound
        return command.practice_id, None
    number = _number(command.line)
    found = practices.find_line(uow, number)
    if found is None or command.practice_id not in {None, found[0]}:
        raise NotFound
    authorize(uow, Permission.CALL_HANDLE, on=Facts(found[0]))
    if uow.session.get(Line, found) is None:
        raise NotFound
    return found


def _number(typed: str) -> str:
    """Return a number in E.164; none typed stays none."""
    if not typed.strip():
        return ""
    return needed_e164(typed, "from_number")


def _new(uow: UnitOfWork, practice_id: UUID, line_id: UUID | None, number: str, source: Source) -> Call:
    call = Call(
        practice_id=practice_id,
        id=new_id(),
        line_id=line_id,
        source=source.value,
        sealed_version=1,
        opened_at=uow.now(),
    )
    if number:
        call.from_number_sealed = vault.seal(uow, practice_id, KIND, call.id, 1, from_number=number)[
            "from_number"
        ]
        call.from_index = vault.phone_index(uow, practice_id, number)
    return call


def _answered(uow: UnitOfWork, call: Call, number: str) -> None:
    """Mark a call answered by the actor; whoever waited for a callback got through by themselves."""
    call.answered_at = uow.now()
    call.secretary_id = uow.actor.person_id
    if number:
        callbacks.got_through(uow, call.practice_id, number)


def _spoken(uow: UnitOfWork, call: Call) -> None:
    """Close the cards promised before a call to whoever was spoken to in it."""
    number = opened_number(uow, call)
    if number:
        callbacks.got_through(uow, call.practice_id, number, before=call.opened_at)
    if call.patient_id is not None:
        callbacks.got_through(uow, call.practice_id, number, call.patient_id, before=call.opened_at)


def _still_there(uow: UnitOfWork, call: Call) -> None:
    """Note that the carrier has the caller on the line; no edit of the call, so its version stays."""
    uow.session.execute(
        update(Call)
        .where(Call.practice_id == call.practice_id, Call.id == call.id)
        .values(heard_at=uow.now(), version=Call.version)
        .execution_options(synchronize_session=False)
    )


def _open_one(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> Call:
    call = uow.locked(Call, practice_id, call_id)
    if call.closed_at is not None:
        raise Refused("call_closed", say("This call is closed. Open a new one."))
    return call


def _write(uow: UnitOfWork, row: Draft, text: str) -> Saved:
    version = (row.sealed_version or 0) + 1
    sealed = vault.seal(uow, row.practice_id, DRAFT, row.call_id, version, **{row.kind: text})
    row.text_sealed, row.sealed_version, row.saved_at = sealed[row.kind], version, uow.now()
    uow.session.add(row)
    uow.session.flush()
    return Saved(row.saved_at, version)
