"""What the API says and hears about promised calls."""

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from telesec.callbacks.reads import CallbackCard
from telesec.callbacks.rules import CallbackState
from telesec.callbacks.service import OpenCallback
from telesec.foundation.paging import Page
from telesec.web.bodies import Body, Instant, Query


class CallbacksQuery(Query):
    """Whose open cards; without a practice, those of every practice served."""

    practice_id: UUID | None = None
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=200)


class CallbackIn(Body):
    """A call promised to somebody."""

    practice_id: UUID
    phone: str = Field(max_length=40, description="E.164 or as dialled in France.")
    due_at: Instant
    patient_id: UUID | None = None
    call_id: UUID | None = None

    def command(self) -> OpenCallback:
        """Return the promise as the room knows it."""
        return OpenCallback(self.practice_id, self.phone, self.due_at, self.patient_id, self.call_id)


class CallbackOut(BaseModel):
    """A promised call."""

    id: UUID
    practice_id: UUID
    phone: str
    patient_id: UUID | None
    call_id: UUID | None
    due_at: AwareDatetime
    state: CallbackState

    @classmethod
    def of(cls, card: CallbackCard) -> "CallbackOut":
        """Return a card as the API shows it."""
        return cls.model_validate(card, from_attributes=True)


class CallbackList(BaseModel):
    """Open cards, earliest due first."""

    items: list[CallbackOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[CallbackCard]) -> "CallbackList":
        """Return a page as the API shows it."""
        return cls.model_validate(page, from_attributes=True)
