"""How a time is taken: one ``slot_claim`` row on a free lane, or a refusal. For this room's services only.

The constraint decides. The advisory lock only spares racing bookers of one schedule a queue of failed inserts
and the deadlocks that several exclusion checks at once can run into; it ends with the transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, and_, any_, bindparam, delete, literal, select, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range
from sqlalchemy.exc import IntegrityError

from telesec.foundation.errors import Refused
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.paging import UUID_, UUIDS
from telesec.foundation.unit_of_work import UnitOfWork, violated
from telesec.scheduling.availability import Claim
from telesec.scheduling.intervals import Interval
from telesec.scheduling.models import Schedule, SlotClaim
from telesec.scheduling.rules import ClaimState, hold_expires_at

OVERLAP = "ex_slot_claim_overlap"
LONGEST = timedelta(days=1)
"""What ``ck_slot_claim_length`` allows."""


@dataclass(frozen=True)
class Holder:
    """Who takes a time, and for which call."""

    call_id: UUID | None = None
    name: str = ""


def slot_taken() -> Refused:
    """Return the refusal of a time somebody else has."""
    return Refused("slot_taken", say("This slot has just been taken. Choose another one."))


def as_range(span: Interval) -> Range[datetime]:
    """Return an interval as the database's half-open range."""
    return Range(span.start, span.end, bounds="[)")


def as_interval(during: Range[datetime]) -> Interval:
    """Return a stored range as an interval; ours are never unbounded."""
    if during.lower is None or during.upper is None:
        raise ValueError(during)
    return Interval(during.lower, during.upper)


def _lies_over(practice: Any, schedules: Any, start: Any, latest: Any, span: Any) -> ColumnElement[bool]:
    """Return the condition that a claim of some schedules lies over a time.

    The ends are compared beside the ranges: under row-level security no operator of ranges may use an index,
    since none is leakproof, and a search would read every claim there is.
    """
    return and_(
        SlotClaim.practice_id == practice,
        SlotClaim.schedule_id == any_(schedules),
        SlotClaim.ends_at > start,
        SlotClaim.ends_at <= latest,
        SlotClaim.during.op("&&")(span),
    )


LIES_OVER = _lies_over(
    bindparam("practice", type_=UUID_),
    bindparam("schedules", type_=UUIDS),
    bindparam("start", type_=DateTime(timezone=True)),
    bindparam("latest", type_=DateTime(timezone=True)),
    bindparam("span", type_=TSTZRANGE()),
)
"""That a claim of some ``schedules`` of a ``practice`` lies over the time that :func:`over` gives."""


def over(span: Interval) -> dict[str, object]:
    """Return a time as the values of ``LIES_OVER``."""
    return {"start": span.start, "latest": span.end + LONGEST, "span": as_range(span)}


def lies_over(practice_id: UUID, schedule_ids: Sequence[UUID], span: Interval) -> ColumnElement[bool]:
    """Return the condition that a claim of these schedules lies over this time."""
    return _lies_over(practice_id, literal(list(schedule_ids), UUIDS), **over(span))


def lock_schedule(uow: UnitOfWork, schedule_id: UUID) -> None:
    """Queue behind whoever takes a time on this schedule now, until the end of the transaction."""
    key = int.from_bytes(schedule_id.bytes[8:], "big", signed=True)
    uow.session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": key})


def take(uow: UnitOfWork, schedule: Schedule, span: Interval, state: ClaimState, holder: Holder) -> SlotClaim:
    """Take a time on the first free lane.

    Raises:
        Refused: ``slot_taken``: no lane is left.
    """
    _drop_expired(uow, schedule, span)
    occupied = {row.lane for row in _over(uow, schedule, span)}
    for lane in range(1, schedule.lanes + 1):
        if lane in occupied:
            continue
        claim = _new(uow, schedule, lane, span, state, holder)
        try:
            with uow.session.begin_nested():
                uow.session.add(claim)
        except IntegrityError as error:
            if violated(error) != OVERLAP:
                raise
            continue
        return claim
    raise slot_taken()


def stretch(uow: UnitOfWork, claim: SlotClaim, span: Interval) -> None:
    """Make a claim cover another stretch of its own lane.

    Raises:
        Refused: ``slot_taken``: another claim of the lane is in the way.
    """
    try:
        with uow.session.begin_nested():
            claim.during = as_range(span)
    except IntegrityError as error:
        if violated(error) != OVERLAP:
            raise
        raise slot_taken() from None


def others(uow: UnitOfWork, schedule: Schedule, span: Interval, own: frozenset[UUID]) -> tuple[Claim, ...]:
    """Return the other claims over a stretch, as ``availability`` reads them."""
    return tuple(
        Claim(row.id, as_interval(row.during), row.lane)
        for row in _over(uow, schedule, span)
        if row.id not in own
    )


def free(uow: UnitOfWork, practice_id: UUID, claim_id: UUID) -> None:
    """Give a time back."""
    uow.session.execute(
        delete(SlotClaim).where(SlotClaim.practice_id == practice_id, SlotClaim.id == claim_id)
    )


def _over(uow: UnitOfWork, schedule: Schedule, span: Interval) -> list[SlotClaim]:
    rows = uow.session.scalars(
        select(SlotClaim).where(
            lies_over(schedule.practice_id, [schedule.id], span),
        )
    )
    return list(rows)


def _drop_expired(uow: UnitOfWork, schedule: Schedule, span: Interval) -> None:
    """Free holds that are over, so that nobody waits for the sweep."""
    uow.session.execute(
        delete(SlotClaim).where(
            lies_over(schedule.practice_id, [schedule.id], span),
            SlotClaim.state == ClaimState.HOLD.value,
            SlotClaim.expires_at <= uow.now(),
        ),
        execution_options={"synchronize_session": False},
    )


def _new(
    uow: UnitOfWork, schedule: Schedule, lane: int, span: Interval, state: ClaimState, holder: Holder
) -> SlotClaim:
    now = uow.now()
    return SlotClaim(
        practice_id=schedule.practice_id,
        id=new_id(),
        schedule_id=schedule.id,
        lane=lane,
        during=as_range(span),
        state=state.value,
        call_id=holder.call_id,
        held_by=uow.actor.person_id,
        held_by_name=holder.name,
        held_since=now,
        last_seen_at=now,
        expires_at=hold_expires_at(now) if state is ClaimState.HOLD else None,
    )
