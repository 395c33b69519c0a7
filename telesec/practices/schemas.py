"""What the API says and hears about instructions."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, RootModel

from telesec.practices.reads import InstructionCard
from telesec.web.bodies import Query


class InstructionsQuery(Query):
    """Whose instructions."""

    practice_id: UUID


class InstructionOut(BaseModel):
    """One instruction not retired; ``valid_to`` is null until further notice."""

    id: UUID
    text: str
    author: str
    valid_from: datetime
    valid_to: datetime | None
    confirmed_on: date

    @classmethod
    def of(cls, card: InstructionCard) -> "InstructionOut":
        """Return a card as the API shows it."""
        return cls(
            id=card.id,
            text=card.text,
            author=card.author,
            valid_from=card.valid_from,
            valid_to=card.valid_to,
            confirmed_on=card.confirmed_on,
        )


class InstructionsOut(RootModel[list[InstructionOut]]):
    """Instructions, newest wording first; at most 200."""
