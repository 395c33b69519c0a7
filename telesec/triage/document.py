"""The file format of a protocol, as pydantic models: names, types and closed sets, nothing unknown let in.

What a schema cannot say (order, polarity, holes) is in ``checks``. The format is described in
``docs/triage.md``.
"""

from datetime import date
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from telesec.triage.levels import Level
from telesec.triage.patient import PatientFacts, Sex
from telesec.triage.protocol import (
    Effect,
    ExpectedCase,
    Gate,
    Given,
    LevelText,
    Modifier,
    SourceStatus,
    State,
    Text,
)

_YAML_BOOLEANS = {True: Given.YES, False: Given.NO}


def read_yaml(text: str) -> object:
    """Return what a file says: plain values only, read by libyaml, which takes a tenth of the time.

    Raises:
        yaml.YAMLError: It is no YAML, or asks for more than plain values.
    """
    loader = yaml.CSafeLoader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


class Part(BaseModel):
    """Base of every part of a file: frozen, and an unknown name is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class TextDoc(Part):
    """A text in both languages; ``you`` (to the patient) and ``he`` (of a man); ``fr`` else."""

    fr: str = Field(min_length=1)
    en: str = Field(min_length=1)
    you: str = ""
    he: str = ""

    def value(self) -> Text:
        """Return the compiled text."""
        return Text(self.fr, self.en, self.you, self.he)


class GateDoc(Part):
    """For whom; ages in months, the maximum exclusive."""

    age_min_months: int | None = Field(default=None, ge=0, le=1500)
    age_max_months: int | None = Field(default=None, ge=1, le=1500)
    sex: Sex | None = None
    pregnant: bool = False
    territory: tuple[str, ...] = ()

    def value(self) -> Gate:
        """Return the compiled gate."""
        return Gate(
            self.age_min_months, self.age_max_months, self.sex, self.pregnant, frozenset(self.territory)
        )


class FlagDoc(Part):
    """A red flag: yes, unknown and refused reach ``level``."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    ask: TextDoc
    level: Level
    unknown_as: Given
    source: str = Field(min_length=1)
    source_status: SourceStatus
    ask_if: GateDoc = GateDoc()
    derive: bool = False
    prefill_from: str = ""
    also_open: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    help: TextDoc | None = None
    covers: tuple[str, ...] = ()
    note: str = ""


class DecidingDoc(FlagDoc):
    """A deciding question; ``level`` is what a yes raises or lowers to."""

    effect: Literal[Effect.RAISE, Effect.LOWER]


class MergedDoc(Part):
    """Several questions of one level that raise, in one sentence; "no" answers each of them."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    ask: TextDoc
    merges: tuple[str, ...] = Field(min_length=2)
    help: TextDoc | None = None
    note: str = ""


class LevelTextDoc(Part):
    """The words of one level."""

    say: TextDoc
    act: TextDoc
    told: TextDoc
    safety_net: TextDoc
    fallback: TextDoc
    note: str = ""

    def value(self) -> LevelText:
        """Return the compiled words."""
        parts = (self.say, self.act, self.told, self.safety_net, self.fallback)
        say, act, told, safety_net, fallback = (part.value() for part in parts)
        return LevelText(say, act, told, safety_net, fallback, self.note)


Fact = Literal["frail", "immunosuppressed_or_asplenia", "anticoagulant", "repeat_72h", "better", "vulnerable"]


class CasePatientDoc(Part):
    """The person of an expected case; what is not said is unknown. ``flags`` are the facts that hold."""

    age_years: int | None = Field(default=None, ge=0, le=120)
    age_months: int | None = Field(default=None, ge=0, le=1452)
    sex: Sex | None = None
    pregnant: bool | None = None
    territory: str | None = None
    flags: frozenset[Fact] = frozenset()

    @model_validator(mode="after")
    def _one_age(self) -> Self:
        if self.age_years is not None and self.age_months is not None:
            raise ValueError("age_years or age_months, not both")
        return self

    def value(self) -> PatientFacts:
        """Return the person as the engine knows one."""
        return PatientFacts(
            age_months=self.age_months if self.age_years is None else self.age_years * 12,
            sex=self.sex,
            pregnant=self.pregnant,
            territory=self.territory,
            frail="frail" in self.flags or None,
            immunosuppressed_or_asplenia="immunosuppressed_or_asplenia" in self.flags or None,
            anticoagulant="anticoagulant" in self.flags or None,
            repeat_72h="repeat_72h" in self.flags,
            not_better="better" not in self.flags,
            vulnerable="vulnerable" in self.flags,
        )


class CaseDoc(Part):
    """One case with the level expected of it."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    patient: CasePatientDoc = CasePatientDoc()
    answers: dict[str, Given] = Field(default_factory=dict)
    others: Literal[Given.NO, Given.UNKNOWN] = Given.NO
    level: Level

    @field_validator("answers", "others", mode="before")
    @classmethod
    def _yes_and_no(cls, given: object) -> object:
        if isinstance(given, dict):
            return {id_: _YAML_BOOLEANS.get(said, said) for id_, said in given.items()}
        return _YAML_BOOLEANS.get(given, given) if isinstance(given, bool) else given

    def value(self) -> ExpectedCase:
        """Return the compiled case."""
        return ExpectedCase(self.name, self.patient.value(), self.answers, self.others, self.level)


class ProtocolDoc(Part):
    """One file: one complaint, or the screen."""

    format: Literal[1]
    code: str = Field(pattern=r"^[a-z0-9_]+$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+(\+\d+)?$")
    """``1.2.0``; a practice's own version of it is ``1.2.0+1``, then ``1.2.0+2``."""

    state: Literal[State.DRAFT, State.REFERENCE, State.SIGNED]
    author: str = Field(min_length=1)
    reviewer: str = ""
    review_by: date
    title: TextDoc
    kind: Literal["complaint", "screen"] = "complaint"
    audience: GateDoc = GateDoc()
    default: Level
    floor: Level
    signs: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    red_flags: tuple[FlagDoc, ...] = Field(min_length=1)
    deciding: tuple[DecidingDoc, ...] = ()
    texts: dict[Level, LevelTextDoc] = Field(default_factory=dict)
    removed: dict[str, str] = Field(default_factory=dict)
    cases: tuple[CaseDoc, ...] = ()
    merged: tuple[MergedDoc, ...] = ()
    note: str = ""


class ModifierDoc(Part):
    """A fact that raises whatever the complaint."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    text: TextDoc
    source: str = Field(min_length=1)
    source_status: SourceStatus
    gate: GateDoc = GateDoc()
    unknown_age: bool = False
    flag: str = ""
    or_flag: str = ""
    signs: tuple[str, ...] = ()
    signs_any: tuple[str, ...] = ()
    raise_to: Level | None = None
    raise_by: int = Field(default=0, ge=0, le=1)
    at_least_if_not_better: Level | None = None
    spares_admin: bool = False
    note: str = ""

    def value(self) -> Modifier:
        """Return the compiled modifier."""
        return Modifier(
            id=self.id,
            text=self.text.value(),
            source=self.source,
            source_status=self.source_status,
            gate=self.gate.value(),
            unknown_age=self.unknown_age,
            flag=self.flag,
            or_flag=self.or_flag,
            signs=frozenset(self.signs),
            signs_any=frozenset(self.signs_any),
            raise_to=self.raise_to,
            raise_by=self.raise_by,
            at_least_if_not_better=self.at_least_if_not_better,
            spares_admin=self.spares_admin,
        )


class RaisingWords(Part):
    """Words of the caller that raise by themselves; they never lower.

    ``asked_by`` names the protocol that asks about them; where it is loaded they raise to the doctor only.
    """

    id: str
    level: Level
    words: tuple[str, ...] = Field(min_length=1)
    asked_by: str = ""


class WordsDoc(Part):
    """Ambiguous words with their choices, most urgent first, and words that raise.

    ``parts``: parts of the body and drugs, which count only beside complaints that say nothing of where:
    ``general``. ``pregnant`` and ``babies`` are offered last for whom the desk knows to be so. ``ordinary``
    words are never taken for a misspelt known one.
    """

    raising: tuple[RaisingWords, ...] = ()
    choices: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    parts: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    general: tuple[str, ...] = ()
    pregnant: tuple[str, ...] = ()
    babies: tuple[str, ...] = ()
    ordinary: tuple[str, ...] = ()


class ErrandsDoc(Part):
    """What a mere request is made of, and the words that say it is more than one; see ``errands``."""

    heads: tuple[str, ...] = Field(min_length=1)
    about: tuple[str, ...] = ()
    troubles: tuple[str, ...] = Field(min_length=1)
