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

from telesec.alerts import attempts, escalation, words
from telesec.alerts.attempts import Claim, Ending, Result
from telesec.alerts.parts import AlertsDeps
from telesec.alerts.ports import Channel, DeliveryOutcomeUnknown, Notice
from telesec.alerts.rules import ChannelKind
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import Unavailable
from telesec.web.language import render

log = structlog.get_logger(__name__)

IN_FLIGHT = 64
AT_ONCE = 100
LOOK_AHEAD = 512
"""Attempts looked at in one go: more than fly, so that those of other workers do not hide free ones."""

MAX_ROUNDS = 20
BATCH_SECONDS = 0.05


def deliver(deps: AlertsDeps) -> int:
    """Do everything that is due now; return how many alerts and attempts were worked on.

    Idempotent: what another worker holds or has done is left alone. It goes round again while something
    moved, because a stage whose attempts all failed makes the next one due at once.
    """
    total = 0
    for _ in range(MAX_ROUNDS):
        worked = _advance_due(deps) + _send_due(deps)
        total += worked
        if not worked:
            break
    return total


def _advance_due(deps: AlertsDeps) -> int:
    with deps.unit_of_work(system_actor(Purpose.DELIVER_ALERTS)) as uow:
        due = escalation.due_alerts(uow, AT_ONCE)
    return sum(_advance(deps, practice_id, ids) for practice_id, ids in _by_practice(due).items())


def _advance(deps: AlertsDeps, practice_id: UUID, alert_ids: Sequence[UUID]) -> int:
    with deps.unit_of_work(system_actor(Purpose.DELIVER_ALERTS, practice_id)) as uow:
        moved = escalation.advance(uow, practice_id, alert_ids, frozenset(deps.channels))
        uow.commit()
    return moved


def _send_due(deps: AlertsDeps) -> int:
    with deps.unit_of_work(system_actor(Purpose.DELIVER_ALERTS)) as uow:
        due = attempts.due_deliveries(uow, LOOK_AHEAD)
    if not due:
        return 0
    with closing(deps.database.direct()) as lease:
        held = _lock(lease, due)
        claims = [
            claim
            for practice_id, ids in _by_practice(held).items()
            for claim in _claim(deps, practice_id, ids)
        ]
        with ThreadPoolExecutor(IN_FLIGHT, "alerts-send") as pool:
            _settle_as_they_end(deps, [pool.submit(_attempt, deps, claim) for claim in claims])
    return len(held)


def _lock(lease: psycopg.Connection[Any], due: Sequence[tuple[UUID, UUID]]) -> list[tuple[UUID, UUID]]:
    """Return the attempts whose advisory lock this connection now holds; closing it frees them all."""
    rows = lease.execute(
        "select t.id from unnest(%s::uuid[], %s::bigint[]) as t(id, key) "
        "where pg_try_advisory_lock(t.key) limit %s",
        ([id_ for _, id_ in due], [lock_key(id_) for _, id_ in due], IN_FLIGHT),
    ).fetchall()
    free = {row[0] for row in rows}
    return [pair for pair in due if pair[1] in free]


def lock_key(delivery_id: UUID) -> int:
    """Return the advisory lock of an attempt: the random half of its id, as a signed 64-bit number."""
    return int.from_bytes(delivery_id.bytes[8:], "big", signed=True)


def _claim(deps: AlertsDeps, practice_id: UUID, delivery_ids: Sequence[UUID]) -> tuple[Claim, ...]:
    with deps.unit_of_work(system_actor(Purpose.DELIVER_ALERTS, practice_id)) as uow:
        claims = attempts.claim(uow, practice_id, delivery_ids)
        uow.commit()
    return claims


def _settle_as_they_end(deps: AlertsDeps, running: Iterable[Future[Result]]) -> None:
    """Write down results in small batches, so that a slow provider holds up nobody else's."""
    waiting = set(running)
    while waiting:
        done, waiting = wait(waiting, timeout=BATCH_SECONDS, return_when=ALL_COMPLETED)
        results = defaultdict(list)
        for future in done:
            result = future.result()
            results[result.practice_id].append(result)
        for practice_id, batch in results.items():
            with deps.unit_of_work(system_actor(Purpose.DELIVER_ALERTS, practice_id)) as uow:
                attempts.settle(uow, practice_id, batch)
                uow.commit()


def _attempt(deps: AlertsDeps, claim: Claim) -> Result:
    """Send, or ask what became of an earlier send. Runs in a thread, outside any transaction."""
    channels = deps.channels.get(claim.channel, ())
    if not channels:
        return _result(claim, Ending.PERMANENT_FAILURE, error="no_channel")
    channel = channels[(claim.attempts - 1) % len(channels)]
    notice = _notice(deps, claim)
    try:
        receipt = channel.look_up(notice) if claim.look_up else channel.send(notice)
    except Exception as error:  # noqa: BLE001 - a broken plug-in must not stop the others' alerts
        return _failed(claim, channel, error)
    if receipt is None:
        return _result(claim, Ending.NEVER_LEFT)
    return Result(claim.practice_id, claim.delivery_id, Ending.TAKEN, receipt.status, receipt.provider_id)


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
    language = deps.settings.language
    base = deps.settings.public_url
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
