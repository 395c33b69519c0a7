"""Live events: told to every web process after the commit, by NOTIFY on a connection of its own.

A payload holds a topic and ids, never content. Losing one is harmless: each stream reads again
every ten seconds.
"""

import json
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

import psycopg
import structlog

from telesec.foundation.unit_of_work import LiveEvent

log = structlog.get_logger(__name__)
CHANNEL = "telesec_live"
LONGEST_QUEUE = 200


class LiveSender:
    """Sends events on one connection with ``synchronous_commit`` off."""

    def __init__(self, connect: Callable[[], "psycopg.Connection[Any]"]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._connection: psycopg.Connection[Any] | None = None
        self._ended = False

    def send(self, events: Sequence[LiveEvent]) -> None:
        """Send events; a broken connection is dropped and the events are lost, by design."""
        with self._lock, suppress(psycopg.Error):
            if self._ended:
                return
            try:
                if self._connection is None or self._connection.closed:
                    self._connection = self._connect()
                    self._connection.execute("set synchronous_commit = off")
                payloads = [encode(event) for event in events]
                self._connection.execute(
                    "select pg_notify(%s, p) from unnest(%s::text[]) p", (CHANNEL, payloads)
                )
            except psycopg.Error:
                self._drop()
                raise

    def close(self) -> None:
        """Close the connection for good: what a thread still sends after this is lost, by design."""
        with self._lock:
            self._ended = True
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
        self._connection = None


class LiveHub:
    """Listens once per process and hands each event to every subscriber of its practice."""

    def __init__(self, connect: Callable[[], "psycopg.Connection[Any]"]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._subscribers: dict[queue.Queue[LiveEvent], frozenset[UUID]] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def subscribe(self, practice_ids: frozenset[UUID]) -> Iterator["queue.Queue[LiveEvent]"]:
        """Give a queue of the events of some practices, and of the installation."""
        inbox: queue.Queue[LiveEvent] = queue.Queue(LONGEST_QUEUE)
        with self._lock:
            self._subscribers[inbox] = practice_ids
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen, name="live-hub", daemon=True)
                self._thread.start()
        try:
            yield inbox
        finally:
            with self._lock:
                self._subscribers.pop(inbox, None)

    def close(self) -> None:
        """Stop listening."""
        self._stop.set()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                with self._connect() as connection:
                    connection.execute(f"listen {CHANNEL}")
                    while not self._stop.is_set():
                        for notice in connection.notifies(timeout=1.0):
                            self._hand_out(decode(notice.payload))
            except psycopg.Error:
                log.warning("live.connection_lost")
                self._stop.wait(1.0)

    def _hand_out(self, event: LiveEvent) -> None:
        with self._lock:
            for inbox, practice_ids in self._subscribers.items():
                if event.practice_id is None or event.practice_id in practice_ids:
                    with suppress(queue.Full):
                        inbox.put_nowait(event)


def encode(event: LiveEvent) -> str:
    """Return the payload of a NOTIFY, far below its limit of 8 000 bytes."""
    parts = [event.topic, str(event.practice_id or ""), str(event.object_id or "")]
    return json.dumps(parts)


def decode(payload: str) -> LiveEvent:
    """Return the event of a payload."""
    topic, practice_id, object_id = json.loads(payload)
    return LiveEvent(
        topic, UUID(practice_id) if practice_id else None, UUID(object_id) if object_id else None
    )
