"""Decisions about accounts that need no database: limits, lifetimes, addresses."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=10)
LATEST = timedelta(hours=14)
"""A session in which a call is open or a slot is held goes on beyond ``ABSOLUTE``, but never beyond this."""
WALL = timedelta(days=30)
KEPT = timedelta(days=60)
"""How long the row of a session is kept: for the list, and to know a call centre's address."""
TOUCH_EVERY = timedelta(seconds=60)
LINK_LIFETIME = timedelta(hours=24)
RECOVERY_CODES = 10
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
LONGEST_EMAIL = 254

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True)
class Limit:
    """One rate limit: a key, how many tries are free, and how long it may make one wait.

    Each try beyond the free ones doubles the wait, up to ``longest_wait``; after ``forgotten_after``
    without a try all is forgotten, so nobody is ever locked out for good. ``own`` limits concern one
    account and are cleared by its success.
    """

    key: str
    free: int
    longest_wait: timedelta
    forgotten_after: timedelta = timedelta(hours=1)
    own: bool = False


def log_in_limits(account: str, address: str, *, limit_address: bool) -> tuple[Limit, ...]:
    """Return the limits of one attempt to log in.

    Args:
        account: The account's key (a hash: the table names nobody).
        address: The network address's key.
        limit_address: False where secretaries work: a call centre sits behind one address.
    """
    limits = [
        Limit(f"both:{account}:{address}", 5, timedelta(minutes=15), own=True),
        Limit(f"account:{account}", 30, timedelta(minutes=1), own=True),
        Limit("global", 600, timedelta(seconds=5), timedelta(minutes=10)),
    ]
    if limit_address:
        limits.append(Limit(f"address:{address}", 30, timedelta(minutes=5)))
    return tuple(limits)


def step_up_limits(account: str) -> tuple[Limit, ...]:
    """Return the limits of giving the second factor anew: five free tries, then ever longer waits."""
    return (Limit(f"step_up:{account}", 5, timedelta(minutes=15), own=True),)


def token_limit(token: str, now: datetime, free: int) -> Limit:
    """Return the limit of one API token in this minute; each minute is counted by itself.

    Args:
        token: The token's id.
        now: Aware.
        free: Requests that may be made in a minute.
    """
    minute = int(now.timestamp() // 60)
    return Limit(f"token:{token}:{minute}", free, timedelta(minutes=1), timedelta(minutes=1))


def wait_after(limit: Limit, tries: int) -> timedelta:
    """Return how long to wait after so many tries: none while they are free, then 1, 2, 4 … seconds."""
    beyond = tries - limit.free
    if beyond < 0:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(beyond, 20)), limit.longest_wait)


def retry_after(limit: Limit, tries: int, last_at: datetime, now: datetime) -> int:
    """Return how many whole seconds to wait before the next try; 0 when it may go on.

    A last try that lies ahead was made before the clock was put back: it counts as made now.
    """
    left = min(last_at, now) + wait_after(limit, tries) - now
    return max(0, -(-left // timedelta(seconds=1)))


def is_dead(created_at: datetime, now: datetime, *, in_call: bool = False) -> bool:
    """Return whether a session has reached its absolute end, which is asked for between calls only."""
    return now - created_at >= (LATEST if in_call else ABSOLUTE)


def must_touch(seen_at: datetime, now: datetime, *, active: bool) -> bool:
    """Tell whether a session's last sign of life is to be written anew.

    One that lies ahead is, whoever asks: the clock was put back, and idleness would count only once it has
    caught up.
    """
    return seen_at - now >= TOUCH_EVERY or (active and now - seen_at >= TOUCH_EVERY)


def is_idle(seen_at: datetime, now: datetime) -> bool:
    """Return whether a session has been idle so long that it locks."""
    return now - seen_at >= IDLE


def normal_email(email: str) -> str:
    """Return an address as it is stored and compared."""
    return email.strip().lower()


def is_email(email: str) -> bool:
    """Return whether this can be an address; only mail that arrives proves one."""
    return len(email) <= LONGEST_EMAIL and _EMAIL.fullmatch(email) is not None


def safe_next(target: str) -> str:
    """Return a path of ours to go to after logging in, or ``/``; never another site's address."""
    if not target.startswith("/") or target[1:2] in {"/", "\\"} or any(ord(char) < 33 for char in target):
        return "/"
    return target
