"""What the API says and hears about patients."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field, RootModel

from telesec.patients.reads import PatientCard, SearchPatients
from telesec.web.bodies import Body


class PatientSearch(Body):
    """A number, or a birth date and perhaps the first letters of a name."""

    practice_id: UUID
    phone: str | None = Field(default=None, max_length=40, description="E.164 or as dialled in France.")
    birth_date: date | None = None
    name_prefix: str = Field(default="", max_length=100)

    def query(self) -> SearchPatients:
        """Return the search as the room knows it."""
        return SearchPatients(self.practice_id, self.phone or "", self.birth_date, self.name_prefix)


class PatientOut(BaseModel):
    """A patient found."""

    id: UUID
    family_name: str
    given_name: str
    birth_date: date | None

    @classmethod
    def of(cls, card: PatientCard) -> "PatientOut":
        """Return a card as the API shows it."""
        return cls(
            id=card.id,
            family_name=card.family_name,
            given_name=card.given_name,
            birth_date=card.birth_date,
        )


class PatientsOut(RootModel[list[PatientOut]]):
    """Everybody found; a shared number lists all who use it."""
