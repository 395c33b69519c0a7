"""What waits for a supervisor over all practices: the red list first, then whatever is stuck.

Lists carry no name of a patient, no number and nothing of health: practices, levels, ages and counts only.
One alert is opened by itself, and audited.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from telesec.accounts import breaks
from telesec.accounts import reads as accounts
from telesec.alerts import reads as alerts
from telesec.alerts.models import Alert, Delivery
from telesec.alerts.reads import AlertRow
from telesec.alerts.rules import AlertState, DeliveryStatus
from telesec.callbacks import reads as callbacks
from telesec.callbacks.reads import CallbackRow
from telesec.callbacks.rules import Urgency
from telesec.calls import reads as calls
from telesec.calls.reads import QueueRow
from telesec.calls.rules import CallState
from telesec.desk.crew import Crew
from telesec.desk.loops import Kind, OpenEnd, open_ends
from telesec.desk.phone_reads import name_of, words_for
from telesec.desk.supervisor_cover import PracticeGap, coming_gaps
from telesec.desk.wording import Wording
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.paging import LARGEST_PAGE, Page
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices import reads as practices
from telesec.practices.reads import PracticeCard, served_by
from telesec.scheduling import reads as scheduling
from telesec.scheduling.offers import CalendarCard
from telesec.scheduling.ports import Health

MOST = 50


@dataclass(frozen=True)
class LostDelivery:
    """An attempt of an open alert that failed, or whose outcome nobody knows."""

    practice_id: UUID
    alert_id: UUID
    channel: str
    status: str
    practitioner_id: UUID | None
    at: datetime


@dataclass(frozen=True)
class SickCalendar:
    """A calendar whose light is not green."""

    practice_id: UUID
    card: CalendarCard


@dataclass(frozen=True)
class Overview:
    """Everything that is not as it should be, over the practices of a supervisor.

    Args:
        red: Alerts nobody took, a page of them.
        calling: Alerts that still call people.
        loops: Alerts somebody took, whose outcome is missing or only promised.
        letters: Urgent messages unread for half an hour.
        lost: Callers lost after a red flag, or who refused the 15.
        unconfirmed: Bookings, moves and cancellations the calendar has not confirmed.
        people: Names of the secretaries in the queue.
        crew: Who is at work, and how loaded.
    """

    red: Page[AlertRow]
    calling: tuple[AlertRow, ...]
    loops: tuple[AlertRow, ...]
    queue: tuple[QueueRow, ...]
    callbacks: Page[CallbackRow]
    deliveries: tuple[LostDelivery, ...]
    letters: tuple[OpenEnd, ...]
    unconfirmed: tuple[OpenEnd, ...]
    lost: tuple[OpenEnd, ...]
    calendars: tuple[SickCalendar, ...]
    gaps: tuple[PracticeGap, ...]
    practices: Mapping[UUID, PracticeCard]
    people: Mapping[UUID, str]
    crew: Crew
    words: Wording

    @property
    def ringing(self) -> tuple[QueueRow, ...]:
        """Calls nobody has answered yet, longest first."""
        return tuple(row for row in self.queue if row.state is CallState.RINGING)

    @property
    def in_call(self) -> tuple[QueueRow, ...]:
        """Calls somebody has on the line or has not closed."""
        return tuple(row for row in self.queue if row.state is not CallState.RINGING)

    @property
    def late(self) -> tuple[CallbackRow, ...]:
        """Promised calls that are due."""
        return tuple(row for row in self.callbacks.items if row.urgency is Urgency.LATE)

    @property
    def overdue_loops(self) -> tuple[AlertRow, ...]:
        """Promised, not done: loops that have a promise."""
        return tuple(row for row in self.loops if row.outcome is not None)

    def practice(self, practice_id: UUID) -> str:
        """Return a practice's name."""
        card = self.practices.get(practice_id)
        return card.name if card else ""

    def name(self, practice_id: UUID, practitioner_id: UUID | None) -> str:
        """Return a practitioner's name, empty for nobody."""
        card = self.practices.get(practice_id)
        return name_of(card, practitioner_id) if card else ""


def overview(uow: UnitOfWork, *, cursor: str | None = None, callbacks_after: str | None = None) -> Overview:
    """Return what waits for a supervisor; a fixed number of queries, however many practices there are."""
    authorize(uow, Permission.ALERT_CLOSE, on=Facts(None))
    cards = {card.id: card for card in practices.practices(uow)}
    open_ = alerts.under_way(uow, limit=LARGEST_PAGE).items
    queue = calls.queue(uow, limit=LARGEST_PAGE)
    ends = open_ends(uow, most=MOST)
    return Overview(
        red=alerts.red_list(uow, limit=MOST, cursor=cursor),
        calling=tuple(row for row in open_ if row.state is AlertState.TRIGGERED and not row.red),
        loops=tuple(row for row in open_ if row.state is AlertState.ACKNOWLEDGED),
        queue=queue,
        callbacks=callbacks.waiting(uow, limit=MOST, cursor=callbacks_after),
        deliveries=_lost(uow),
        letters=ends[Kind.UNREAD],
        unconfirmed=ends[Kind.PENDING],
        lost=ends[Kind.LOST],
        calendars=tuple(
            SickCalendar(practice_id, card)
            for practice_id, catalogue in scheduling.catalogues(uow).items()
            for card in catalogue.calendars
            if card.health is not Health.OK
        ),
        gaps=coming_gaps(uow),
        practices=cards,
        crew=Crew(breaks.at_work(uow), queue, uow.actor.person_id, uow.now()),
        people=accounts.names(uow, {row.secretary_id for row in queue if row.secretary_id}),
        words=words_for(uow, *cards.values()),
    )


def _lost(uow: UnitOfWork) -> tuple[LostDelivery, ...]:
    rows = uow.session.scalars(
        select(Delivery)
        .join(Alert, (Alert.practice_id == Delivery.practice_id) & (Alert.id == Delivery.alert_id))
        .where(
            Alert.practice_id.in_(served_by(uow.actor, Permission.ALERT_READ)),
            Alert.state != AlertState.CLOSED.value,
            Delivery.status.in_((DeliveryStatus.FAILED.value, DeliveryStatus.UNKNOWN.value)),
        )
        .order_by(Delivery.created_at.desc(), Delivery.id)
        .limit(MOST)
    )
    return tuple(
        LostDelivery(
            row.practice_id, row.alert_id, row.channel, row.status, row.practitioner_id, row.created_at
        )
        for row in rows
    )
