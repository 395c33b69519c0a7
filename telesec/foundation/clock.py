"""The present moment, as a part that is handed in.

Nothing else in telesec reads the wall clock: SQL ``now()`` never decides, and ``datetime.now`` is
banned by name, or no test could move time.
"""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the present moment."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one reader of the wall clock
