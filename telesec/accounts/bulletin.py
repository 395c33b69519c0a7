"""The bulletin: what a supervisor tells everybody at the desk for some hours or days; writing it.

A notice stands at every practice its author supervises, one row each under one id, so that the rules which
close a practice's rows close it too; who corrects or ends it does so at the practices they supervise. Refused
are no words, too many, an end that is past or too far, and more notices at once than anybody would read.
It says nothing of a patient: the form says so, for no program can tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from telesec.accounts.models import Notice, NoticeReading, Person
from telesec.foundation.access import Actor, Facts, Permission, authorize
from telesec.foundation.errors import NotFound, Refused, Stale
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.lengths import refuse_longer
from telesec.foundation.paging import one_of
from telesec.foundation.unit_of_work import UnitOfWork

INSTALLATION = Facts(practice_id=None)
TOPIC = "bulletin"
LONGEST_TEXT = 240
"""Characters of a notice: two lines or three between two calls."""
LONGEST_STAY = timedelta(days=31)
MOST_AT_ONCE = 12
SENT_TWICE = timedelta(minutes=1)
"""The same words of one author within this time are one notice: a double press."""


@dataclass(frozen=True)
class WriteNotice:
    """A notice as typed.

    Args:
        text: 1 to ``LONGEST_TEXT`` characters.
        until_at: When it goes by itself.
        from_at: When it appears; None for now, or, corrected, as it was.
    """

    text: str
    until_at: datetime
    from_at: datetime | None = None


def places(actor: Actor, permission: Permission) -> tuple[UUID, ...]:
    """Return the practices where somebody may write, or read, the bulletin."""
    return tuple(one for one in actor.practice_ids if permission in actor.permissions_for(one))


def standing(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a notice is shown now, or will be."""
    return and_(Notice.ended_at.is_(None), Notice.until_at > now)


def write(uow: UnitOfWork, command: WriteNotice) -> UUID:
    """Tell everybody at the desks of the actor's practices; return the notice's id.

    Raises:
        Refused: Words or times that cannot be (422), or too many notices stand already (409).
    """
    authorize(uow, Permission.BULLETIN_WRITE, on=INSTALLATION)
    now, where = uow.now(), places(uow.actor, Permission.BULLETIN_WRITE)
    from_at = command.from_at or now
    text = _checked(uow, command, from_at)
    again = _sent_before(uow, text)
    if again is not None:
        return again
    _room_for_one(uow, where)
    notice_id, author = new_id(), uow.actor.person_id
    who = uow.session.get(Person, author) if author else None
    uow.session.add_all(
        Notice(
            practice_id=practice_id,
            id=notice_id,
            text=text,
            author_id=author,
            author_name=who.display_name if who else "",
            from_at=from_at,
            until_at=command.until_at,
            created_at=now,
            changed_at=now,
            edition=1,
        )
        for practice_id in where
    )
    uow.session.flush()
    uow.audit("notice.write", practice_id=None, object_id=notice_id)
    uow.publish(TOPIC, None, notice_id)
    return notice_id


def correct(uow: UnitOfWork, notice_id: UUID, edition: int, command: WriteNotice) -> None:
    """Put other words or times; whoever had read it has something new to read.

    Args:
        uow: The transaction.
        notice_id: Of a notice at a practice of the actor.
        edition: The one the correction was made from.
        command: What it says now.

    Raises:
        Refused: Words or times that cannot be (422), or the notice has ended (409).
        Stale: Somebody corrected it since; nothing is overwritten.
        NotFound: No such notice.
    """
    authorize(uow, Permission.BULLETIN_WRITE, on=INSTALLATION)
    rows = _locked(uow, notice_id)
    if all(row.ended_at is not None or row.until_at <= uow.now() for row in rows):
        raise Refused("notice_over", say("This notice has ended. Write a new one: your words are kept here."))
    if max(row.edition for row in rows) != edition:
        raise Stale
    from_at = command.from_at or rows[0].from_at
    text = _checked(uow, command, from_at)
    uow.session.execute(
        update(Notice)
        .where(_here(uow, notice_id), Notice.ended_at.is_(None))
        .values(
            text=text,
            from_at=from_at,
            until_at=command.until_at,
            changed_at=uow.now(),
            edition=edition + 1,
        )
    )
    uow.audit("notice.correct", practice_id=None, object_id=notice_id, edition=edition + 1)
    uow.publish(TOPIC, None, notice_id)


def end(uow: UnitOfWork, notice_id: UUID) -> None:
    """Take a notice off the desks; ending twice is ending once.

    Raises:
        NotFound: No such notice at a practice the actor supervises.
    """
    authorize(uow, Permission.BULLETIN_WRITE, on=INSTALLATION)
    _locked(uow, notice_id)
    ended = uow.session.scalars(
        update(Notice)
        .where(_here(uow, notice_id), standing(uow.now()))
        .values(ended_at=uow.now())
        .returning(Notice.id)
    ).first()
    if ended is not None:
        uow.audit("notice.end", practice_id=None, object_id=notice_id)
        uow.publish(TOPIC, None, notice_id)


def mark_read(uow: UnitOfWork, seen: Mapping[UUID, int]) -> None:
    """Note that the actor has read these editions; one corrected since stays new.

    Args:
        uow: The transaction.
        seen: Edition read by notice; notices that are not the reader's are passed over.
    """
    authorize(uow, Permission.BULLETIN_READ, on=INSTALLATION)
    reader = uow.actor.person_id
    if reader is None or not seen:
        return
    chosen = select(Notice.practice_id, Notice.id, literal(reader), Notice.edition, literal(uow.now())).where(
        one_of(Notice.practice_id, places(uow.actor, Permission.BULLETIN_READ)),
        or_(*(and_(Notice.id == one, Notice.edition <= edition) for one, edition in seen.items())),
    )
    names = ("practice_id", "notice_id", "person_id", "edition", "read_at")
    read = insert(NoticeReading).from_select(names, chosen)
    marked = uow.session.scalars(
        read.on_conflict_do_update(
            index_elements=names[:3],
            set_={"edition": read.excluded.edition, "read_at": read.excluded.read_at},
            where=NoticeReading.edition < read.excluded.edition,
        ).returning(NoticeReading.notice_id)
    ).all()
    for notice_id in dict.fromkeys(marked):
        uow.audit("notice.read", practice_id=None, object_id=notice_id)


def _here(uow: UnitOfWork, notice_id: UUID) -> ColumnElement[bool]:
    mine = places(uow.actor, Permission.BULLETIN_WRITE)
    return and_(one_of(Notice.practice_id, mine), Notice.id == notice_id)


def _locked(uow: UnitOfWork, notice_id: UUID) -> Sequence[Notice]:
    """Return the notice's rows, locked in the order of practices, which every writer keeps."""
    rows = uow.session.scalars(
        select(Notice).where(_here(uow, notice_id)).order_by(Notice.practice_id).with_for_update()
    ).all()
    if not rows:
        raise NotFound
    return rows


def _sent_before(uow: UnitOfWork, text: str) -> UUID | None:
    return uow.session.scalars(
        select(Notice.id)
        .where(
            one_of(Notice.practice_id, places(uow.actor, Permission.BULLETIN_WRITE)),
            Notice.author_id == uow.actor.person_id,
            Notice.text == text,
            Notice.created_at > uow.now() - SENT_TWICE,
            standing(uow.now()),
        )
        .limit(1)
    ).first()


def _room_for_one(uow: UnitOfWork, where: Sequence[UUID]) -> None:
    if not where:
        raise Refused("no_desk", say("You supervise no practice yet: nobody would read this notice."))
    count = select(func.count(func.distinct(Notice.id))).where(
        one_of(Notice.practice_id, where), standing(uow.now())
    )
    if (uow.session.scalar(count) or 0) >= MOST_AT_ONCE:
        raise Refused(
            "bulletin_full",
            say("%(most)s notices stand already, nobody reads more. End one, then send this again.",
                most=MOST_AT_ONCE),
        )  # fmt: skip


def _checked(uow: UnitOfWork, command: WriteNotice, from_at: datetime) -> str:
    text = command.text.strip()
    if not text:
        raise Refused("no_text", say("Write the notice."), status=422, field="text")
    refuse_longer(text, LONGEST_TEXT, "text")
    if command.until_at <= max(uow.now(), from_at):
        told = say("The notice must end after now, and after it begins.")
        raise Refused("bad_until", told, status=422, field="until")
    if command.until_at > max(uow.now(), from_at) + LONGEST_STAY:
        told = say("A notice stays %(days)s days at most. Choose an earlier end.", days=LONGEST_STAY.days)
        raise Refused("bad_until", told, status=422, field="until")
    return text
