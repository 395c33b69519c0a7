"""Escalation as values: who is tried, on which channel, when, and when it is nobody's turn any more.

Refuses to know a clock, a database or a provider. The service writes down what these functions decide, so a
doctor who cannot be reached is always a decision that a unit test has seen.

Source: the urgency scale of ``docs/glossary.md``; escalation vocabulary as in on-call systems.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never
from uuid import UUID


class ChannelKind(StrEnum):
    """How a person can be reached."""

    SMS = "sms"
    VOICE = "voice"
    PUSH = "push"
    EMAIL = "email"


class DeliveryStatus(StrEnum):
    """What became of an attempt. ``delivered`` means the device or line got it, not a human."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    ANSWERED = "answered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class AlertLevel(StrEnum):
    """The levels of the urgency scale that call a human at once; the others only fill an inbox."""

    CALL15_NOW = "call15_now"
    DOCTOR_NOW = "doctor_now"


class AlertState(StrEnum):
    """The life of an alert. ``pass_on`` and a missing outcome lead from acknowledged back to triggered."""

    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What the practitioner did, or promised."""

    PATIENT_CALLED = "patient_called"
    WILL_CALL = "will_call"
    PASS_ON = "pass_on"  # noqa: S105 - an outcome, not a password
    SENT_TO_15 = "sent_to_15"


DESK = "desk"
"""Where a step without a channel shows: the supervisor's red list, which always answers."""


REPEAT_AFTER = timedelta(seconds=75)
"""A vital voice call comes again between 60 and 90 s: heavy sleepers, no throttle."""

REPEAT_FOR = timedelta(minutes=30)
"""After this only the red list calls: a phone that rings all night helps nobody."""

REPEAT_STAGE = -1
"""Number of the stage a repeated call is written under."""

MAX_TRIES = 5
LADDER_LENGTH = 4


@dataclass(frozen=True)
class Step:
    """One thing to try: a channel of the person at ``position`` of the ladder.

    Args:
        channel: None means the supervisor's desk.
        position: 0 is the first person; ignored for the desk.
    """

    channel: ChannelKind | None
    position: int = 0


@dataclass(frozen=True)
class Stage:
    """Steps that run together, ``after`` the alert was triggered."""

    after: timedelta
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Progress:
    """How far an escalation has come.

    Args:
        done: Stages that have run.
        stage_due_at: When the next stage is due; None when the policy is exhausted.
        started_at: When this round began; vital calls repeat for ``REPEAT_FOR`` from then.
        from_position: People before this position passed the alert on; they are left alone.
    """

    done: int
    stage_due_at: datetime | None
    started_at: datetime
    from_position: int = 0


@dataclass(frozen=True)
class Planned:
    """One attempt to write down: to be sent, or skipped because nobody can be reached like that."""

    stage: int
    step: Step
    reachable: bool


@dataclass(frozen=True)
class Advance:
    """What one look at an alert decides."""

    planned: tuple[Planned, ...]
    progress: Progress
    next_at: datetime | None
    exhausted: bool


@dataclass(frozen=True)
class Reach:
    """Whom the escalation can reach now.

    Args:
        channels: For each position of the ladder, the channels that person has.
        called_at: For each position, the last voice attempt of this round.
        left_out: Positions that have no channels here only because those people are away.
    """

    channels: tuple[frozenset[ChannelKind], ...]
    called_at: Mapping[int, datetime]
    left_out: frozenset[int] = frozenset()

    def has(self, step: Step) -> bool:
        """Return whether the step can be tried; the desk always can."""
        if step.channel is None:
            return True
        return step.position < len(self.channels) and step.channel in self.channels[step.position]


def left_out(
    level: AlertLevel,
    channels: Sequence[frozenset[ChannelKind]],
    absent: frozenset[int],
    from_position: int = 0,
) -> frozenset[int]:
    """Return the positions skipped because these people are away: none when the policy reaches nobody else.

    Somebody away who is rung is a nuisance; a doctor nobody rang is a danger.

    Args:
        level: Of the alert; its policy says who is tried at all.
        channels: For each position of the ladder, the channels that person has.
        absent: Positions of those away now.
        from_position: The first position that is still tried.
    """
    reach = Reach(tuple(channels), {})
    planned = [
        item
        for stage in policy(level, len(channels))
        for found in [_plan(0, stage, from_position, reach)]
        for item in (*found, *_instead(level, found, reach))
    ]
    there = (item for item in planned if item.step.channel and item.step.position not in absent)
    return absent if any(item.reachable for item in there) else frozenset()


def raises_alert(level: str) -> bool:
    """Return whether a message of this level calls a human at once."""
    return level in {item.value for item in AlertLevel}


def order_ladder(named: Iterable[UUID], on_call: Iterable[UUID]) -> tuple[UUID, ...]:
    """Return the people to try, first one first, each once.

    Whom the message names and who is on call comes first, for he knows the patient; then the rest of those
    on call; then whom the message names although he is off.
    """
    named, on_call = tuple(named), tuple(on_call)
    ready = tuple(person for person in named if person in on_call)
    return tuple(dict.fromkeys(ready + on_call + named))[:LADDER_LENGTH]


def policy(level: AlertLevel, people: int) -> tuple[Stage, ...]:
    """Return the built-in policy of a level for a ladder of ``people``; its last stage is the desk.

    Vital: voice at once (an SMS to who has no voice line), the next person each 60 s in parallel, the
    supervisor at 180 s. Urgent: SMS and push at once, voice at 60 s, the next person each 180 s by SMS
    and voice together, the supervisor at 600 s.
    """
    vital = level is AlertLevel.CALL15_NOW
    first, gap, desk = (0, 60, 180) if vital else (60, 180, 600)
    stages = []
    if people and not vital:
        stages.append(_stage(0, 0, ChannelKind.SMS, ChannelKind.PUSH))
    if people:
        stages.append(_stage(first, 0, ChannelKind.VOICE))
    others = (ChannelKind.VOICE,) if vital else (ChannelKind.SMS, ChannelKind.PUSH, ChannelKind.VOICE)
    stages += [
        _stage(position * gap, position, *others)
        for position in range(1, min(people, LADDER_LENGTH))
        if position * gap < desk
    ]
    return (*stages, Stage(timedelta(seconds=desk), (Step(None),)))


def _stage(seconds: int, position: int, *channels: ChannelKind) -> Stage:
    return Stage(timedelta(seconds=seconds), tuple(Step(channel, position) for channel in channels))


def start(now: datetime) -> Progress:
    """Return the progress of an alert triggered now: its first stage is due at once, whatever it is."""
    return Progress(done=0, stage_due_at=now, started_at=now)


def advance(level: AlertLevel, progress: Progress, reach: Reach, now: datetime) -> Advance:
    """Return every attempt that is due, and when to look again.

    A stage that reaches nobody costs no time: the next one is due at once. After a long stop all
    overdue stages run together, because the promise to tell the supervisor in time outweighs a quiet
    phone. Looking twice at one moment plans nothing the second time.
    """
    stages = policy(level, len(reach.channels))
    planned: list[Planned] = []
    done, due = progress.done, progress.stage_due_at
    while due is not None and due <= now and done < len(stages):
        found = _plan(done, stages[done], progress.from_position, reach)
        found += _instead(level, found, reach)
        planned += found
        done += 1
        reached = any(item.reachable for item in found)
        due = _next_due(stages, done, due, reached=reached)
    calls = {item.step.position for item in planned if item.step.channel is ChannelKind.VOICE}
    again, repeat_at = _repeats(level, progress, reach, now, skip=calls)
    planned += again
    moments = [moment for moment in (due, repeat_at) if moment is not None]
    return Advance(
        planned=tuple(planned),
        progress=replace(progress, done=done, stage_due_at=due),
        next_at=min(moments, default=None),
        exhausted=done >= len(stages),
    )


def _plan(number: int, stage: Stage, from_position: int, reach: Reach) -> list[Planned]:
    return [
        Planned(number, step, reach.has(step))
        for step in stage.steps
        if step.channel is None or step.position >= from_position
    ]


def _instead(level: AlertLevel, planned: list[Planned], reach: Reach) -> list[Planned]:
    """Return the SMS that stand in for vital calls to people who have no voice line."""
    if level is not AlertLevel.CALL15_NOW:
        return []
    mute = [item for item in planned if item.step.channel is ChannelKind.VOICE and not item.reachable]
    steps = [(item.stage, Step(ChannelKind.SMS, item.step.position)) for item in mute]
    return [Planned(stage, step, reachable=True) for stage, step in steps if reach.has(step)]


def _next_due(stages: tuple[Stage, ...], done: int, due: datetime, *, reached: bool) -> datetime | None:
    if done >= len(stages):
        return None
    return due + (stages[done].after - stages[done - 1].after if reached else timedelta(0))


def _repeats(
    level: AlertLevel, progress: Progress, reach: Reach, now: datetime, *, skip: set[int]
) -> tuple[list[Planned], datetime | None]:
    """Return the vital calls to repeat now, and when the next one is due."""
    if level is not AlertLevel.CALL15_NOW:
        return [], None
    planned: list[Planned] = []
    next_times = []
    called = {at: now for at in skip if reach.has(Step(ChannelKind.VOICE, at))}
    for position, last in {**reach.called_at, **called}.items():
        step = Step(ChannelKind.VOICE, position)
        if position < progress.from_position or not reach.has(step):
            continue
        if last + REPEAT_AFTER <= now <= progress.started_at + REPEAT_FOR:
            planned.append(Planned(REPEAT_STAGE, step, reachable=True))
            last = now  # noqa: PLW2901 - the next repeat counts from this one
        if last + REPEAT_AFTER <= progress.started_at + REPEAT_FOR:
            next_times.append(last + REPEAT_AFTER)
    return planned, min(next_times, default=None)


def pass_on(level: AlertLevel, people: int, position: int, now: datetime) -> Progress:
    """Return the progress after ``position`` passed the alert on: the next person's stage is due now."""
    stages = policy(level, people)
    following = (
        number
        for number, stage in enumerate(stages)
        if any(step.channel is None or step.position > position for step in stage.steps)
    )
    return Progress(done=next(following), stage_due_at=now, started_at=now, from_position=position + 1)


def reaches_nobody(statuses: Iterable[DeliveryStatus]) -> bool:
    """Return whether a stage's attempts all ended without reaching a device: the next is due now."""
    return all(status in {DeliveryStatus.FAILED, DeliveryStatus.SKIPPED} for status in statuses)


_RANK = {
    DeliveryStatus.QUEUED: 0,
    DeliveryStatus.SENDING: 1,
    DeliveryStatus.UNKNOWN: 2,
    DeliveryStatus.SENT: 3,
    DeliveryStatus.FAILED: 4,
    DeliveryStatus.SKIPPED: 4,
    DeliveryStatus.DELIVERED: 5,
    DeliveryStatus.ANSWERED: 6,
}


def newer(old: DeliveryStatus, new: DeliveryStatus) -> DeliveryStatus:
    """Return the later status in an attempt's life: reports arrive late, twice and out of order."""
    return new if _RANK[new] > _RANK[old] else old


def outcome_due(level: AlertLevel, outcome: Outcome | None, now: datetime) -> datetime | None:
    """Return when an acknowledged alert calls again unless its outcome is recorded; None when it is closed.

    An acknowledgement alone helps no patient: 5 minutes for a vital alert, 10 for an urgent one, and 30 for
    whoever promised to call.
    """
    match outcome:
        case None:
            return now + timedelta(minutes=5 if level is AlertLevel.CALL15_NOW else 10)
        case Outcome.WILL_CALL:
            return now + timedelta(minutes=30)
        case Outcome.PATIENT_CALLED | Outcome.SENT_TO_15:
            return None
        case Outcome.PASS_ON:
            return now
        case _:
            assert_never(outcome)


RETRIES = (timedelta(seconds=5), timedelta(seconds=15), timedelta(seconds=45))
"""Pauses before an attempt that failed for a passing reason is repeated."""


def retry_at(attempts: int, now: datetime) -> datetime | None:
    """Return when an attempt that failed ``attempts`` times (from 1) is repeated, or None to give up."""
    return now + RETRIES[attempts - 1] if attempts <= len(RETRIES) else None
