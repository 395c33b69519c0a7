"""The bulletin as its readers see it: what stands now, everything page by page, and who has read it.

A notice that stands at several of the reader's practices is one; of two editions the newer is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from telesec.accounts.breaks import AT_THE_DESK
from telesec.accounts.bulletin import MOST_AT_ONCE, places, standing
from telesec.accounts.models import Membership, Notice, NoticeReading, Person
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound
from telesec.foundation.paging import Cursor, Page, bounded, one_of
from telesec.foundation.unit_of_work import UnitOfWork

INSTALLATION = Facts(practice_id=None)
MOST_PEOPLE = 200


@dataclass(frozen=True)
class NoticeCard:
    """One notice for one reader.

    Args:
        unread: Stands now, is not the reader's own, and its edition was not read by them.
        state: ``coming``, ``standing`` or ``ended``.
    """

    id: UUID
    text: str
    author_id: UUID | None
    author: str
    from_at: datetime
    until_at: datetime
    created_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    edition: int
    unread: bool
    state: str

    @property
    def corrected(self) -> bool:
        """Whether other words stood here before."""
        return self.edition > 1


@dataclass(frozen=True)
class Readers:
    """Who answers calls at the author's practices: who has read a notice, and who has not yet."""

    read: tuple[str, ...]
    unread: tuple[str, ...]


def standing_now(uow: UnitOfWork) -> tuple[NoticeCard, ...]:
    """Return what stands now: new ones first, then the newest; one query."""
    authorize(uow, Permission.BULLETIN_READ, on=INSTALLATION)
    now = uow.now()
    where = and_(standing(now), Notice.from_at <= now)
    cards = _cards(uow, _listed(uow, Permission.BULLETIN_READ, where).limit(MOST_AT_ONCE * 2))
    return tuple(sorted(cards, key=lambda card: not card.unread))


def notices(uow: UnitOfWork, *, limit: int | None = None, cursor: str | None = None) -> Page[NoticeCard]:
    """Return what stood at the reader's desks, newest first, a page at a time.

    Raises:
        Refused: The cursor is not one of ours (422).
    """
    authorize(uow, Permission.BULLETIN_READ, on=INSTALLATION)
    return _page(
        uow, Permission.BULLETIN_READ, Notice.from_at <= uow.now(), bounded(limit, default=20), cursor
    )


def written(uow: UnitOfWork, *, limit: int | None = None, cursor: str | None = None) -> Page[NoticeCard]:
    """Return every notice of the practices the actor supervises, those to come too, newest first.

    Raises:
        Refused: The cursor is not one of ours (422).
    """
    authorize(uow, Permission.BULLETIN_WRITE, on=INSTALLATION)
    return _page(uow, Permission.BULLETIN_WRITE, Notice.id.is_not(None), bounded(limit, default=20), cursor)


def notice(uow: UnitOfWork, notice_id: UUID) -> NoticeCard:
    """Return one notice of a practice the actor supervises.

    Raises:
        NotFound: No such notice.
    """
    authorize(uow, Permission.BULLETIN_WRITE, on=INSTALLATION)
    found = _cards(uow, _listed(uow, Permission.BULLETIN_WRITE, Notice.id == notice_id))
    if not found:
        raise NotFound
    return found[0]


def readers(uow: UnitOfWork, cards: Sequence[NoticeCard]) -> Mapping[UUID, Readers]:
    """Return by notice who has read its present edition, and who but its author has not: two queries."""
    authorize(uow, Permission.BULLETIN_WRITE, on=INSTALLATION)
    mine = places(uow.actor, Permission.BULLETIN_WRITE)
    people = uow.session.execute(
        select(Person.id, Person.display_name)
        .where(
            Person.disabled_at.is_(None),
            Person.id.in_(
                select(Membership.person_id).where(
                    one_of(Membership.practice_id, mine), Membership.role.in_(AT_THE_DESK)
                )
            ),
        )
        .order_by(Person.display_name, Person.id)
        .limit(MOST_PEOPLE)
    ).all()
    marks = uow.session.execute(
        select(NoticeReading.notice_id, NoticeReading.person_id)
        .join(
            Notice,
            and_(
                Notice.practice_id == NoticeReading.practice_id,
                Notice.id == NoticeReading.notice_id,
                Notice.edition == NoticeReading.edition,
            ),
        )
        .where(one_of(Notice.practice_id, mine), Notice.id.in_([card.id for card in cards]))
        .distinct()
    )
    done = {(row.notice_id, row.person_id) for row in marks}
    return {
        card.id: Readers(
            tuple(one.display_name for one in people if (card.id, one.id) in done),
            tuple(
                one.display_name
                for one in people
                if (card.id, one.id) not in done and one.id != card.author_id
            ),
        )
        for card in cards
    }


def _listed(
    uow: UnitOfWork, permission: Permission, where: ColumnElement[bool]
) -> Select[Notice, int | None]:
    """Select notices once each, newest first, with the edition the reader has read."""
    read = NoticeReading.__table__.c
    once = (
        select(Notice, read.edition.label("read"))
        .outerjoin(
            NoticeReading,
            and_(
                read.practice_id == Notice.practice_id,
                read.notice_id == Notice.id,
                read.person_id == uow.actor.person_id,
            ),
        )
        .where(one_of(Notice.practice_id, places(uow.actor, permission)), where)
        .ext(distinct_on(Notice.id))
        .order_by(Notice.id, Notice.edition.desc(), Notice.practice_id)
        .subquery()
    )
    row = aliased(Notice, once)
    return select(row, once.c.read).order_by(row.created_at.desc(), row.id.desc())


def _page(
    uow: UnitOfWork, permission: Permission, where: ColumnElement[bool], limit: int, cursor: str | None
) -> Page[NoticeCard]:
    if cursor:
        after = Cursor.decode(cursor)
        where = and_(where, tuple_(Notice.created_at, Notice.id) < tuple_(after.at, after.id))
    found = _cards(uow, _listed(uow, permission, where).limit(limit + 1))
    more = len(found) > limit
    last = found[limit - 1] if more else None
    return Page(found[:limit], Cursor(last.created_at, last.id).encode() if last else None)


def _cards(uow: UnitOfWork, query: Select[Notice, int | None]) -> tuple[NoticeCard, ...]:
    now, me = uow.now(), uow.actor.person_id
    rows = uow.session.execute(query)
    return tuple(_card(row[0], row[1], now, mine=row[0].author_id == me) for row in rows)


def _card(row: Notice, read: int | None, now: datetime, *, mine: bool) -> NoticeCard:
    over = row.ended_at is not None or row.until_at <= now
    state = "ended" if over else "coming" if row.from_at > now else "standing"
    return NoticeCard(
        row.id,
        row.text,
        row.author_id,
        row.author_name,
        row.from_at,
        row.until_at,
        row.created_at,
        row.changed_at,
        row.ended_at,
        row.edition,
        state == "standing" and not mine and (read or 0) < row.edition,
        state,
    )
