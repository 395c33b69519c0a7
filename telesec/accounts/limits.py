"""Counting tries on an unlogged table, exact under a storm of parallel tries.

The rows are locked for the few milliseconds of the counting transaction, in one order for all, so
that fifty tries at once are counted as fifty. What a count means is decided in ``rules``.
"""

from collections.abc import Sequence

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from telesec.accounts import rules
from telesec.accounts.models import RateLimit
from telesec.accounts.rules import Limit
from telesec.foundation.errors import TooMany
from telesec.foundation.unit_of_work import UnitOfWork


def count_try(uow: UnitOfWork, limits: Sequence[Limit]) -> None:
    """Count one try under every limit, or refuse it.

    Raises:
        TooMany: With the longest wait among the limits; a refused try is not counted.
    """
    now, keys = uow.now(), sorted(limit.key for limit in limits)
    uow.session.execute(
        insert(RateLimit)
        .values([{"key": key, "tries": 0, "last_at": now} for key in keys])
        .on_conflict_do_nothing()
    )
    rows = uow.session.execute(
        select(RateLimit.key, RateLimit.tries, RateLimit.last_at)
        .where(RateLimit.key.in_(keys))
        .order_by(RateLimit.key)
        .with_for_update()
    ).all()
    known = {row.key: row for row in rows}
    forgotten = [limit.key for limit in limits if now - known[limit.key].last_at >= limit.forgotten_after]
    wait = max(
        rules.retry_after(limit, known[limit.key].tries, known[limit.key].last_at, now) for limit in limits
    )
    if wait > 0:
        raise TooMany(wait)
    uow.session.execute(
        update(RateLimit)
        .where(RateLimit.key.in_(keys))
        .values(tries=case((RateLimit.key.in_(forgotten), 1), else_=RateLimit.tries + 1), last_at=now)
    )


def forget(uow: UnitOfWork, limits: Sequence[Limit]) -> None:
    """After a success, forget the account's tries and take one from the limits others share.

    The shared ones are not cleared, or somebody with an account could go on guessing at others.
    """
    own = [limit.key for limit in limits if limit.own]
    shared = [limit.key for limit in limits if not limit.own]
    uow.session.execute(delete(RateLimit).where(RateLimit.key.in_(own)))
    uow.session.execute(
        update(RateLimit).where(RateLimit.key.in_(shared)).values(tries=func.greatest(0, RateLimit.tries - 1))
    )
