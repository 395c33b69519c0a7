"""Deliver: advance due alerts, claim due attempts, call the outside world, settle.

Each attempt is held by a session advisory lock on a connection of its own: a dead worker frees it at once, a
slow one is never pre-empted. Nothing is sent inside a transaction, and nothing is sent twice without asking
the provider first. Every line may be the last one of this process: what it leaves is found by the next sweep.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ALL_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from typing import Any
from uuid import UUID

import psycopg
import structlog

from telesec.alerts import attempts, escalation, ringing, words
from telesec.alerts.attempts import Claim, Ending, Result
from telesec.alerts.parts import AlertsDeps
from telesec.alerts.ports import Channel, DeliveryOutcomeUnknown, HangsUp, Notice, Receipt
from telesec.alerts.rules import ChannelKind, DeliveryStatus
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import Unavailable
from telesec.web.language import render

log = structlog.get_logger(__name__)

IN_FLIGHT = 160
"""Attempts that fly at once: where a carrier takes 200 ms to answer, one worker asks 800 times a second."""

LOOK_AHEAD = 512
"""Rows looked at in one go: more than fly, so that those of other workers do not hide free ones."""

MOST_IN_A_RUN = 5000
"""After so many attempts a run takes no new ones; the next run is a second away."""

TICK_SECONDS = 0.05


def deliver(deps: AlertsDeps) -> int:
    """Do everything that is due now; return how many alerts and attempts were worked on.

    Idempotent: what another worker holds or has done is left alone. While attempts are in flight it keeps
    looking for due alerts and attempts, so that a slow provider holds up nobody else's.
    """
    total = 0
    while True:
        moved = _advance_due(deps)
        total += moved
        if _due(deps):
            with (
                closing(deps.database.direct()) as lease,
                ThreadPoolExecutor(IN_FLIGHT, "alerts-send") as pool,
            ):
                return total + _Sending(deps, lease, pool).run()
        if moved < IN_FLIGHT:
            return total


def follow_clock(deps: AlertsDeps) -> int:
    """Let alerts the clock was put back behind call at once; return how many there were."""
    with deps.unit_of_work(system_actor(Purpose.DELIVER_ALERTS)) as uow:
        found = _by_practice(escalation.due_alerts(uow, LOOK_AHEAD, ahead=escalation.AHEAD))
    return sum(_follow_clock(deps, practice_id, ids) for practice_id, ids in found.items())


def _follow_clock(deps: AlertsDeps, practice_id: UUID, alert_ids: Sequence[UUID]) -> int:
    with deps.unit_of_work(system_actor(Purpose.DELIVER_ALERTS, practice_id)) as uow:
        moved = escalation.follow_clock(uow, practice_id, alert_ids)
        uow.commit()
    if moved:
        log.warning("alert.clock_went_back", count=moved)
    return moved


class _Sending:
    """The attempts one run has in flight.

    Closing ``lease`` frees every advisory lock; a lock already held by this connection is granted again, so
    what is in flight here is left out by its id.
    """

    def __init__(self, deps: AlertsDeps, lease: psycopg.Connection[Any], pool: ThreadPoolExecutor) -> None:
        self._deps, self._lease, self._pool = deps, lease, pool
        self._running: dict[Future[Result], Claim] = {}

    def run(self) -> int:
        """Take, send and settle until nothing is due and nothing flies; return how much was worked on."""
        total = 0
        while True:
            taken = self._take() if total < MOST_IN_A_RUN else 0
            if not taken and not self._running:
                return total
            self._settle()
            total += taken + _advance_due(self._deps)

    def _take(self) -> int:
        room = IN_FLIGHT - len(self._running)
        flying = {claim.delivery_id for claim in self._running.values()}
        due = [pair for pair in _due(self._deps) if pair[1] not in flying] if room else []
        held = _lock(self._lease, due, room) if due else []
        for practice_id, ids in _by_practice(held).items():
            for claim in _claim(self._deps, practice_id, ids):
                self._running[self._pool.submit(_attempt, self._deps, claim)] = claim
                flying.add(claim.delivery_id)
        _unlock(self._lease, {id_ for _, id_ in held} - flying)
        return len(held)

    def _settle(self) -> None:
        done, _ = wait(self._running, timeout=TICK_SECONDS, return_when=ALL_COMPLETED)
        results = defaultdict(list)
        claims = [self._running[future] for future in done]
        called = {claim.delivery_id for claim in claims if claim.channel is ChannelKind.VOICE}
        for future in done:
            result = future.result()
            results[result.practice_id].append(result)
        for practice_id, batch in results.items():
            with self._deps.unit_of_work(system_actor(Purpose.DELIVER_ALERTS, practice_id)) as uow:
                attempts.settle(uow, practice_id, batch)
                uow.commit()
            _look_whether_overtaken(
                self._deps, practice_id, [one for one in batch if one.delivery_id in called]
            )
        _unlock(self._lease, {self._running.pop(future).delivery_id for future in done})


def _look_whether_overtaken(deps: AlertsDeps, practice_id: UUID, calls: Sequence[Result]) -> None:
    sent = [result.delivery_id for result in calls if result.ending is Ending.TAKEN]
    if sent:
        with deps.unit_of_work(system_actor(Purpose.DELIVER_ALERTS, practice_id)) as uow:
            ringing.overtaken(uow, practice_id, sent)
            uow.commit()


def _due(deps: AlertsDeps) -> list[tuple[UUID, UUID]]:
    """Return due attempts, those of one practice together: each practice costs a transaction."""
    with deps.unit_of_work(system_actor(Purpose.DELIVER_ALERTS)) as uow:
        due = attempts.due_deliveries(uow, LOOK_AHEAD)
    return [(practice_id, id_) for practice_id, ids in _by_practice(due).items() for id_ in ids]


def _advance_due(deps: AlertsDeps) -> int:
    """Advance due alerts, some at a time: their attempts fly while the next ones are advanced."""
    with deps.unit_of_work(system_actor(Purpose.DELIVER_ALERTS)) as uow:
        due = escalation.due_alerts(uow, LOOK_AHEAD)
    moved = 0
    for practice_id, ids in _by_practice(due).items():
        moved += _advance(deps, practice_id, ids)
        if moved >= IN_FLIGHT:
            break
    return moved


def _advance(deps: AlertsDeps, practice_id: UUID, alert_ids: Sequence[UUID]) -> int:
    with deps.unit_of_work(system_actor(Purpose.DELIVER_ALERTS, practice_id)) as uow:
        moved = escalation.advance(uow, practice_id, alert_ids, frozenset(deps.channels))
        uow.commit()
    return moved


def _lock(
    lease: psycopg.Connection[Any], due: Sequence[tuple[UUID, UUID]], most: int
) -> list[tuple[UUID, UUID]]:
    """Return the attempts, at most so many, whose advisory lock this connection now holds."""
    rows = lease.execute(
        "select t.id from unnest(%s::uuid[], %s::bigint[]) as t(id, key) "
        "where pg_try_advisory_lock(t.key) limit %s",
        ([id_ for _, id_ in due], [lock_key(id_) for _, id_ in due], most),
    ).fetchall()
    free = {row[0] for row in rows}
    return [pair for pair in due if pair[1] in free]


def _unlock(lease: psycopg.Connection[Any], delivery_ids: Iterable[UUID]) -> None:
    keys = [lock_key(id_) for id_ in delivery_ids]
    if keys:
        lease.execute("select pg_advisory_unlock(key) from unnest(%s::bigint[]) as t(key)", (keys,))


def lock_key(delivery_id: UUID) -> int:
    """Return the advisory lock of an attempt: the random half of its id, as a signed 64-bit number."""
    return int.from_bytes(delivery_id.bytes[8:], "big", signed=True)


def _claim(deps: AlertsDeps, practice_id: UUID, delivery_ids: Sequence[UUID]) -> tuple[Claim, ...]:
    with deps.unit_of_work(system_actor(Purpose.DELIVER_ALERTS, practice_id)) as uow:
        claims = attempts.claim(uow, practice_id, delivery_ids)
        uow.commit()
    return claims


def _attempt(deps: AlertsDeps, claim: Claim) -> Result:
    """Send, or ask what became of an earlier send. Runs in a thread, outside any transaction."""
    channels = deps.channels.get(claim.channel, ())
    if not channels:
        return _result(claim, Ending.PERMANENT_FAILURE, error="no_channel")
    channel = channels[(claim.attempts - 1) % len(channels)]
    if claim.hang_up:
        return _stop(channel, claim)
    notice = _notice(deps, claim)
    try:
        receipt = channel.look_up(notice) if claim.look_up else channel.send(notice)
    except Exception as error:  # noqa: BLE001 - a broken plug-in must not stop the others' alerts
        return _failed(claim, channel, error)
    if receipt is None:
        return _result(claim, Ending.NEVER_LEFT)
    return Result(claim.practice_id, claim.delivery_id, Ending.TAKEN, receipt.status, receipt.provider_id)


def _stop(channel: Channel, claim: Claim) -> Result:
    """Hang up a call that still rings, once: what goes wrong only lets it ring to its end."""
    if not isinstance(channel, HangsUp):
        return _result(claim, Ending.RINGS_ON)
    try:
        channel.stop(Receipt(claim.hang_up, DeliveryStatus.SENT))
    except Exception as error:  # noqa: BLE001 - a broken plug-in must not stop the others' alerts
        log.warning("alert.channel.rings_on", channel=channel.name, error=type(error).__name__)
        return _result(claim, Ending.RINGS_ON)
    return _result(claim, Ending.HUNG_UP)


def _failed(claim: Claim, channel: Channel, error: Exception) -> Result:
    """Return what an exception of a channel means; anything not agreed in the port is an unknown outcome."""
    if isinstance(error, Unavailable) and not claim.look_up:
        ending = Ending.PERMANENT_FAILURE if error.permanent else Ending.PASSING_FAILURE
        return _result(claim, ending, error=error.code)
    if not isinstance(error, Unavailable | DeliveryOutcomeUnknown):
        log.error("alert.channel.broken", channel=channel.name, error=type(error).__name__)
    return _result(claim, Ending.UNKNOWN)


def _result(claim: Claim, ending: Ending, *, error: str = "") -> Result:
    return Result(claim.practice_id, claim.delivery_id, ending, error=error)


def _notice(deps: AlertsDeps, claim: Claim) -> Notice:
    language, base = claim.language, deps.settings.public_url
    voice = words.voice_prompt(claim.code) if claim.channel is ChannelKind.VOICE else ()
    return Notice(
        delivery_id=claim.delivery_id,
        to=claim.to,
        urgent_count=claim.urgent_count,
        code=claim.code,
        language=language,
        callback_base=base,
        text=render(words.text_message(claim.urgent_count, claim.code, base), language),
        spoken=tuple(render(sentence, language) for sentence in voice),
    )


def _by_practice(pairs: Iterable[tuple[UUID, UUID]]) -> Mapping[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for practice_id, id_ in pairs:
        found[practice_id].append(id_)
    return found
