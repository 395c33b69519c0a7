"""What screens show of practices: cards, greetings and instructions in force, all in bounded queries.

The names in here are the practice's own public ones; no patient appears, so cards and instructions
are not reads of health data and leave no audit entry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by

from telesec.foundation.access import Actor, Facts, Permission, authorize
from telesec.foundation.errors import NotFound
from telesec.foundation.paging import among, one_of
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.models import (
    Absence,
    Greeting,
    Instruction,
    Line,
    OpeningHours,
    Practice,
    Practitioner,
)
from telesec.practices.rules import (
    Applies,
    Away,
    HoursOf,
    InstructionKind,
    Moment,
    Occasion,
    Opening,
    in_force,
    is_new,
    moment,
    needs_confirming,
    occasion,
)

FIRST = UUID(int=0)
"""Sorts before every id."""
MOST_PRACTICES = 200
MOST_INSTRUCTIONS = 200


@dataclass(frozen=True)
class PractitionerCard:
    """A professional as shown to choose from."""

    id: UUID
    name: str
    profession: str
    rpps: str
    speaks_for: bool


@dataclass(frozen=True)
class LineCard:
    """A line: its id and E.164 number."""

    id: UUID
    number: str


@dataclass(frozen=True)
class PracticeCard:
    """A practice with its lines and practitioners."""

    id: UUID
    name: str
    time_zone: str
    language: str
    sector: str
    lines: tuple[LineCard, ...] = ()
    practitioners: tuple[PractitionerCard, ...] = ()

    def practitioner(self, practitioner_id: UUID) -> PractitionerCard | None:
        """Return one of its practitioners by id."""
        return next((p for p in self.practitioners if p.id == practitioner_id), None)


@dataclass(frozen=True)
class InstructionCard:
    """An instruction as shown; satisfies ``rules.InForce``."""

    id: UUID
    kind: InstructionKind
    text: str
    applies: Applies
    practitioner_id: UUID | None
    author: str
    valid_from: datetime
    valid_to: datetime | None
    confirmed_on: date
    changed_at: datetime
    retired_at: datetime | None
    version: int
    new: bool = False
    old: bool = False


@dataclass(frozen=True)
class Situation:
    """What holds at a practice now: greeting, instructions, who is away.

    ``greeting`` is empty when the practice wrote none; the desk then says the practice's name.
    """

    now: Moment
    greeting: str
    instructions: tuple[InstructionCard, ...] = ()
    away: tuple[Away, ...] = field(default=())


def served_by(actor: Actor, permission: Permission) -> tuple[UUID, ...]:
    """Return the practices for which the actor holds a permission; lists across practices start here."""
    return tuple(p for p in actor.practice_ids if permission in actor.permissions_for(p))


def practices(uow: UnitOfWork) -> tuple[PracticeCard, ...]:
    """Return every practice the actor serves, by name, with lines and practitioners: three queries."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    return _cards(uow, served_by(uow.actor, Permission.PRACTICE_READ))


def practice(uow: UnitOfWork, practice_id: UUID) -> PracticeCard:
    """Return one practice.

    Raises:
        NotFound: No such practice, or not the actor's.
    """
    authorize(uow, Permission.PRACTICE_READ, on=Facts(practice_id))
    cards = _cards(uow, (practice_id,))
    if not cards:
        raise NotFound
    return cards[0]


def names(uow: UnitOfWork) -> Mapping[UUID, str]:
    """Return the names of the actor's practices by id: what queues and inboxes head their rows with."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    ids = served_by(uow.actor, Permission.PRACTICE_READ)
    rows = uow.session.execute(select(Practice.id, Practice.name).where(one_of(Practice.id, ids)))
    return {row.id: row.name for row in rows}


def find_line(uow: UnitOfWork, number: str) -> tuple[UUID, UUID] | None:
    """Return (practice_id, line_id) of a called number, or None; asked before any tenant is known."""
    authorize(uow, Permission.CALL_HANDLE, on=Facts(None))
    row = uow.session.execute(text("SELECT practice_id, id FROM sec.find_line(:number)"), {"number": number})
    found = row.first()
    return (found.practice_id, found.id) if found else None


def all_practice_ids(uow: UnitOfWork, *, after: UUID = FIRST) -> tuple[UUID, ...]:
    """Return the ids of the installation's practices, up to 200 after one; for setting up only.

    A context then names these ids, never all practices at once.
    """
    authorize(uow, Permission.PRACTICE_CREATE, on=Facts(None))
    rows = uow.session.execute(
        text("SELECT id FROM sec.find_practices(:after, :most)"), {"after": after, "most": MOST_PRACTICES}
    )
    return tuple(row.id for row in rows)


def situation(
    uow: UnitOfWork, practice_id: UUID, *, language: str | None = None, last_call_at: datetime | None = None
) -> Situation:
    """Return the greeting and the instructions in force now.

    Args:
        uow: Carries the actor and the clock.
        practice_id: Whose.
        language: Of the caller; the practice's own when not said, or when no greeting is in it.
        last_call_at: The reader's last call for this practice; later wordings are marked new.
    """
    authorize(uow, Permission.PRACTICE_READ, on=Facts(practice_id))
    row = uow.session.get(Practice, practice_id)
    if row is None:
        raise NotFound
    away = _absences(uow, practice_id)
    now = moment(uow.now(), row.time_zone, _openings(uow, practice_id), away)
    cards = _instructions(uow, practice_id, last_call_at)
    current = tuple(card for card in cards if in_force(card, now))
    absent_now = tuple(a for a in away if now.all_absent or a.practitioner_id in now.absent)
    return Situation(now, _greeting(uow, row, now, language or row.language), current, absent_now)


def instructions(uow: UnitOfWork, practice_id: UUID) -> tuple[InstructionCard, ...]:
    """Return every instruction not retired, newest wording first, whether in force now or not."""
    authorize(uow, Permission.PRACTICE_READ, on=Facts(practice_id))
    return _instructions(uow, practice_id, None)


def hours(uow: UnitOfWork, practice_id: UUID, hours_of: HoursOf) -> tuple[Opening, ...]:
    """Return the week's hours, Monday first."""
    authorize(uow, Permission.PRACTICE_READ, on=Facts(practice_id))
    return _openings(uow, practice_id, hours_of)


def absences(uow: UnitOfWork, practice_id: UUID) -> tuple[Away, ...]:
    """Return absences that are not over yet, soonest first."""
    authorize(uow, Permission.PRACTICE_READ, on=Facts(practice_id))
    return _absences(uow, practice_id)


def _cards(uow: UnitOfWork, ids: Sequence[UUID]) -> tuple[PracticeCard, ...]:
    """Return cards by name, in one query of columns: this list stands on every page of the desk."""
    rows = uow.session.execute(_listing(), {"ids": list(ids)})
    return tuple(
        PracticeCard(
            practice_id,
            name,
            zone,
            language,
            sector,
            tuple(LineCard(UUID(known), number) for known, number in numbers or ()),
            tuple(PractitionerCard(UUID(known), *rest) for known, *rest in named or ()),
        )
        for practice_id, name, zone, language, sector, numbers, named in rows
    )


@cache
def _listing() -> Select[Any]:
    """Return the statement of the cards; putting it together takes longer than running it."""
    lines = _listed(Line, Line.number, Line.id, Line.number)
    rpps = func.coalesce(Practitioner.rpps, "")
    people = _listed(
        Practitioner,
        Practitioner.display_name,
        Practitioner.id,
        Practitioner.display_name,
        Practitioner.profession,
        rpps,
        Practitioner.speaks_for,
    )
    return (
        select(
            Practice.id,
            Practice.name,
            Practice.time_zone,
            Practice.language,
            Practice.sector,
            lines.c.listed,
            people.c.listed,
        )
        .outerjoin(lines, lines.c.practice_id == Practice.id)
        .outerjoin(people, people.c.practice_id == Practice.id)
        .where(among(Practice.id, "ids"))
        .order_by(Practice.name, Practice.id)
        .limit(MOST_PRACTICES)
    )


def _listed(model: Any, order: Any, *columns: Any) -> Subquery:
    """Return, by practice, an array of arrays: the columns of each row, in order."""
    each = func.jsonb_agg(aggregate_order_by(func.jsonb_build_array(*columns), order))
    return (
        select(model.practice_id, each.label("listed"))
        .where(among(model.practice_id, "ids"))
        .group_by(model.practice_id)
        .subquery()
    )


def _openings(uow: UnitOfWork, practice_id: UUID, hours_of: HoursOf = HoursOf.PHONE) -> tuple[Opening, ...]:
    rows = uow.session.scalars(
        select(OpeningHours)
        .where(OpeningHours.practice_id == practice_id, OpeningHours.hours_of == hours_of.value)
        .order_by(OpeningHours.weekday, OpeningHours.opens)
    )
    return tuple(Opening(row.weekday, row.opens, row.closes) for row in rows)


def _absences(uow: UnitOfWork, practice_id: UUID) -> tuple[Away, ...]:
    end = func.upper(Absence.during)
    rows = uow.session.scalars(
        select(Absence)
        .where(Absence.practice_id == practice_id, end.is_(None) | (end > uow.now()))
        .order_by(func.lower(Absence.during))
        .limit(MOST_INSTRUCTIONS)
    )
    return tuple(
        Away(row.practitioner_id, row.during.lower, row.during.upper, row.says, row.id)
        for row in rows
        if row.during.lower is not None
    )


def _instructions(
    uow: UnitOfWork, practice_id: UUID, last_call_at: datetime | None
) -> tuple[InstructionCard, ...]:
    today = uow.now().date()
    rows = uow.session.scalars(
        select(Instruction)
        .where(Instruction.practice_id == practice_id, Instruction.retired_at.is_(None))
        .order_by(Instruction.changed_at.desc(), Instruction.id)
        .limit(MOST_INSTRUCTIONS)
    )
    return tuple(
        InstructionCard(
            id=row.id,
            kind=InstructionKind(row.kind),
            text=row.text,
            applies=Applies(row.applies),
            practitioner_id=row.practitioner_id,
            author=row.author_name,
            valid_from=row.during.lower or row.created_at,
            valid_to=row.during.upper,
            confirmed_on=row.confirmed_on,
            changed_at=row.changed_at,
            retired_at=row.retired_at,
            version=row.version,
            new=is_new(row.changed_at, last_call_at),
            old=needs_confirming(row.confirmed_on, today),
        )
        for row in rows
    )


def _greeting(uow: UnitOfWork, row: Practice, now: Moment, language: str) -> str:
    """Return the best greeting written: occasion before language, the open one before none."""
    found = uow.session.scalars(select(Greeting).where(Greeting.practice_id == row.id)).all()
    texts = {(g.occasion, g.language): g.text for g in found}
    for wanted in dict.fromkeys((occasion(now), Occasion.OPEN)):
        for spoken in (language, row.language):
            if (wanted.value, spoken) in texts:
                return texts[wanted.value, spoken]
    return ""
