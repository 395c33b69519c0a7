"""The steps judged on their facts: ready only when each needed one is true."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from telesec.onboarding.steps import CalendarFacts, DutyFacts, Facts, StepName, ready, steps

ALL = Facts(
    practitioners=1,
    answering=1,
    waiting=0,
    lines=1,
    types=1,
    calendars=(CalendarFacts("Dr Lune", healthy=True, tested=True, open_hours=True),),
    instructions=1,
    on_call=(DutyFacts("Dr Lune", reachable=True),),
    gaps=0,
    test_taken_at=datetime(2026, 11, 26, tzinfo=UTC),
    adopted=True,
    imported=0,
)


def missing(facts):
    return {step.name for step in steps(facts) if not step.done}


def test_everything_needed_makes_ready_without_a_list_of_patients():
    assert missing(ALL) == {StepName.PATIENTS}
    assert ready(steps(ALL))


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ({"practitioners": 0}, StepName.PRACTITIONERS),
        ({"answering": 0}, StepName.PEOPLE),
        ({"answering": 0, "waiting": 1}, StepName.PEOPLE),
        ({"lines": 0}, StepName.LINE),
        ({"types": 0}, StepName.TYPES),
        (
            {"calendars": (CalendarFacts("x", healthy=False, tested=True, open_hours=True),)},
            StepName.CALENDARS,
        ),
        (
            {"calendars": (CalendarFacts("x", healthy=True, tested=False, open_hours=True),)},
            StepName.CALENDARS,
        ),
        ({"calendars": (CalendarFacts("x", healthy=True, tested=True, open_hours=False),)}, StepName.HOURS),
        ({"instructions": 0}, StepName.INSTRUCTIONS),
        ({"on_call": ()}, StepName.ON_CALL),
        ({"on_call": (DutyFacts("x", reachable=False),)}, StepName.ON_CALL),
        ({"gaps": 2}, StepName.ON_CALL),
        ({"test_taken_at": None}, StepName.TEST_CALL),
        ({"adopted": False}, StepName.PROTOCOLS),
    ],
)
def test_one_thing_missing_is_not_ready(change, lacks):
    facts = replace(ALL, **change)

    assert missing(facts) == {lacks, StepName.PATIENTS}
    assert not ready(steps(facts))


def test_without_a_calendar_two_steps_wait():
    assert {StepName.CALENDARS, StepName.HOURS} < missing(replace(ALL, calendars=()))
