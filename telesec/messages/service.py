"""Use cases of messages: file, read, handle.

An urgent message raises its alert in the same transaction: there is never one without the other, and a
constraint says so. The text is sealed before it reaches the database and enters no audit entry.
"""

from dataclasses import dataclass, field
from uuid import UUID

from telesec.alerts import service as alerts
from telesec.alerts.rules import AlertLevel
from telesec.alerts.service import RaiseAlert
from telesec.foundation.access import Facts, Permission, Role, authorize
from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.lengths import refuse_longer
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.messages import reads
from telesec.messages.models import Message
from telesec.messages.reads import KIND, MessageCard
from telesec.messages.rules import MAX_TEXT, RETRACT_WITHIN, raises_alert, text_error
from telesec.patients.models import Patient
from telesec.practices.models import Practitioner
from telesec.practices.numbers import needed_e164
from telesec.triage.levels import Level
from telesec.vault import service as vault


@dataclass(frozen=True)
class FileMessage:
    """A message as the secretary leaves it.

    Args:
        level: The urgency that decides how it is delivered.
        callback_number: Where the caller waits for the call, as typed.
        callback_number_read_back: True when it was read back to the caller, or is the number they call from.
    """

    practice_id: UUID
    practitioner_id: UUID
    level: Level
    text: str = field(repr=False)
    callback_number: str = field(repr=False)
    callback_number_read_back: bool = False
    call_id: UUID | None = None
    patient_id: UUID | None = None


@dataclass(frozen=True)
class Filed:
    """What became of a message just filed; ``alert_id`` when it rings somebody now."""

    id: UUID
    alert_id: UUID | None


def file_message(uow: UnitOfWork, command: FileMessage) -> Filed:
    """Seal and file a message; an urgent one raises its alert with it.

    Raises:
        Refused: No text, too much text, or not a number to call back (422).
        NotFound: No such practitioner or patient here.
    """
    authorize(uow, Permission.MESSAGE_FILE, on=Facts(command.practice_id))
    number = _checked(uow, command)
    message_id = new_id()
    sealed = vault.seal(
        uow,
        command.practice_id,
        KIND,
        message_id,
        1,
        text=command.text.strip(),
        callback_number=number,
    )
    alert_id = _raise(uow, command, message_id) if raises_alert(command.level) else None
    uow.session.add(
        Message(
            practice_id=command.practice_id,
            id=message_id,
            practitioner_id=command.practitioner_id,
            level=command.level.value,
            text_sealed=sealed["text"],
            callback_number_sealed=sealed["callback_number"],
            callback_number_read_back=command.callback_number_read_back,
            sealed_version=1,
            call_id=command.call_id,
            patient_id=command.patient_id,
            alert_id=alert_id,
            filed_by=uow.actor.person_id,
            filed_at=uow.now(),
        )
    )
    uow.session.flush()
    uow.audit(
        "message.file", practice_id=command.practice_id, object_id=message_id, level=command.level.value
    )
    uow.publish("message", command.practice_id, message_id)
    return Filed(message_id, alert_id)


def read_message(
    uow: UnitOfWork, practice_id: UUID, message_id: UUID, *, reason: str | None = None
) -> MessageCard:
    """Return a message opened; read by a practitioner for the first time, it is marked read.

    Whoever else reads it leaves an audit entry and no mark: "read" tells the desk that the practice knows.
    """
    authorize(uow, Permission.MESSAGE_READ, on=Facts(practice_id))
    role = uow.actor.memberships.get(practice_id)
    row = uow.locked(Message, practice_id, message_id) if role is Role.PRACTITIONER else None
    if row is not None and row.read_at is None:
        row.read_at = uow.now()
        row.read_by = uow.actor.person_id
        uow.session.flush()
        uow.publish("message", practice_id, message_id)
    return reads.message(uow, practice_id, message_id, reason=reason)


def handle(uow: UnitOfWork, practice_id: UUID, message_id: UUID) -> None:
    """Record that nothing is left to do for a message; handling twice is handling once."""
    authorize(uow, Permission.MESSAGE_HANDLE, on=Facts(practice_id))
    row = uow.locked(Message, practice_id, message_id)
    if row.handled_at is not None:
        return
    now = uow.now()
    if row.read_at is None:
        row.read_at, row.read_by = now, uow.actor.person_id
    row.handled_at, row.handled_by = now, uow.actor.person_id
    uow.session.flush()
    uow.audit("message.handle", practice_id=practice_id, object_id=message_id)
    uow.publish("message", practice_id, message_id)


def amend(uow: UnitOfWork, practice_id: UUID, message_id: UUID, line: str) -> bool:
    """Add a line to a message that nobody has handled; return whether it could be added.

    For what is learnt after an alert left: an address, a refusal. What was said before stays, and the line is
    never cut, however long the text is.
    """
    authorize(uow, Permission.MESSAGE_FILE, on=Facts(practice_id))
    row = uow.locked(Message, practice_id, message_id)
    if row.handled_at is not None:
        return False
    told = vault.open(
        uow,
        practice_id,
        KIND,
        message_id,
        row.sealed_version,
        text=row.text_sealed,
        callback_number=row.callback_number_sealed,
    )
    row.sealed_version += 1
    told["text"] = f"{told['text']}\n{line}"
    sealed = vault.seal(uow, practice_id, KIND, message_id, row.sealed_version, **told)
    row.text_sealed, row.callback_number_sealed = sealed["text"], sealed["callback_number"]
    uow.session.flush()
    uow.audit("message.amend", practice_id=practice_id, object_id=message_id)
    uow.publish("message", practice_id, message_id)
    return True


def retract(uow: UnitOfWork, practice_id: UUID, message_id: UUID) -> str:
    """Take back one's own message within ten seconds and return its text; nothing of it stays.

    Raises:
        Refused: ``too_late`` (409): it rang somebody, was read, is older, or somebody else's.
    """
    authorize(uow, Permission.MESSAGE_FILE, on=Facts(practice_id))
    row = uow.locked(Message, practice_id, message_id)
    seen = row.alert_id is not None or row.read_at is not None or row.handled_at is not None
    if seen or row.filed_by != uow.actor.person_id or uow.now() - row.filed_at > RETRACT_WITHIN:
        raise Refused("too_late", say("It is too late to take this message back. File another one."))
    text = vault.open(uow, practice_id, KIND, message_id, row.sealed_version, text=row.text_sealed)["text"]
    uow.session.delete(row)
    uow.session.flush()
    vault.shred(uow, practice_id, message_id)
    uow.audit("message.retract", practice_id=practice_id, object_id=message_id)
    uow.publish("message", practice_id, message_id)
    return text


def _checked(uow: UnitOfWork, command: FileMessage) -> str:
    """Return the number to call back in E.164, or refuse what cannot be filed."""
    refuse_longer(command.text, MAX_TEXT, "text")
    wrong = text_error(command.text)
    if wrong:
        raise Refused(
            wrong, say("Write between 1 and %(most)s characters.", most=MAX_TEXT), status=422, field="text"
        )
    number = needed_e164(command.callback_number, "callback_number")
    here = command.practice_id
    if uow.session.get(Practitioner, (here, command.practitioner_id)) is None:
        raise NotFound
    if command.patient_id is not None and uow.session.get(Patient, (here, command.patient_id)) is None:
        raise NotFound
    return number


def _raise(uow: UnitOfWork, command: FileMessage, message_id: UUID) -> UUID:
    return alerts.raise_alert(
        uow,
        RaiseAlert(
            practice_id=command.practice_id,
            level=AlertLevel(command.level.value),
            practitioner_ids=(command.practitioner_id,),
            message_id=message_id,
            call_id=command.call_id,
        ),
    )
