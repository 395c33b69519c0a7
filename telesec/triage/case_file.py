"""Invented callers with an agreed level, to measure the protocols against: the format of a case file.

A case is written from the sources of the reference, never from a protocol. A third of all cases, chosen by a
hash of the id so that nobody chooses, is held out: authors of protocols do not read it.
"""

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import yaml
from pydantic import Field, TypeAdapter, model_validator

from telesec.triage.document import Part
from telesec.triage.levels import Level
from telesec.triage.patient import PatientFacts, Sex, Voice
from telesec.triage.protocol import Given

ADULT_YEARS = 16


class Portion(StrEnum):
    """Which cases authors may read (build) and which they may not (heldout)."""

    BUILD = "build"
    HELDOUT = "heldout"


class Caller(StrEnum):
    """Who is on the phone."""

    PATIENT = "patient"
    OTHER = "other"


class Flag(StrEnum):
    """Facts of the patient or the call that are known and true; all others are unknown."""

    FRAIL = "frail"
    IMMUNOSUPPRESSED = "immunosuppressed_or_asplenia"
    ANTICOAGULANT = "anticoagulant"
    REPEAT = "repeat_72h"
    BETTER = "better"
    VULNERABLE = "vulnerable"


class PatientDoc(Part):
    """The person the call is about; what is left out is unknown."""

    age_years: int | None = Field(default=None, ge=0, le=120)
    age_months: int | None = Field(default=None, ge=0, le=1452)
    sex: Sex | None = None
    pregnant: bool | None = None
    territory: str | None = None
    flags: tuple[Flag, ...] = ()

    @property
    def months(self) -> int | None:
        """Age in completed months."""
        return self.age_years * 12 if self.age_years is not None else self.age_months

    def facts(self, voice: Voice) -> PatientFacts:
        """Return the facts triage works with; ``better`` says that a repeated problem has improved."""
        return PatientFacts(
            age_months=self.months,
            sex=self.sex,
            pregnant=self.pregnant,
            territory=self.territory,
            frail=Flag.FRAIL in self.flags or None,
            immunosuppressed_or_asplenia=Flag.IMMUNOSUPPRESSED in self.flags or None,
            anticoagulant=Flag.ANTICOAGULANT in self.flags or None,
            repeat_72h=Flag.REPEAT in self.flags,
            not_better=Flag.BETTER not in self.flags,
            vulnerable=Flag.VULNERABLE in self.flags,
            voice=voice,
        )


class Told(Part):
    """One invented call, as far as it does not matter how its answers are known.

    Args:
        words: What the caller says first.
        complaint: The complaint of the reference that should be reached.
        also: Complaints that are as good, because callers say both.
        gold: The level a careful clinician would give, with ``why`` and ``source``.
    """

    id: str = Field(pattern=r"^[a-z0-9_]+-\d\d$")
    words: str = Field(min_length=1)
    complaint: str
    also: tuple[str, ...] = ()
    caller: Caller | None = None
    patient: PatientDoc = PatientDoc()
    gold: Level
    why: str = Field(min_length=1)
    source: str = Field(min_length=1)

    @property
    def good(self) -> tuple[str, ...]:
        """Return the complaints that are right."""
        return (self.complaint, *self.also)

    @property
    def voice(self) -> Voice:
        """How questions name the person; a grown-up calls for a child unless the case says otherwise."""
        if self.caller is not None:
            return Voice.YOU if self.caller is Caller.PATIENT else Voice.SHE
        months = self.patient.months
        return Voice.YOU if months is None or months >= ADULT_YEARS * 12 else Voice.SHE


class CallDoc(Told):
    """One invented call whose answers are ids of the reference.

    Args:
        answers: Reference ids → what this caller answers; a bare id is of the case's own complaint.
        broad: Those of ``answers`` that a benign caller gives only because the reference's words are broad.
        facts: The same for ids the reference does not have: the ordinary picture of a complaint.
        otherwise: What is answered to everything else.
    """

    answers: dict[str, Given] = Field(default_factory=dict)
    broad: tuple[str, ...] = ()
    facts: dict[str, Given] = Field(default_factory=dict)
    otherwise: Given = Given.NO
    set: Portion

    @model_validator(mode="after")
    def _in_its_portion(self) -> "CallDoc":
        if self.set is not portion_of(self.id):
            raise ValueError(f"{self.id} belongs to {portion_of(self.id)}")
        return self

    @property
    def given(self) -> dict[str, Given]:
        """What is answered, by full id ``complaint.question``."""
        return {full_id(self.complaint, id_): given for id_, given in (self.answers | self.facts).items()}


def full_id(complaint: str, id_: str) -> str:
    """Return ``complaint.id`` for a bare id, a full one as it is."""
    return id_ if "." in id_ else f"{complaint}.{id_}"


def portion_of(id_: str) -> Portion:
    """Return where a case belongs: a third is held out, by the hash of its id."""
    digest = hashlib.sha256(id_.encode()).digest()
    return Portion.HELDOUT if int.from_bytes(digest[:8]) % 3 == 0 else Portion.BUILD


_CALLS = TypeAdapter(tuple[CallDoc, ...])


class OrdinaryDoc(Part):
    """What ties protocols to calls, because calls know only the reference's questions; by full ids.

    Args:
        pictures: Which ordinary pictures (``facts``) a question of a protocol asks about.
        narrowed: Questions worded more narrowly than the reference, each with its new yardstick.
    """

    pictures: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    narrowed: dict[str, str] = Field(default_factory=dict)


def read_ordinary(path: Path) -> OrdinaryDoc:
    """Return what ties protocols to calls.

    Raises:
        ValueError: The file is not in the format (pydantic's error).
    """
    return OrdinaryDoc.model_validate(_loaded(path))


def with_ordinary(call: CallDoc, ordinary: OrdinaryDoc) -> CallDoc:
    """Return the call as it answers a protocol's own words.

    It says yes to the questions about ordinary pictures it shows, and no where its yes was due to the broad
    words of the reference and the protocol's are narrower.
    """
    given = call.given
    shown = {id_ for id_, answer in given.items() if answer is Given.YES}
    asked = {ref: Given.YES for ref, pictures in ordinary.pictures.items() if shown.intersection(pictures)}
    broad = {full_id(call.complaint, id_) for id_ in call.broad}
    refused = dict.fromkeys(broad.intersection(ordinary.narrowed), Given.NO)
    return call.model_copy(update={"answers": given | asked | refused, "facts": {}})


def read_calls(paths: Iterable[Path]) -> tuple[CallDoc, ...]:
    """Return the calls of files, and of the YAML files of folders, in order.

    Raises:
        ValueError: A file is not in the format (pydantic's error), or two calls have one id.
    """
    calls = [call for file in _files(paths) for call in _CALLS.validate_python(_loaded(file))]
    ids = [call.id for call in calls]
    twice = {id_ for id_ in ids if ids.count(id_) > 1}
    if twice:
        raise ValueError(f"used twice: {', '.join(sorted(twice))}")
    return tuple(calls)


def _files(paths: Iterable[Path]) -> list[Path]:
    return [file for path in paths for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]


def _loaded(file: Path) -> object:
    return yaml.safe_load(file.read_text(encoding="utf-8"))
