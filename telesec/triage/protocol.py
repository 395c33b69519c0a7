"""A triage protocol as frozen values: what the compiler makes of a file and the engine runs.

Words are the reference's: a *red flag* never lowers; a *deciding question* raises or lowers; a *gate* says
for whom a question is meant. Nothing here decides; see ``reckoning`` and ``engine``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from telesec.foundation.language import french
from telesec.triage.levels import Level
from telesec.triage.patient import PatientFacts, Sex, Voice


class Given(StrEnum):
    """An answer as given by the caller."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    REFUSED = "refused"


class Effect(StrEnum):
    """What a "yes" does."""

    FLAG = "flag"
    RAISE = "raise"
    LOWER = "lower"


class State(StrEnum):
    """Life of a protocol: only *reference* (adopted) and *signed* ones start a session."""

    DRAFT = "draft"
    REFERENCE = "reference"
    SIGNED = "signed"
    RETIRED = "retired"


class SourceStatus(StrEnum):
    """How well a question is sourced; a signed protocol holds no ``recalled_only`` one."""

    SOURCED = "sourced"
    MIXED = "mixed"
    RECALLED_ONLY = "recalled_only"


@dataclass(frozen=True)
class Text:
    """One text in both languages.

    Args:
        fr: French about a woman, or about "la personne" of unknown sex.
        en: English, worded without a person.
        you: French said to the patient, when it differs.
        he: French about a man or a boy, when it differs.
    """

    fr: str
    en: str
    you: str = ""
    he: str = ""

    def spoken(self, language: str, voice: Voice = Voice.SHE) -> str:
        """Return the text as it is said in a language and voice.

        English questions are worded without a person, so that one form serves every voice. Protocols are
        typed with plain apostrophes and spaces; the French reader gets the typographic ones.
        """
        if language == "en":
            return self.en
        own = {Voice.YOU: self.you, Voice.HE: self.he}.get(voice)
        return french(own or self.fr)


@dataclass(frozen=True)
class Gate:
    """For whom a question is meant; ages in completed months, the maximum exclusive."""

    age_min_months: int | None = None
    age_max_months: int | None = None
    sex: Sex | None = None
    pregnant: bool = False
    territory: frozenset[str] = frozenset()

    def holds(self, patient: PatientFacts) -> bool | None:
        """Return whether the gate is open for a patient; None when a fact it needs is unknown.

        Known false in one part is false; an unknown part means the question is asked.
        """
        parts = (self._age(patient), self._sex(patient), self._pregnant(patient), self._territory(patient))
        if False in parts:
            return False
        return None if None in parts else True

    def _age(self, patient: PatientFacts) -> bool | None:
        if self.age_min_months is None and self.age_max_months is None:
            return True
        if patient.age_months is None:
            return None
        low = self.age_min_months or 0
        high = self.age_max_months
        return low <= patient.age_months and (high is None or patient.age_months < high)

    def _sex(self, patient: PatientFacts) -> bool | None:
        if self.sex is None:
            return True
        return None if patient.sex is None else patient.sex is self.sex

    def _pregnant(self, patient: PatientFacts) -> bool | None:
        return patient.pregnant if self.pregnant else True

    def _territory(self, patient: PatientFacts) -> bool | None:
        if not self.territory:
            return True
        return None if patient.territory is None else patient.territory in self.territory


EVERYBODY = Gate()


@dataclass(frozen=True, eq=False)
class Question:
    """One sentence read aloud and answered yes, no, unknown or refused.

    Args:
        id: The reference's id, or its own with ``covers`` naming what it was split from.
        level: Reached by a yes (flag, raise); the level a yes lowers to (lower).
        unknown_as: How "I do not know" and a refusal count: the answer with the more urgent consequence.
        derive: When the gate is known to hold, the answer is yes and nothing is spoken.
        prefill_from: ``patient.x`` or ``tronc_commun.x``, taken instead of asking when known.
        also_open: Complaints asked next on yes, unknown or refused.
        signs: What a yes tells the modifiers (fever, cough, rash, bleeding, …).
        words: Caller's words that name this vital sign, so that it is asked first.
        covers: Ids of the reference this question answers for.
        merges: Ids of the questions of its protocol that this one says in one breath; empty for one of those.
    """

    id: str
    effect: Effect
    level: Level
    text: Text
    unknown_as: Given
    source: str
    source_status: SourceStatus
    gate: Gate = EVERYBODY
    derive: bool = False
    prefill_from: str = ""
    also_open: tuple[str, ...] = ()
    signs: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    help: Text | None = None
    covers: tuple[str, ...] = ()
    note: str = ""
    merges: tuple[str, ...] = ()


@dataclass(frozen=True)
class LevelText:
    """What belongs to a level: said, done, who is told, what to watch for, and what if it fails.

    Args:
        note: For the doctor who is to sign these words; nothing that is said.
    """

    say: Text
    act: Text
    told: Text
    safety_net: Text
    fallback: Text
    note: str = ""


@dataclass(frozen=True)
class ExpectedCase:
    """One patient with answers, and the level the author expects; a protocol that gives another is refused.

    Args:
        name: What the case shows: typical, atypical, worst, all_unknown, lowest, third_party, ...
        answers: ``question``, or ``protocol.question`` for the screen and opened complaints.
        others: The answer to every other question of the protocol and what it opens; the screen's are "no".
    """

    name: str
    patient: PatientFacts
    answers: Mapping[str, Given]
    others: Given
    level: Level


@dataclass(frozen=True, eq=False)
class Protocol:
    """One complaint, or the universal screen (``is_screen``), in one version.

    Args:
        default: The level when every answer is "no".
        floor: No lowering goes below it.
        removed: Ids of the reference that are not asked, each with its reason for the doctor.
        texts: Own words for a level, instead of the library's.
        cases: What its author expects of it; checked where it is loaded.
        merged: Sentences that say several questions of one level that raise; "no" answers each of them.
    """

    code: str
    version: str
    state: State
    author: str
    review_by: date
    title: Text
    default: Level
    floor: Level
    red_flags: tuple[Question, ...]
    deciding: tuple[Question, ...] = ()
    is_screen: bool = False
    audience: Gate = EVERYBODY
    signs: frozenset[str] = frozenset()
    synonyms: tuple[str, ...] = ()
    removed: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[Level, LevelText] = field(default_factory=dict)
    cases: tuple[ExpectedCase, ...] = ()
    merged: tuple[Question, ...] = ()
    reviewer: str = ""
    note: str = ""

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in the order it is asked."""
        return self.red_flags + self.deciding

    @property
    def spoken(self) -> tuple[Question, ...]:
        """Every sentence that may be read aloud: the questions, and those that say several in one."""
        return self.questions + self.merged

    def ref(self, question: Question) -> str:
        """Return the id of a question that is unique in the library, ``protocol.question``."""
        return f"{self.code}.{question.id}"


@dataclass(frozen=True, eq=False)
class Modifier:
    """A fact about the patient or the call that raises the level, whatever the complaint; never lowers.

    Args:
        gate: Age limits; ``unknown_age`` says whether an unknown age counts as inside.
        flag: A fact that must be true; ``or_flag`` one that suffices without the gate.
        signs: All must be present; ``signs_any``: one suffices.
        raise_to: At least this level; or ``raise_by`` levels, and ``at_least`` if not better.
        spares_admin: Leaves alone what the desk handles by itself, because no answer says anybody is ill.
    """

    id: str
    text: Text
    source: str
    source_status: SourceStatus
    gate: Gate = EVERYBODY
    unknown_age: bool = False
    flag: str = ""
    or_flag: str = ""
    signs: frozenset[str] = frozenset()
    signs_any: frozenset[str] = frozenset()
    raise_to: Level | None = None
    raise_by: int = 0
    at_least_if_not_better: Level | None = None
    spares_admin: bool = False


@dataclass(frozen=True)
class Rulebook:
    """Everything the engine needs: the screen, the complaints, the modifiers and the words of each level."""

    screen: Protocol
    protocols: Mapping[str, Protocol]
    modifiers: tuple[Modifier, ...]
    texts: Mapping[Level, LevelText]

    def get(self, code: str) -> Protocol | None:
        """Return a protocol or the screen by code."""
        return self.screen if code == self.screen.code else self.protocols.get(code)

    def texts_of(self, code: str | None, level: Level) -> LevelText:
        """Return what to say and do at a level, in the protocol's own words when it has some."""
        own = self.protocols[code].texts if code else {}
        return own.get(level) or self.texts[level]
