"""Escalation as values: stages, skips, repeats, exhaustion, outcomes."""

import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telesec.alerts import rules
from telesec.alerts.rules import (
    AlertLevel,
    ChannelKind,
    DeliveryStatus,
    Outcome,
    Progress,
    Reach,
    Step,
)

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SMS, VOICE, PUSH = ChannelKind.SMS, ChannelKind.VOICE, ChannelKind.PUSH
BOTH = frozenset({SMS, VOICE})
LUNE, SOLEIL, MARS = UUID(int=1), UUID(int=2), UUID(int=3)


def reach(*channels, called=None):
    return Reach(channels, called or {})


def at(seconds):
    return NOON + timedelta(seconds=seconds)


def run(level, people, *, until):
    """Play a policy to its end on a clock that jumps to each due moment; return (second, step, reachable)."""
    progress, trace, called, moment = rules.start(NOON), [], {}, NOON
    while moment is not None and moment <= at(until):
        step = rules.advance(level, progress, Reach(people, called), moment)
        for item in step.planned:
            trace.append(((moment - NOON).total_seconds(), item.step, item.reachable))
            if item.step.channel is VOICE and item.reachable:
                called[item.step.position] = moment
        progress, moment = step.progress, step.next_at
    return trace


def test_urgent_policy_goes_sms_voice_next_person_supervisor():
    trace = run(AlertLevel.DOCTOR_NOW, (BOTH, BOTH), until=900)

    assert [(second, step) for second, step, reachable in trace if reachable] == [
        (0, Step(SMS, 0)),
        (60, Step(VOICE, 0)),
        (180, Step(SMS, 1)),
        (180, Step(VOICE, 1)),
        (600, Step(None)),
    ]


def test_vital_policy_calls_at_once_next_person_in_parallel_supervisor_and_repeats():
    trace = run(AlertLevel.CALL15_NOW, (BOTH, BOTH), until=240)

    assert [(second, step) for second, step, _ in trace] == [
        (0, Step(VOICE, 0)),
        (60, Step(VOICE, 1)),
        (75, Step(VOICE, 0)),
        (135, Step(VOICE, 1)),
        (150, Step(VOICE, 0)),
        (180, Step(None)),
        (210, Step(VOICE, 1)),
        (225, Step(VOICE, 0)),
    ]


def test_vital_calls_stop_repeating_after_half_an_hour():
    trace = run(AlertLevel.CALL15_NOW, (BOTH,), until=7200)

    assert max(second for second, _, _ in trace) == 1800


def test_step_on_channel_nobody_has_is_planned_as_skipped():
    step = rules.advance(AlertLevel.DOCTOR_NOW, rules.start(NOON), reach(BOTH), NOON)

    assert [(item.step, item.reachable) for item in step.planned] == [(Step(SMS), True), (Step(PUSH), False)]


def test_stage_that_reaches_nobody_costs_no_time():
    trace = run(AlertLevel.DOCTOR_NOW, (frozenset({VOICE}), BOTH), until=900)

    assert (0, Step(VOICE, 0), True) in trace


def test_vital_alert_goes_by_sms_to_who_has_no_voice_line():
    step = rules.advance(AlertLevel.CALL15_NOW, rules.start(NOON), reach(frozenset({SMS})), NOON)

    assert [(item.step, item.reachable) for item in step.planned] == [(Step(VOICE), False), (Step(SMS), True)]


def test_no_person_at_all_lands_on_the_desk_at_once():
    step = rules.advance(AlertLevel.DOCTOR_NOW, rules.start(NOON), reach(), NOON)

    assert step.exhausted
    assert [item.step for item in step.planned] == [Step(None)]


def test_people_without_contacts_land_on_the_desk_at_once():
    step = rules.advance(AlertLevel.CALL15_NOW, rules.start(NOON), reach(frozenset(), frozenset()), NOON)

    assert step.exhausted
    assert step.next_at is None


def test_overdue_stages_run_together_after_a_long_stop():
    step = rules.advance(AlertLevel.DOCTOR_NOW, rules.start(NOON), reach(BOTH, BOTH), at(3600))

    assert step.exhausted


def test_pass_on_makes_the_next_person_due_now_and_leaves_the_first_alone():
    progress = rules.pass_on(AlertLevel.CALL15_NOW, 2, 0, at(30))

    step = rules.advance(AlertLevel.CALL15_NOW, progress, reach(BOTH, BOTH, called={0: NOON}), at(200))

    assert Step(VOICE, 1) in [item.step for item in step.planned]
    assert Step(VOICE, 0) not in [item.step for item in step.planned]


def test_pass_on_by_the_last_person_goes_to_the_desk():
    progress = rules.pass_on(AlertLevel.DOCTOR_NOW, 2, 1, at(30))

    step = rules.advance(AlertLevel.DOCTOR_NOW, progress, reach(BOTH, BOTH), at(30))

    assert [item.step for item in step.planned] == [Step(None)]
    assert step.exhausted


def test_ladder_puts_the_named_person_on_call_first():
    assert rules.order_ladder([SOLEIL], [LUNE, SOLEIL]) == (SOLEIL, LUNE)


def test_ladder_puts_a_named_person_who_is_off_last():
    assert rules.order_ladder([MARS], [LUNE, SOLEIL]) == (LUNE, SOLEIL, MARS)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([DeliveryStatus.FAILED, DeliveryStatus.SKIPPED], True),
        ([DeliveryStatus.FAILED, DeliveryStatus.SENT], False),
        ([DeliveryStatus.QUEUED], False),
    ],
)
def test_stage_reaches_nobody_when_all_attempts_failed(statuses, expected):
    assert rules.reaches_nobody(statuses) is expected


def test_late_report_never_takes_a_status_back():
    assert rules.newer(DeliveryStatus.DELIVERED, DeliveryStatus.SENT) is DeliveryStatus.DELIVERED
    assert rules.newer(DeliveryStatus.UNKNOWN, DeliveryStatus.SENT) is DeliveryStatus.SENT


@pytest.mark.parametrize(
    ("level", "outcome", "minutes"),
    [
        (AlertLevel.CALL15_NOW, None, 5),
        (AlertLevel.DOCTOR_NOW, None, 10),
        (AlertLevel.DOCTOR_NOW, Outcome.WILL_CALL, 30),
        (AlertLevel.DOCTOR_NOW, Outcome.PASS_ON, 0),
    ],
)
def test_alert_without_a_closing_outcome_calls_again(level, outcome, minutes):
    assert rules.outcome_due(level, outcome, NOON) == NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize("outcome", [Outcome.PATIENT_CALLED, Outcome.SENT_TO_15])
def test_closing_outcome_ends_the_alert(outcome):
    assert rules.outcome_due(AlertLevel.DOCTOR_NOW, outcome, NOON) is None


def test_passing_failure_is_repeated_three_times_then_given_up():
    assert [rules.retry_at(attempts, NOON) for attempts in (1, 2, 3, 4)] == [at(5), at(15), at(45), None]


@pytest.mark.parametrize(
    ("level", "expected"),
    [("call15_now", True), ("doctor_now", True), ("same_day", False), ("admin", False)],
)
def test_only_the_two_first_levels_raise_an_alert(level, expected):
    assert rules.raises_alert(level) is expected


levels = st.sampled_from(AlertLevel)
people = st.lists(st.frozensets(st.sampled_from(ChannelKind)), max_size=6).map(tuple)


@given(levels, people)
def test_every_policy_ends_on_the_desk_in_its_promised_time(level, channels):
    trace = run(level, channels, until=1800)

    seconds = [second for second, step, _ in trace if step.channel is None]
    assert len(seconds) == 1
    assert seconds[0] <= (180 if level is AlertLevel.CALL15_NOW else 600)


@given(levels, people)
def test_every_reachable_person_of_the_ladder_is_tried_before_the_desk(level, channels):
    used = list(channels[: rules.LADDER_LENGTH])
    trace = run(level, channels, until=600)

    gap = 60 if level is AlertLevel.CALL15_NOW else 180
    limit = 180 if level is AlertLevel.CALL15_NOW else 600
    tried = {step.position for _, step, reachable in trace if step.channel and reachable}
    wanted = {SMS, VOICE} if level is AlertLevel.CALL15_NOW else {SMS, VOICE, PUSH}
    assert tried == {n for n, has in enumerate(used) if has & wanted and n * gap < limit}


@given(levels, people, st.integers(0, 4000), st.integers(0, 900))
def test_sweep_twice_is_sweep_once(level, channels, now, age):
    progress = Progress(0, at(0), at(0))
    first = rules.advance(level, progress, reach(*channels), at(now))
    called = {
        item.step.position: at(now) for item in first.planned if item.step.channel is VOICE and item.reachable
    }

    second = rules.advance(level, first.progress, Reach(channels, called), at(now))

    assert second.planned == ()
    assert second.progress == first.progress


@given(levels, people)
def test_vital_calls_to_one_person_are_60_to_90_seconds_apart(level, channels):
    trace = run(level, channels, until=1800)

    for position in range(len(channels)):
        times = [s for s, step, ok in trace if step == Step(VOICE, position) and ok]
        gaps = [b - a for a, b in itertools.pairwise(times)]
        assert all(60 <= gap <= 90 for gap in gaps)


def test_person_away_is_left_out_while_another_is_there():
    assert rules.left_out(AlertLevel.CALL15_NOW, [BOTH, BOTH], frozenset({0})) == {0}


def test_nobody_is_left_out_when_all_are_away():
    assert rules.left_out(AlertLevel.DOCTOR_NOW, [BOTH, BOTH], frozenset({0, 1})) == frozenset()


def test_nobody_is_left_out_for_somebody_the_policy_never_tries():
    people = [BOTH, BOTH, BOTH, BOTH]

    assert rules.left_out(AlertLevel.CALL15_NOW, people, frozenset({0, 1, 2})) == frozenset()
    assert rules.left_out(AlertLevel.DOCTOR_NOW, people, frozenset({0, 1, 2})) == {0, 1, 2}


def test_nobody_is_left_out_for_somebody_who_passed_the_alert_on():
    assert rules.left_out(AlertLevel.DOCTOR_NOW, [BOTH, BOTH], frozenset({1}), 1) == frozenset()
