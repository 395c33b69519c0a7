"""Opening hours: weekly rules in the practice's wall-clock time, turned into moments. Pure.

The time-zone expansion is ours (server expansions are an hour off on daylight-saving nights, see the
table of calendar servers in the documentation). The one law: a moment is open exactly when the clock on the
practice's wall then shows a time inside the rule. So an hour that does not exist opens nothing,
and an hour that comes twice opens twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from telesec.scheduling.intervals import Interval, intersect, subtract, union

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class OpeningRule:
    """Open each week on one day, for one appointment type or for all.

    Args:
        weekday: ISO, 1 is Monday, 7 is Sunday.
        starts, ends: Wall-clock times, ``[starts, ends)``; an end at or before the start is the next
            day's, so 20:00 to 08:00 is a night and 08:00 to 00:00 ends at midnight.
        appointment_type_id: Only for this type; None for all.
    """

    weekday: int
    starts: time
    ends: time
    appointment_type_id: UUID | None = None


@dataclass(frozen=True)
class Reserved:
    """An appointment type kept for urgent calls: the hours named for it are its alone.

    ``free_before``: what of them lies before this moment is given to the other types too; None for never.
    """

    appointment_type_id: UUID
    free_before: datetime | None = None


@dataclass(frozen=True)
class Pattern:
    """When one schedule may be booked: its rules, less what is closed, in a zone.

    ``closed`` are moments (absences, holidays already turned into UTC); ``extra`` are moments
    opened beside the rules; ``reserved`` are the types whose own hours are taken off those of the others.
    """

    zone: ZoneInfo
    rules: tuple[OpeningRule, ...]
    closed: tuple[Interval, ...] = ()
    extra: tuple[Interval, ...] = ()
    reserved: tuple[Reserved, ...] = ()

    def serves(self, rule: OpeningRule, appointment_type_id: UUID | None) -> bool:
        """Tell whether a rule is open for an appointment type; a reserved type has only its own hours."""
        own = rule.appointment_type_id == appointment_type_id
        return own or (rule.appointment_type_id is None and not self._is_reserved(appointment_type_id))

    def rules_for(self, appointment_type_id: UUID | None) -> bool:
        """Tell whether hours decide for a type; the hours of reserved types say nothing about the others."""
        kept = {one.appointment_type_id for one in self.reserved} - {appointment_type_id}
        return bool(self.extra) or any(rule.appointment_type_id not in kept for rule in self.rules)

    def _is_reserved(self, appointment_type_id: UUID | None) -> bool:
        return any(one.appointment_type_id == appointment_type_id for one in self.reserved)


def expand(
    pattern: Pattern, within: Interval, appointment_type_id: UUID | None = None
) -> tuple[Interval, ...]:
    """Return the open moments inside ``within``, sorted and disjoint."""
    return less_closed(pattern, openings(pattern, within, appointment_type_id), within, appointment_type_id)


def less_closed(
    pattern: Pattern, opened: Iterable[Interval], within: Interval, appointment_type_id: UUID | None
) -> tuple[Interval, ...]:
    """Return the open moments inside ``within`` of openings already known, sorted and disjoint."""
    closed = (*pattern.closed, *kept(pattern, within, appointment_type_id))
    return subtract(intersect(union(opened), (within,)), union(closed))


def kept(pattern: Pattern, within: Interval, appointment_type_id: UUID | None = None) -> tuple[Interval, ...]:
    """Return the moments kept for other, reserved types, less what of them is given to everybody by now."""
    found: list[Interval] = []
    for one in pattern.reserved:
        if one.appointment_type_id == appointment_type_id:
            continue
        rules = tuple(rule for rule in pattern.rules if rule.appointment_type_id == one.appointment_type_id)
        for piece in openings(Pattern(pattern.zone, rules), within, one.appointment_type_id):
            start = max(piece.start, one.free_before or piece.start)
            if start < piece.end:
                found.append(Interval(start, piece.end))
    return union(found)


def openings(
    pattern: Pattern, within: Interval, appointment_type_id: UUID | None = None
) -> tuple[Interval, ...]:
    """Return each opening that may touch ``within``, whole, as its rule says, closures not yet taken off.

    The grid of slots begins where an opening begins, so that an absence does not shift the day.
    """
    rules = [rule for rule in pattern.rules if pattern.serves(rule, appointment_type_id)]
    opened = list(pattern.extra)
    for day in _local_days(within, pattern.zone):
        weekday = day.isoweekday()
        for rule in rules:
            if rule.weekday == weekday:
                opened.extend(wall_interval(pattern.zone, day, rule.starts, rule.ends))
    return tuple(opened)


@lru_cache(maxsize=4096)
def wall_interval(zone: ZoneInfo, day: date, starts: time, ends: time) -> tuple[Interval, ...]:
    """Return the moments at which the wall clock shows ``[starts, ends)`` of a local day.

    One interval on an ordinary day; none, one or two where the clock is changed in between. Kept, since all
    the schedules of a practice open at much the same hours.
    """
    found = []
    first = datetime.combine(day, starts)
    last = datetime.combine(day if ends > starts else day + DAY, ends)
    for piece in _steady_pieces(zone, day):
        start = max(piece.span.start, first.replace(tzinfo=UTC) - piece.offset)
        end = min(piece.span.end, last.replace(tzinfo=UTC) - piece.offset)
        if start < end:
            found.append(Interval(start, end))
    return tuple(found)


@dataclass(frozen=True)
class _Piece:
    span: Interval
    offset: timedelta


@lru_cache(maxsize=4096)
def _steady_pieces(zone: ZoneInfo, day: date) -> tuple[_Piece, ...]:
    """Cut a generous 4 days around a local day where the zone's offset changes."""
    start = datetime.combine(day - DAY, time(0), UTC)
    end = start + 4 * DAY
    pieces: list[_Piece] = []
    cursor, offset = start, _offset(zone, start)
    probe = start
    while probe < end:
        following = probe + timedelta(hours=6)
        if _offset(zone, following) != offset:
            change = _change(zone, probe, following)
            pieces.append(_Piece(Interval(cursor, change), offset))
            cursor, offset = change, _offset(zone, change)
            probe = change
        else:
            probe = following
    pieces.append(_Piece(Interval(cursor, end), offset))
    return tuple(pieces)


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the first moment, to the second, at which the offset is no longer that of ``before``."""
    offset = _offset(zone, before)
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, before + timedelta(seconds=middle)) == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def _local_days(within: Interval, zone: ZoneInfo) -> Iterator[date]:
    """Yield the local days whose rules may touch ``within``, a night before included."""
    day = within.start.astimezone(zone).date() - DAY
    last = within.end.astimezone(zone).date()
    while day <= last:
        yield day
        day += DAY


def end_of_day(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment at which the practice's local day ends, UTC."""
    day = moment.astimezone(zone).date()
    return wall_interval(zone, day, time(0), time(0))[-1].end


def closed_days(zone: ZoneInfo, days: Iterable[date]) -> tuple[Interval, ...]:
    """Return whole local days as moments, for holidays and absences given as dates."""
    return union(piece for day in days for piece in wall_interval(zone, day, time(0), time(0)))
