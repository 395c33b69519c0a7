"""The practice's own page: calendars, instructions with their shelf life, who is on call, figures, hours.

No patient appears in it. Numbers of who is on call are masked; the figures are counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from telesec.accounts import step_up
from telesec.accounts.step_up import Act
from telesec.alerts import contacts
from telesec.alerts import reads as alerts
from telesec.alerts.models import Alert
from telesec.alerts.number_codes import LASTS
from telesec.alerts.reads import ContactCard, Rung
from telesec.alerts.rules import ChannelKind
from telesec.calls.models import Call
from telesec.calls.rules import Outcome
from telesec.desk.phone_reads import name_of, words_for
from telesec.desk.practice_cover import DAYS, CoverDay, Gap, cover, gaps
from telesec.desk.wording import Wording
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.messages.models import Message
from telesec.practices import reads as practices
from telesec.practices.reads import InstructionCard, PracticeCard
from telesec.practices.rules import CONFIRM_EVERY, Away, HoursOf, Opening
from telesec.scheduling import reads as scheduling
from telesec.scheduling.models import Appointment
from telesec.scheduling.offers import CalendarCard
from telesec.scheduling.reads import ConflictCard
from telesec.scheduling.rules import Status
from telesec.triage import governance
from telesec.triage.governance import ReviewDue
from telesec.triage.library import Library
from telesec.triage.models import ProtocolAdoption

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """Counts of the last seven days."""

    calls: int
    abandoned: int
    bookings: int
    messages: int
    alerts: int


@dataclass(frozen=True)
class OnDuty:
    """One person of the ladder with the channels that reach him, masked; none means unreachable."""

    id: UUID
    name: str
    channels: Mapping[ChannelKind, str]


@dataclass(frozen=True)
class Numbers:
    """The ways one practitioner is reached, masked; also those that wait for their code."""

    name: str
    cards: tuple[ContactCard, ...]


@dataclass(frozen=True)
class Adoption:
    """Who took the reference protocols into use, and when; None while nobody has."""

    name: str
    at: datetime


@dataclass(frozen=True)
class PracticePage:
    """Everything the practice's page shows."""

    card: PracticeCard
    calendars: tuple[CalendarCard, ...]
    conflicts: tuple[ConflictCard, ...]
    instructions: tuple[InstructionCard, ...]
    on_duty: tuple[OnDuty, ...]
    numbers: tuple[Numbers, ...]
    away: tuple[Away, ...]
    me: UUID | None
    cover: tuple[CoverDay, ...]
    gaps: tuple[Gap, ...]
    week: Week
    adoption: Adoption | None
    due: tuple[ReviewDue, ...]
    may_adopt: bool
    may_read_protocols: bool
    may_set_duty: bool
    may_renew_login: bool
    number_proven: bool
    hours: Mapping[HoursOf, tuple[Opening, ...]]
    words: Wording

    def code_lives(self, way: ContactCard) -> bool:
        """Return whether the code a number was sent may still be typed."""
        return way.code_sent_at is not None and self.words.now - way.code_sent_at <= LASTS

    def name(self, practitioner_id: UUID | None) -> str:
        """Return a practitioner's name, empty for nobody."""
        return name_of(self.card, practitioner_id)

    def days_left(self, one: InstructionCard) -> int:
        """Return for how many days an instruction is still trusted; 0 when it must be confirmed."""
        age = self.words.now.date() - one.confirmed_on
        return max(0, (CONFIRM_EVERY - age).days)


def page(uow: UnitOfWork, library: Library, practice_id: UUID) -> PracticePage:
    """Return the page of one practice.

    Raises:
        NotFound: No such practice, or not the actor's.
    """
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(practice_id))
    card = practices.practice(uow, practice_id)
    held = uow.actor.permissions_for(practice_id)
    words = words_for(uow, card)
    on_duty = _on_duty(uow, card)
    away = practices.absences(uow, practice_id)
    days = _cover(on_duty, away, words)
    return PracticePage(
        card=card,
        calendars=scheduling.calendars(uow, practice_id),
        conflicts=scheduling.conflicts(uow, practice_id),
        instructions=practices.instructions(uow, practice_id),
        on_duty=on_duty,
        numbers=_numbers(uow, card),
        away=away,
        me=uow.actor.practitioner_ids.get(practice_id),
        cover=days,
        gaps=_gaps(on_duty, away, words.now),
        week=_week(uow, practice_id),
        adoption=_adoption(uow, card),
        due=governance.reviews(uow, library, practice_id) if Permission.PROTOCOL_READ in held else (),
        may_read_protocols=Permission.PROTOCOL_READ in held,
        may_renew_login=Permission.CALENDAR_LOGIN in held,
        may_set_duty=Permission.POLICY_WRITE in held,
        number_proven=Permission.POLICY_WRITE in held and step_up.proven(uow, Act.CHANGE_NUMBER),
        may_adopt=Permission.PROTOCOL_ADOPT in held and practice_id in uow.actor.practitioner_ids,
        hours={kind: practices.hours(uow, practice_id, kind) for kind in HoursOf},
        words=words,
    )


def choices(uow: UnitOfWork) -> tuple[PracticeCard, ...]:
    """Return the practices whose page the actor may open, by name."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    mine = practices.served_by(uow.actor, Permission.INSTRUCTION_WRITE)
    return tuple(card for card in practices.practices(uow) if card.id in mine)


def _on_duty(uow: UnitOfWork, card: PracticeCard) -> tuple[OnDuty, ...]:
    rungs: tuple[Rung, ...] = alerts.who_now(uow, card.id)
    ways = contacts.usable(uow, card.id, [rung.practitioner_id for rung in rungs])
    used = [contact for channels in ways.values() for contact in channels.values()]
    to = contacts.masked(uow, card.id, used)
    return tuple(
        OnDuty(
            rung.practitioner_id,
            name_of(card, rung.practitioner_id),
            {
                kind: to[contact]
                for kind, contact in sorted(ways.get(rung.practitioner_id, {}).items())
                if contact in to
            },
        )
        for rung in rungs
    )


def _numbers(uow: UnitOfWork, card: PracticeCard) -> tuple[Numbers, ...]:
    """Return the practitioners with their numbers; two queries."""
    found = alerts.contact_cards(uow, card.id)
    grouped = (
        (one.name, tuple(way for way in found if way.practitioner_id == one.id)) for one in card.practitioners
    )
    return tuple(Numbers(name, cards) for name, cards in grouped if cards)


def _cover(on_duty: tuple[OnDuty, ...], away: tuple[Away, ...], words: Wording) -> tuple[CoverDay, ...]:
    people = [person.id for person in on_duty if person.channels]
    return cover(words.now.astimezone(words.zone).date(), words.zone, people, away)


def _gaps(on_duty: tuple[OnDuty, ...], away: tuple[Away, ...], now: datetime) -> tuple[Gap, ...]:
    people = [person.id for person in on_duty if person.channels]
    return gaps(people, away, now, now + timedelta(days=DAYS))


def _week(uow: UnitOfWork, practice_id: UUID) -> Week:
    """Count the week in one query."""
    since = uow.now() - WEEK
    unanswered = Call.outcome == Outcome.ABANDONED.value
    row = uow.session.execute(
        select(
            _count(Call.practice_id == practice_id, Call.opened_at >= since).label("calls"),
            _count(Call.practice_id == practice_id, Call.opened_at >= since, unanswered).label("abandoned"),
            _count(
                Appointment.practice_id == practice_id,
                Appointment.created_at >= since,
                Appointment.status != Status.CANCELLED.value,
            ).label("bookings"),
            _count(Message.practice_id == practice_id, Message.filed_at >= since).label("messages"),
            _count(Alert.practice_id == practice_id, Alert.triggered_at >= since).label("alerts"),
        )
    ).one()
    return Week(row.calls, row.abandoned, row.bookings, row.messages, row.alerts)


def _count(*where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(*where).scalar_subquery()


def _adoption(uow: UnitOfWork, card: PracticeCard) -> Adoption | None:
    row = uow.session.get(ProtocolAdoption, card.id)
    return Adoption(name_of(card, row.practitioner_id), row.adopted_at) if row else None
