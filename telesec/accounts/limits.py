"""Counting tries on an unlogged table, exact under a storm of parallel tries.

The rows are locked for the few milliseconds of the counting transaction, in one order for all, so
that fifty tries at once are counted as fifty: each row is made, or locked by an update that changes
nothing. What a count means is decided in ``rules``.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from telesec.accounts import rules
from telesec.accounts.models import RateLimit
from telesec.accounts.rules import Limit
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import TooMany
from telesec.foundation.unit_of_work import UnitOfWork

KEPT = timedelta(days=1)


def count_try(uow: UnitOfWork, limits: Sequence[Limit]) -> None:
    """Count one try under every limit, or refuse it.

    Raises:
        TooMany: With the longest wait among the limits; a refused try is not counted.
    """
    now, by_key = uow.now(), {limit.key: limit for limit in limits}
    fresh = insert(RateLimit).values([{"key": key, "tries": 0, "last_at": now} for key in sorted(by_key)])
    rows = uow.session.execute(
        fresh.on_conflict_do_update(
            index_elements=[RateLimit.key], set_={"tries": RateLimit.tries}
        ).returning(RateLimit.key, RateLimit.tries, RateLimit.last_at)
    ).all()
    wait = max((rules.retry_after(by_key[row.key], row.tries, row.last_at, now) for row in rows), default=0)
    if wait > 0:
        raise TooMany(wait)
    forgotten = [row.key for row in rows if now - row.last_at >= by_key[row.key].forgotten_after]
    uow.session.execute(
        update(RateLimit)
        .where(RateLimit.key.in_(by_key))
        .values(tries=case((RateLimit.key.in_(forgotten), 1), else_=RateLimit.tries + 1), last_at=now)
    )


def forget(uow: UnitOfWork, limits: Sequence[Limit]) -> None:
    """After a success, forget the account's tries and take one from the limits others share.

    The shared ones are not cleared, or somebody with an account could go on guessing at others.
    """
    own = [limit.key for limit in limits if limit.own]
    shared = [limit.key for limit in limits if not limit.own]
    uow.session.execute(update(RateLimit).where(RateLimit.key.in_(own)).values(tries=0))
    uow.session.execute(
        update(RateLimit).where(RateLimit.key.in_(shared)).values(tries=func.greatest(0, RateLimit.tries - 1))
    )


def sweep(uow: UnitOfWork, limit: int = 1000) -> int:
    """Delete what no limit remembers any more; return how many rows went."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(practice_id=None))
    old = (
        select(RateLimit.key)
        .where(RateLimit.last_at < uow.now() - KEPT)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    gone = delete(RateLimit).where(RateLimit.key.in_(old)).returning(RateLimit.key)
    return len(uow.session.scalars(gone).all())
