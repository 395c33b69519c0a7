"""Reviews that come due, protocols used past them with a reason, and what a new version would change.

A protocol past its review date starts no session; a supervisor may let it be used for a while, with a reason
that is kept. A new version that lowers a stored session is listed, so that whoever signs it knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.language import say
from telesec.foundation.lengths import refuse_longer
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.triage.compiler import ProtocolRefused, compile_protocol
from telesec.triage.engine import conclude
from telesec.triage.in_practice import compiled, library_of
from telesec.triage.library import Library
from telesec.triage.models import PracticeProtocol, ProtocolExtension, TriageSession
from telesec.triage.protocol import Protocol, State, Text
from telesec.triage.records import CHANGED, Record, fits, opened_many, standing, zone
from telesec.triage.replay import Change, Edited, changes, edits, with_protocol

WARN_DAYS = 30
EXTENDED_DAYS = 30
MOST_REASON = 1_000
MOST_REPLAYED = 500
"""Stored sessions replayed on a new version, the newest first."""


@dataclass(frozen=True)
class ReviewDue:
    """A protocol whose review comes due within 30 days, or is over (``days_left`` negative).

    Args:
        extended_until: Last day a supervisor let it be used past its review, if any.
    """

    code: str
    version: str
    title: Text
    review_by: date
    days_left: int
    extended_until: date | None


@dataclass(frozen=True)
class DueSomewhere:
    """A review due at one practice (its own version), or for the reference itself (None)."""

    practice_id: UUID | None
    title: Text
    version: str
    days_left: int


@dataclass(frozen=True)
class ExtendReview:
    """A supervisor's reason to use a protocol past its review date."""

    practice_id: UUID
    code: str
    reason: str = field(repr=False)


@dataclass(frozen=True)
class Comparison:
    """The present version of a protocol beside a new one; ``before`` is None for a new complaint."""

    before: Protocol | None
    after: Protocol
    edits: tuple[Edited, ...]


def reviews(uow: UnitOfWork, library: Library, practice_id: UUID) -> tuple[ReviewDue, ...]:
    """Return the protocols to review, the most overdue first; 30 days ahead."""
    authorize(uow, Permission.PROTOCOL_READ, on=Facts(practice_id))
    today, decided = _today(uow, practice_id), standing(uow, practice_id)
    library, extended = library_of(uow, library, practice_id), decided.extended
    due = [
        ReviewDue(
            held.code,
            held.version,
            held.title,
            held.review_by,
            (held.review_by - today).days,
            extended.get((held.code, held.version)),
        )
        for held in library.protocols
        if (held.review_by - today).days <= WARN_DAYS and decided.state_of(held) is not State.RETIRED
    ]
    return tuple(sorted(due, key=lambda one: (one.review_by, one.code)))


def due_everywhere(uow: UnitOfWork, library: Library) -> tuple[DueSomewhere, ...]:
    """Return the reviews due over the actor's practices: the reference's once, then each own version in use.

    One query, however many practices; whether a supervisor let one be used is on the practice's own page.
    """
    authorize(uow, Permission.POLICY_WRITE, on=Facts(None))
    today = uow.now().date()
    rows = uow.session.execute(
        select(PracticeProtocol.practice_id, PracticeProtocol.document)
        .where(
            PracticeProtocol.practice_id.in_(uow.actor.practice_ids),
            PracticeProtocol.state == State.SIGNED.value,
        )
        .order_by(PracticeProtocol.practice_id, PracticeProtocol.code)
        .limit(MOST_REPLAYED)
    )
    held = [(None, protocol) for protocol in library.protocols]
    held += [(row.practice_id, compiled(row.document)) for row in rows]
    found = [
        DueSomewhere(practice_id, protocol.title, protocol.version, left)
        for practice_id, protocol in held
        if (left := (protocol.review_by - today).days) <= WARN_DAYS
    ]
    return tuple(sorted(found, key=lambda one: one.days_left))


def extend(uow: UnitOfWork, library: Library, command: ExtendReview) -> date:
    """Let a protocol be used for 30 days past its review; return the last day.

    Raises:
        NotFound: No protocol has this code.
        Refused: No reason or too long a one (422), or its review is not over (409).
    """
    authorize(uow, Permission.POLICY_WRITE, on=Facts(command.practice_id))
    protocol = library_of(uow, library, command.practice_id).book.get(command.code)
    if protocol is None:
        raise NotFound
    reason = command.reason.strip()
    if not reason:
        raise Refused("reason_needed", say("Write why it may still be used."), status=422, field="reason")
    refuse_longer(reason, MOST_REASON, "reason", code="reason_too_long")
    today = _today(uow, command.practice_id)
    if today <= protocol.review_by:
        raise Refused("not_expired", say("The review of this protocol is not over yet."))
    until = today + timedelta(days=EXTENDED_DAYS)
    extension = ProtocolExtension(
        practice_id=command.practice_id,
        code=protocol.code,
        protocol_version=protocol.version,
        reason=reason,
        person_id=uow.actor.person_id,
        granted_at=uow.now(),
        until=until,
    )
    uow.session.add(extension)
    uow.session.flush()
    detail = {"code": protocol.code, "version": protocol.version, "until": until.isoformat()}
    uow.audit("protocol.extend", practice_id=command.practice_id, object_id=extension.id, **detail)
    return until


def compared(uow: UnitOfWork, library: Library, practice_id: UUID, text: str) -> Comparison:
    """Return a new version of a protocol beside the present one.

    Raises:
        Refused: The text fails a check (422); the message says where and what.
    """
    authorize(uow, Permission.PROTOCOL_READ, on=Facts(practice_id))
    after = _compiled(text)
    before = library_of(uow, library, practice_id).book.get(after.code)
    return Comparison(before, after, tuple(edits(before, after)) if before else ())


def lowered(uow: UnitOfWork, library: Library, practice_id: UUID, text: str) -> tuple[Change, ...]:
    """Return the stored sessions a new version would lower, of the newest ``MOST_REPLAYED``.

    Raises:
        Refused: The text fails a check (422).
    """
    authorize(uow, Permission.PROTOCOL_SIGN, on=Facts(practice_id))
    return lowered_by(uow, library_of(uow, library, practice_id), practice_id, _compiled(text))


def lowered_by(uow: UnitOfWork, library: Library, practice_id: UUID, after: Protocol) -> tuple[Change, ...]:
    """Return the same for a compiled version; ``library`` as the practice uses it."""
    authorize(uow, Permission.PROTOCOL_SIGN, on=Facts(practice_id))
    rows = uow.session.scalars(
        select(TriageSession)
        .where(TriageSession.practice_id == practice_id)
        .order_by(TriageSession.started_at.desc(), TriageSession.id.desc())
        .limit(MOST_REPLAYED)
    ).all()
    records = opened_many(uow, practice_id, rows)
    uow.audit("protocol.replay", practice_id=practice_id, code=after.code, sessions=len(records))
    return replayed_lower(library, after, records)


def replayed_lower(library: Library, after: Protocol, records: Sequence[Record]) -> tuple[Change, ...]:
    """Return the sessions that come out lower with a new version; pure.

    Against the present version by the answers both know; against a version no longer held (a newer reference)
    by the level the session ended at, where a question it never heard counts as unknown. A session on a
    complaint no library holds any more cannot be replayed and is left out.
    """
    book = library.book
    new = with_protocol(book, after)
    held = [one for one in records if one.content.code is None or one.content.code in book.protocols]
    present = [one for one in held if fits(library, one.content)]
    found = list(changes(book, new, ((str(one.row.id), one.case) for one in present)))
    for one in held:
        if not fits(library, one.content) and one.content.outcome not in (None, CHANGED):
            level = conclude(new, one.case, seconds_left_today=0).level
            found.append(Change(str(one.row.id), one.content.outcome[0], level))
    return tuple(change for change in found if change.lowers)


def _compiled(text: str) -> Protocol:
    try:
        return compile_protocol(text, "protocol")
    except ProtocolRefused as error:
        unsafe = say("This protocol fails a check: %(problems)s", problems=str(error))
        raise Refused("protocol_unsafe", unsafe, status=422) from error


def _today(uow: UnitOfWork, practice_id: UUID) -> date:
    return uow.now().astimezone(zone(uow, practice_id)).date()
