"""What is known of the person a call is about, as far as triage uses it; every fact may be unknown."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self


class Sex(StrEnum):
    """As protocols ask it."""

    FEMALE = "F"
    MALE = "M"


class Voice(StrEnum):
    """How questions name the person: spoken to, or spoken of.

    ``she`` is also said of a person of unknown sex: French says "la personne".
    """

    YOU = "you"
    SHE = "she"
    HE = "he"


@dataclass(frozen=True)
class PatientFacts:
    """Coded facts, None where nobody said so. All are confirmed in this call.

    Args:
        age_months: Completed months.
        sex: As protocols ask it.
        pregnant: Pregnant, or gave birth or lost a pregnancy within six weeks.
        territory: Department or overseas code, ``dengue_alert`` where the practice switched it on.
        frail, immunosuppressed_or_asplenia, anticoagulant: Known history.
        repeat_72h: The same problem was already called for or seen within 72 hours.
        not_better: With ``repeat_72h``: unchanged or worse.
        vulnerable: A minor alone, a language barrier or an intoxicated caller.
        voice: ``you`` when the caller is the patient; see ``heard_as``.
    """

    age_months: int | None = None
    sex: Sex | None = None
    pregnant: bool | None = None
    territory: str | None = None
    frail: bool | None = None
    immunosuppressed_or_asplenia: bool | None = None
    anticoagulant: bool | None = None
    repeat_72h: bool = False
    not_better: bool = True
    vulnerable: bool = False
    voice: Voice = Voice.SHE

    @property
    def heard_as(self) -> Voice:
        """How questions name the person: a man spoken of by somebody else is "il"."""
        spoken_of_him = self.voice is Voice.SHE and self.sex is Sex.MALE
        return Voice.HE if spoken_of_him else self.voice

    def flag(self, name: str) -> bool | None:
        """Return one yes-or-no fact by the name protocols use, for instance ``patient.anticoagulant``."""
        fact: bool | None = _FLAGS[name](self)
        return fact

    def as_data(self) -> dict[str, Any]:
        """Return the facts as plain values for storage."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Return the facts that ``as_data`` gave."""
        sex = data.get("sex")
        return cls(**{**data, "sex": Sex(sex) if sex else None, "voice": Voice(data["voice"])})


_FLAGS = {
    "patient.frail": lambda facts: facts.frail,
    "patient.pregnant_or_postpartum_6w": lambda facts: facts.pregnant,
    "patient.immunosuppressed_or_asplenia": lambda facts: facts.immunosuppressed_or_asplenia,
    "patient.anticoagulant": lambda facts: facts.anticoagulant,
    "call.repeat_72h": lambda facts: facts.repeat_72h,
    "call.vulnerable": lambda facts: facts.vulnerable,
}
KNOWN_FLAGS = frozenset(_FLAGS)
