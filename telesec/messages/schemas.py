"""What the API says and hears about messages."""

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from telesec.messages.reads import MessageCard
from telesec.messages.rules import MAX_TEXT
from telesec.messages.service import FileMessage
from telesec.triage.levels import Level
from telesec.web.bodies import Body, Query


class MessageIn(Body):
    """A message for a practitioner; the two urgent levels ring somebody at once."""

    practice_id: UUID
    practitioner_id: UUID
    level: Level
    text: str = Field(min_length=1, max_length=MAX_TEXT)
    callback_number: str = Field(max_length=40, description="E.164 or as dialled in France.")
    callback_number_read_back: bool = Field(
        default=False, description="True when it was read back, or is the number the caller calls from."
    )
    call_id: UUID | None = None
    patient_id: UUID | None = None

    def command(self) -> FileMessage:
        """Return the message as the room knows it."""
        return FileMessage(**self.model_dump())


class MessagePath(BaseModel):
    """Which message."""

    id: UUID


class ReadQuery(Query):
    """Why a secretary opens a message again that is handled or older than 72 hours."""

    reason: str | None = Field(default=None, max_length=200)


class FiledOut(BaseModel):
    """A message just filed; ``alert_id`` is null when nobody is rung."""

    id: UUID
    alert_id: UUID | None


class MessageOut(FiledOut):
    """A message opened."""

    practice_id: UUID
    practitioner_id: UUID
    level: Level
    text: str
    callback_number: str
    callback_number_read_back: bool
    call_id: UUID | None
    patient_id: UUID | None
    filed_at: AwareDatetime
    read_at: AwareDatetime | None
    handled_at: AwareDatetime | None

    @classmethod
    def of(cls, card: MessageCard) -> "MessageOut":
        """Return a card as the API shows it."""
        return cls(
            id=card.id,
            alert_id=card.alert_id,
            practice_id=card.practice_id,
            practitioner_id=card.practitioner_id,
            level=card.level,
            text=card.text or "",
            callback_number=card.callback_number or "",
            callback_number_read_back=card.callback_number_read_back,
            call_id=card.call_id,
            patient_id=card.patient_id,
            filed_at=card.filed_at,
            read_at=card.read_at,
            handled_at=card.handled_at,
        )
