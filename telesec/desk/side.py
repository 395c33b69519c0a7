"""The left column of every desk page: who rings, whom I promised to call, which loops are open.

No name, no number, nothing of health: only practices, times and states. Each list is read when a template
first asks for it, so that a part redrawn alone costs its own queries and no others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from telesec.accounts import breaks, bulletin_reads
from telesec.accounts.bulletin_reads import NoticeCard
from telesec.alerts import reads as alerts
from telesec.alerts.reads import AlertRow
from telesec.alerts.rules import AlertState, Outcome
from telesec.callbacks import reads as callbacks
from telesec.callbacks.reads import CallbackRow
from telesec.callbacks.rules import Urgency, urgency
from telesec.calls import reads as calls
from telesec.calls.reads import QueueRow
from telesec.calls.rules import CallState
from telesec.desk import changes
from telesec.desk.changes import ChangedInstruction
from telesec.desk.crew import Crew
from telesec.desk.day import MyDay, my_day
from telesec.desk.loops import Counts, Kind, OpenEnd, counts, open_ends, up_to
from telesec.desk.practice_states import PracticeState, practice_states
from telesec.desk.wording import HOUSE_ZONE, Wording, wording
from telesec.foundation.access import Permission
from telesec.foundation.language import Sentence, say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices import reads as practices
from telesec.practices.reads import PracticeCard
from telesec.scheduling import reads as scheduling
from telesec.scheduling.ports import Health
from telesec.scheduling.rules import ConflictKind, Operation

MOST_ROWS = 12
PENDING = {
    Operation.CREATE: say("An appointment waits to be confirmed"),
    Operation.MOVE: say("A moved appointment waits to be confirmed"),
    Operation.CANCEL: say("A cancellation waits to be confirmed"),
}
CONFLICTS = {
    ConflictKind.REFUSED: say("The calendar refused it after all: call the patient"),
    ConflictKind.MOVED: say("The calendar has another time for an appointment"),
    ConflictKind.VANISHED: say("An appointment is no longer in the calendar"),
}


@dataclass(frozen=True)
class TakeUp:
    """Something between two calls that somebody was promised; ``at`` is when it is or was due.

    Args:
        id: Of the callback card, the alert, the conflict, or the call it belongs to; None without a page.
    """

    kind: str
    icon: str
    id: UUID | None
    practice_id: UUID
    words: Sentence
    at: datetime
    when: str
    late: bool
    vital: bool = False

    @property
    def key(self) -> str:
        """What tells it from every other one, whatever its place in the list."""
        return f"{self.kind}-{self.id}-{int(self.at.timestamp())}"


@dataclass(frozen=True)
class CalendarState:
    """One practitioner's calendar as the idle page names it."""

    practice: str
    practitioner: str
    ok: bool
    fresh_at: datetime | None


class Side:
    """What waits, over all practices of one reader."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    @property
    def now(self) -> datetime:
        """The server's moment."""
        return self._uow.now()

    @cached_property
    def w(self) -> Wording:
        """How this reader reads times of lists across practices."""
        return wording(self._uow.actor.language, HOUSE_ZONE, self.now)

    @cached_property
    def practices(self) -> Mapping[UUID, PracticeCard]:
        """Every practice the reader serves."""
        return {card.id: card for card in practices.practices(self._uow)}

    @cached_property
    def _queue(self) -> tuple[QueueRow, ...]:
        return calls.queue(self._uow)

    @cached_property
    def ringing(self) -> tuple[QueueRow, ...]:
        """Calls nobody answered yet, longest first."""
        return tuple(row for row in self._queue if row.state is CallState.RINGING)

    @cached_property
    def mine(self) -> tuple[QueueRow, ...]:
        """The reader's own calls, open in this or another tab."""
        return tuple(row for row in self._queue if row.secretary_id == self._uow.actor.person_id)

    @cached_property
    def callbacks(self) -> tuple[CallbackRow, ...]:
        """Promised calls: callers lost after a red flag first, then the earliest promise."""
        lost = tuple(map(self._lost, self.open_ends[Kind.LOST]))
        rest = callbacks.waiting(self._uow, limit=MOST_ROWS).items
        return (*lost, *(row for row in rest if not row.vital))[:MOST_ROWS]

    @cached_property
    def open_ends(self) -> Mapping[Kind, tuple[OpenEnd, ...]]:
        """Callers lost, bookings not confirmed, urgent letters unread: one query."""
        return open_ends(self._uow, most=MOST_ROWS)

    @cached_property
    def _counts(self) -> Counts:
        """How much waits at all: as many as the lists show, counted only where one of them is full."""
        if any(len(rows) >= MOST_ROWS for rows in (self.callbacks, self.loops, *self._unsettled)):
            return counts(self._uow)
        taken_up = sum(item.id is not None for item in self.unsettled)
        return Counts(len(self.callbacks), len(self.loops), len(self.unsettled), taken_up)

    @property
    def callback_count(self) -> str:
        """How many calls are promised, for the head of their list."""
        return up_to(self._counts.callbacks)

    @property
    def loop_count(self) -> str:
        """How many loops are open."""
        return up_to(self._counts.alerts + self._counts.ends)

    @property
    def take_up_count(self) -> str:
        """How many things between two calls somebody was promised."""
        found = self._counts
        return up_to(found.callbacks + found.alerts + found.taken_up)

    @cached_property
    def unsettled(self) -> tuple[TakeUp, ...]:
        """Bookings not confirmed, calendars that disagree, urgent messages nobody read; oldest first."""
        ends = (row for rows in self._unsettled for row in rows)
        return tuple(sorted(map(self._end, ends), key=lambda item: item.at))

    @property
    def _unsettled(self) -> tuple[tuple[OpenEnd, ...], ...]:
        return tuple(self.open_ends[kind] for kind in (Kind.PENDING, Kind.CONFLICT, Kind.UNREAD))

    @cached_property
    def loops(self) -> tuple[AlertRow, ...]:
        """Alerts that somebody took without an outcome yet, and those that still call."""
        return alerts.under_way(self._uow, limit=MOST_ROWS).items

    @cached_property
    def to_take_up(self) -> tuple[TakeUp, ...]:
        """Callbacks and loops as one list, most pressing first; a caller lost after a red flag before all."""
        promised = (self._promised(row) for row in self.callbacks)
        reached = (item for item in self.unsettled if item.id is not None)
        items = (*promised, *map(self._loop, self.loops), *reached)
        return tuple(sorted(items, key=lambda item: (not item.vital, item.at)))

    @cached_property
    def changed(self) -> tuple[ChangedInstruction, ...]:
        """Instructions changed since yesterday, newest first."""
        return changes.instructions(self._uow)

    @cached_property
    def calendars(self) -> tuple[CalendarState, ...]:
        """The light of every practitioner's calendar."""
        return tuple(
            CalendarState(
                self.practice_name(practice_id),
                self.practitioner_name(practice_id, card.practitioner_id),
                card.health is Health.OK,
                card.fresh_at,
            )
            for practice_id, cards in scheduling.all_calendars(self._uow).items()
            for card in cards
        )

    @cached_property
    def states(self) -> tuple[PracticeState, ...]:
        """How each practice stands, and who is reached for the next 24 hours: three queries."""
        return practice_states(self._uow, self.practices)

    @cached_property
    def silent_practices(self) -> frozenset[str]:
        """Practices of which a calendar does not answer, by name."""
        return frozenset(card.practice for card in self.calendars if not card.ok)

    @cached_property
    def crew(self) -> Crew:
        """Who is at work at the reader's practices, the reader among them: one query beside the queue's."""
        return Crew(breaks.at_work(self._uow), self._queue, self._uow.actor.person_id, self.now)

    @property
    def reads_bulletin(self) -> bool:
        """Whether the bulletin is for this reader: those at the desk, no practitioner who looks in."""
        return Permission.BULLETIN_READ in self._uow.actor.permissions_for(None)

    @cached_property
    def bulletin(self) -> tuple[NoticeCard, ...]:
        """What supervisors say today, what is new to the reader first: one query."""
        return bulletin_reads.standing_now(self._uow)

    @cached_property
    def day(self) -> MyDay:
        """The reader's own calls since midnight."""
        return my_day(self._uow, self.w.midnight)

    @property
    def last_break(self) -> tuple[datetime, datetime] | None:
        """When the reader's last break began and ended, if it ended today."""
        me = self.crew.me
        if me is None or me.last_began is None or me.last_ended is None or me.last_ended < self.w.midnight:
            return None
        return me.last_began, me.last_ended

    @property
    def resting(self) -> str:
        """The colleagues on break longest, each with since when; empty when none is."""
        longest = self.crew.others_on_break[:3]
        return ", ".join(f"{one.name} {self.w.since(one.break_since)}" for one in longest if one.break_since)

    @property
    def me(self) -> str:
        """The reader's display name; empty for one who is no person."""
        return self.crew.me.name if self.crew.me else ""

    def practice_name(self, practice_id: UUID) -> str:
        """Return a practice's name; empty when the reader may not know it."""
        card = self.practices.get(practice_id)
        return card.name if card else ""

    def practitioner_name(self, practice_id: UUID, practitioner_id: UUID | None) -> str:
        """Return who that is at a practice; empty when unknown."""
        card = self.practices.get(practice_id)
        found = card.practitioner(practitioner_id) if card and practitioner_id else None
        return found.name if found else ""

    def line_number(self, row: QueueRow) -> str:
        """Return the line a call came in on, as dialled; empty for one opened by hand."""
        card = self.practices.get(row.practice_id)
        lines = card.lines if card else ()
        return next((self.w.phone(line.number) for line in lines if line.id == row.line_id), "")

    def _lost(self, row: OpenEnd) -> CallbackRow:
        late = urgency(row.at, self.now)
        return CallbackRow(row.id, row.practice_id, row.patient_id, row.at, late, row.at, vital=True)

    def _end(self, row: OpenEnd) -> TakeUp:
        id_ = row.call_id
        if row.kind is Kind.CONFLICT:
            kind, icon, words, id_ = "conflict", "refused", CONFLICTS[ConflictKind(row.word)], row.id
        elif row.kind is Kind.PENDING:
            kind, icon, words = "booking", "pending", PENDING[Operation(row.word)]
        else:
            who = self.practitioner_name(row.practice_id, row.practitioner_id)
            kind, icon, words = "message", "sms", say("%(who)s has not read an urgent message", who=who)
        return TakeUp(
            kind,
            icon,
            id_,
            row.practice_id,
            words,
            row.at,
            self.w.since(row.at),
            row.kind is not Kind.PENDING,
        )

    def _promised(self, row: CallbackRow) -> TakeUp:
        late = row.urgency is Urgency.LATE
        when = self.w.since(row.due_at) if late else self.w.until(row.due_at)
        words, icon = say("Call back, as promised"), "phone"
        if row.vital:
            words, icon = say("Call back at once: red flag, caller lost, no 15 or no doctor"), "15"
        return TakeUp("callback", icon, row.id, row.practice_id, words, row.due_at, when, late, row.vital)

    def _loop(self, row: AlertRow) -> TakeUp:
        who = self.practitioner_name(row.practice_id, row.acknowledged_by)
        since, icon = row.acknowledged_at or row.triggered_at, "loop"
        if row.red:
            words, icon = say("Nobody took the alert: the supervisor has it"), "stale"
        elif row.state is AlertState.TRIGGERED:
            words, icon = say("An alert is calling"), "ring"
        elif row.outcome == Outcome.WILL_CALL:
            words = say("%(who)s promised to call the patient", who=who)
        else:
            words = say("%(who)s took the alert, no outcome yet", who=who)
        return TakeUp("loop", icon, row.id, row.practice_id, words, since, self.w.since(since), row.red)
