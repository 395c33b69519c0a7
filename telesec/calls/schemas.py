"""What the API says and hears about calls."""

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from telesec.calls.reads import CallCard
from telesec.calls.rules import CallState, Outcome, Source
from telesec.calls.service import OpenCall
from telesec.web.bodies import Body


class CallIn(Body):
    """A call taken for a practice, or on the number of a line."""

    practice_id: UUID | None = None
    line: str | None = Field(default=None, max_length=40, description="Number of a line, E.164.")
    from_number: str | None = Field(default=None, max_length=40, description="Of the caller, if shown.")

    def command(self) -> OpenCall:
        """Return the call as the room knows it."""
        return OpenCall(self.practice_id, self.line or "", self.from_number or "", Source.API)


class CallPath(BaseModel):
    """Which call."""

    id: UUID


class CloseIn(Body):
    """How a call ended."""

    outcome: Outcome


class InstructionInForce(BaseModel):
    """An instruction in force now; ``new`` since the reader's last call for this practice."""

    id: UUID
    text: str
    new: bool


class PreviousCallOut(BaseModel):
    """An earlier call from the same number or about the same patient."""

    id: UUID
    opened_at: AwareDatetime
    outcome: Outcome | None
    patient_id: UUID | None


class CallOut(BaseModel):
    """One call with what it takes to answer it."""

    id: UUID
    practice_id: UUID
    state: CallState
    greeting: str
    instructions: list[InstructionInForce]
    previous_calls: list[PreviousCallOut]
    patient_id: UUID | None
    opened_at: AwareDatetime
    answered_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    outcome: Outcome | None

    @classmethod
    def of(cls, card: CallCard) -> "CallOut":
        """Return a card as the API shows it."""
        return cls(
            id=card.id,
            practice_id=card.practice_id,
            state=card.state,
            greeting=card.situation.greeting,
            instructions=[
                InstructionInForce(id=one.id, text=one.text, new=one.new)
                for one in card.situation.instructions
            ],
            previous_calls=[
                PreviousCallOut(
                    id=one.id, opened_at=one.opened_at, outcome=one.outcome, patient_id=one.patient_id
                )
                for one in card.previous_calls
            ],
            patient_id=card.patient_id,
            opened_at=card.opened_at,
            answered_at=card.answered_at,
            closed_at=card.closed_at,
            outcome=card.outcome,
        )
