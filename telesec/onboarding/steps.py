"""The steps of a practice's day one: what each needs, judged from the facts alone.

Nothing here is a stored tick: what was done and is undone again shows as missing again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from telesec.foundation.language import Sentence, say


class StepName(StrEnum):
    """One step of the checklist, in the order it is done."""

    PRACTITIONERS = "practitioners"
    PEOPLE = "people"
    LINE = "line"
    TYPES = "types"
    CALENDARS = "calendars"
    HOURS = "hours"
    INSTRUCTIONS = "instructions"
    ON_CALL = "on_call"
    TEST_CALL = "test_call"
    PROTOCOLS = "protocols"
    PATIENTS = "patients"


OPTIONAL = frozenset({StepName.PATIENTS})


@dataclass(frozen=True)
class CalendarFacts:
    """One schedule: whose, whether its calendar answers, was tested as it is now, and has hours."""

    name: str
    healthy: bool
    tested: bool
    open_hours: bool


@dataclass(frozen=True)
class DutyFacts:
    """One practitioner on call: whether a verified number reaches them."""

    name: str
    reachable: bool


@dataclass(frozen=True)
class Facts:
    """Everything the steps are judged on.

    Args:
        answering: People who have enrolled and may answer this practice's calls.
        waiting: People invited to answer who have not enrolled yet.
        test_taken_at: When somebody now on call last took an alert by phone, on their present number.
        gaps: Times of the next 14 days in which an urgent call would reach nobody.
    """

    practitioners: int
    answering: int
    waiting: int
    lines: int
    types: int
    calendars: tuple[CalendarFacts, ...]
    instructions: int
    on_call: tuple[DutyFacts, ...]
    gaps: int
    test_taken_at: datetime | None
    adopted: bool
    imported: int


@dataclass(frozen=True)
class Step:
    """One step: done when nothing is missing."""

    name: StepName
    missing: tuple[Sentence, ...]

    @property
    def done(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing

    @property
    def needed(self) -> bool:
        """Whether the practice is not ready for calls without it."""
        return self.name not in OPTIONAL


def steps(facts: Facts) -> tuple[Step, ...]:
    """Return every step with what it lacks."""
    lacks: dict[StepName, Sequence[Sentence]] = {
        StepName.PRACTITIONERS: _unless(facts.practitioners, say("No practitioner yet.")),
        StepName.PEOPLE: _people(facts),
        StepName.LINE: _unless(facts.lines, say("No line yet: callers cannot reach the practice.")),
        StepName.TYPES: _unless(facts.types, say("No appointment type yet: nothing can be booked.")),
        StepName.CALENDARS: _calendars(facts),
        StepName.HOURS: _hours(facts),
        StepName.INSTRUCTIONS: _unless(
            facts.instructions, say("No instruction yet: secretaries do not know what to do.")
        ),
        StepName.ON_CALL: _on_call(facts),
        StepName.TEST_CALL: _unless(
            facts.test_taken_at, say("Nobody on call has taken an alert on their present number yet.")
        ),
        StepName.PROTOCOLS: _unless(
            facts.adopted, say("A practitioner of the practice has not adopted the protocols yet.")
        ),
        StepName.PATIENTS: _unless(facts.imported, say("No list of patients was imported.")),
    }
    return tuple(Step(name, tuple(lacks[name])) for name in StepName)


def ready(found: Sequence[Step]) -> bool:
    """Return whether calls may come: every needed step is done."""
    return all(step.done for step in found if step.needed)


def _unless(there: object, missing: Sentence) -> list[Sentence]:
    return [] if there else [missing]


def _people(facts: Facts) -> list[Sentence]:
    if facts.answering:
        return []
    if facts.waiting:
        return [say("Those invited have not used their link yet.")]
    return [say("Nobody may answer this practice's calls yet.")]


def _calendars(facts: Facts) -> list[Sentence]:
    if not facts.calendars:
        return [say("No calendar is connected yet.")]
    return [
        say("%(name)s: the calendar cannot be read now.", name=one.name)
        if one.tested
        else say("%(name)s: the calendar is not tested at this address.", name=one.name)
        for one in facts.calendars
        if not (one.tested and one.healthy)
    ]


def _hours(facts: Facts) -> list[Sentence]:
    if not facts.calendars:
        return [say("Connect a calendar first.")]
    return [
        say("%(name)s: no hours to book in.", name=one.name) for one in facts.calendars if not one.open_hours
    ]


def _on_call(facts: Facts) -> list[Sentence]:
    if not facts.on_call:
        return [say("Nobody is on call: every urgent message would go to you.")]
    missing = [
        say("%(name)s: no verified number.", name=one.name) for one in facts.on_call if not one.reachable
    ]
    if facts.gaps and not missing:
        missing.append(
            say("%(count)s times in the next 14 days an urgent call would reach nobody.", count=facts.gaps)
        )
    return missing
