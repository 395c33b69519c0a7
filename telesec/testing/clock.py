"""A clock that only moves when a test says so."""

import threading
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


class MovableClock:
    """Starts on a Thursday at 10:00 in Paris; safe to read from many threads."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the moment the test is at."""
        with self._lock:
            return self._now

    def advance(self, **parts: float) -> datetime:
        """Move forward, for instance ``advance(minutes=5)``; return the new moment."""
        with self._lock:
            self._now += timedelta(**parts)
            return self._now

    def set(self, moment: datetime) -> None:
        """Jump to a moment."""
        with self._lock:
            self._now = moment
