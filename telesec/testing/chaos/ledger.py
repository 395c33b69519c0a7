"""The driver's own book: every act that was acknowledged, and what was seen to be wrong afterwards.

It knows nothing of telesec's tables, so that telesec cannot vouch for itself.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What somebody did."""

    MESSAGE = "message"
    ACKNOWLEDGEMENT = "acknowledgement"
    CALLBACK = "callback"
    BOOKING = "booking"
    MOVE = "move"
    CANCELLATION = "cancellation"
    DRAFT = "draft"


@dataclass(frozen=True)
class Entry:
    """An act that was acknowledged.

    Args:
        token: What the driver knows it by: words of a message, a telephone number, an id.
        told: What the answer said.
    """

    kind: Kind
    token: str
    practice_id: str
    told: Mapping[str, Any]


@dataclass
class Findings:
    """What is wrong, one line each, without a name or a number of anybody real."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)


class Ledger:
    """The book; any thread may write."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._tried: dict[str, list[str]] = {}

    def acknowledged(self, kind: Kind, token: str, practice_id: str, told: Mapping[str, Any]) -> None:
        """Write down that the answer to an act was yes."""
        with self._lock:
            self._entries.append(Entry(kind, token, practice_id, told))

    def tries(self, token: str, words: str) -> None:
        """Write down that words are about to be sent: without an answer they may be there or not."""
        with self._lock:
            self._tried.setdefault(token, []).append(words)

    def tried(self, token: str) -> list[str]:
        """Return the words sent for a token, in their order."""
        with self._lock:
            return list(self._tried.get(token, []))

    def of(self, *kinds: Kind) -> list[Entry]:
        """Return the acknowledged acts of some kinds, in their order."""
        with self._lock:
            return [entry for entry in self._entries if entry.kind in kinds]

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)
