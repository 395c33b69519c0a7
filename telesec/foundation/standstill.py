"""Notices a database that stands still, and lets nobody wait for it.

A server that was stopped where it is, or a network that swallows packets, closes no connection: whoever has
asked waits for ever. So a statement that has no answer after a moment makes a thread here open a connection
of its own. If that gets no answer either, every connection that waits is shut, and its thread is told as
of a server that went away. A statement that is only slow is never cut, however long it takes: its server
answers others.
"""

import os
import socket
import threading
import time
import weakref
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.errors import ConnectionTimeout

MOMENT_SECONDS = 1.25
LOOK_SECONDS = 0.25
ANSWER_SECONDS = 2
"""libpq's own least. A moment, a look and this stay below the five seconds after which a person is told."""
REMEMBER_SECONDS = 1.0


class Watched(psycopg.Connection[Any]):
    """A connection that says since when it waits for the server."""

    waits_since = 0.0

    def wait(self, *args: Any, **kwargs: Any) -> Any:
        """Wait as psycopg does, and say so meanwhile."""
        self.waits_since = time.monotonic()
        try:
            return super().wait(*args, **kwargs)
        finally:
            self.waits_since = 0.0


class Standstill:
    """Opens connections to one server and shuts those that wait while it stands still.

    Args:
        url: ``postgresql://…``, with the password.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._open: weakref.WeakSet[Watched] = weakref.WeakSet()
        self._answered_at = self._silent_at = -MOMENT_SECONDS
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def connect(self, *args: Any, **kwargs: Any) -> Watched:
        """Open a connection that is watched; takes what ``psycopg.connect`` takes.

        Raises:
            OperationalError: The server does not answer, or did not a moment ago.
        """
        if time.monotonic() - self._silent_at < REMEMBER_SECONDS:
            raise psycopg.OperationalError("the database stands still")
        try:
            connection = Watched.connect(*args, **kwargs)
        except ConnectionTimeout:
            self._silent_at = time.monotonic()
            raise
        with self._lock:
            self._open.add(connection)
            if self._thread is None and not self._stop.is_set():
                self._thread = threading.Thread(
                    target=_keep_looking, args=(weakref.ref(self), self._stop), name="standstill", daemon=True
                )
                self._thread.start()
        return connection

    def close(self) -> None:
        """Watch no longer."""
        self._stop.set()

    def look(self) -> None:
        """Shut what waits if the server stands still; asks it only if somebody has waited for a moment."""
        began = time.monotonic()
        with self._lock:
            waiting = [one for one in self._open if one.waits_since]
        if not any(began - max(one.waits_since, self._answered_at) > MOMENT_SECONDS for one in waiting):
            return
        if self._answers():
            self._answered_at = time.monotonic()
            return
        self._silent_at = time.monotonic()
        for one in waiting:
            if 0 < one.waits_since <= began:
                _shut(one)

    def _answers(self) -> bool:
        """Return whether the server says anything at all to somebody new."""
        try:
            psycopg.connect(self._url, connect_timeout=ANSWER_SECONDS).close()
        except ConnectionTimeout:
            return False
        except psycopg.OperationalError:
            return True
        return True


def _keep_looking(watched: "weakref.ref[Standstill]", stop: threading.Event) -> None:
    """Look until it is closed or forgotten."""
    while not stop.wait(LOOK_SECONDS):
        standstill = watched()
        if standstill is None:
            return
        standstill.look()
        del standstill


def _shut(connection: Watched) -> None:
    """Shut the line under a connection another thread waits on: that one sees its end and closes it."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)
