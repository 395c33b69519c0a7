"""Who is at work over some practices, and how loaded: waiting calls, on a call, free, on break."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from telesec.accounts.breaks import Colleague
from telesec.calls.reads import QueueRow
from telesec.calls.rules import CallState


@dataclass(frozen=True)
class Crew:
    """People at the desk with the queue they serve.

    Args:
        people: Whoever is logged in, or on break.
        queue: Calls that ring or are open.
        reader: Who looks; None for one who is no person.
    """

    people: tuple[Colleague, ...]
    queue: tuple[QueueRow, ...]
    reader: UUID | None
    now: datetime

    @cached_property
    def in_call(self) -> Mapping[UUID, datetime]:
        """Who has a call in hand, and since when it rang: their oldest one."""
        rows = sorted(self.queue, key=lambda row: row.opened_at, reverse=True)
        return {
            row.secretary_id: row.opened_at
            for row in rows
            if row.state is CallState.OPEN and row.secretary_id
        }

    @property
    def waiting(self) -> int:
        """How many calls ring."""
        return sum(row.state is CallState.RINGING for row in self.queue)

    @property
    def on_break(self) -> tuple[Colleague, ...]:
        """Who rests, longest first; with a call still in hand too."""
        resting = [one for one in self.people if one.break_since is not None]
        return tuple(sorted(resting, key=lambda one: one.break_since or self.now))

    @property
    def on_call(self) -> tuple[Colleague, ...]:
        """Who has a call in hand."""
        return tuple(one for one in self.people if one.id in self.in_call)

    @property
    def free(self) -> tuple[Colleague, ...]:
        """Who can answer now."""
        return tuple(one for one in self.people if one.break_since is None and one.id not in self.in_call)

    @property
    def me(self) -> Colleague | None:
        """The reader."""
        return next((one for one in self.people if one.id == self.reader), None)

    @property
    def my_break(self) -> datetime | None:
        """When the reader's break began."""
        return self.me.break_since if self.me else None

    @property
    def others(self) -> tuple[Colleague, ...]:
        """Everybody but the reader, by name."""
        return tuple(one for one in self.people if one.id != self.reader)

    @property
    def others_free(self) -> tuple[Colleague, ...]:
        """Colleagues who can answer now."""
        return tuple(one for one in self.free if one.id != self.reader)

    def call_since(self, one: Colleague) -> datetime | None:
        """Return since when somebody has a call in hand, None when they have none."""
        return self.in_call.get(one.id)

    @property
    def others_on_break(self) -> tuple[Colleague, ...]:
        """Colleagues who rest."""
        return tuple(one for one in self.on_break if one.id != self.reader)

    def forgot(self, one: Colleague) -> bool:
        """Return whether the end of somebody's break was perhaps forgotten."""
        return one.forgot(self.now)
