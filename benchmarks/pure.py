"""What needs no database: triage, availability, the signed context."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from benchmarks.figures import Figure, at_share, processor_seconds, typical
from telesec.foundation import tenant_context
from telesec.foundation.ids import new_id
from telesec.scheduling.availability import Agenda, BusySpan, Kind, Reading, free_slots
from telesec.scheduling.hours import OpeningRule, Pattern
from telesec.scheduling.intervals import Interval
from telesec.triage.engine import next_step
from telesec.triage.expected import answered_case
from telesec.triage.library import load
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import Given
from telesec.triage.reckoning import Case, reckon

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
PRACTITIONERS, DAYS, EVENTS_A_DAY = 5, 30, 12


def figures(rounds: int) -> Iterator[Figure]:
    """Yield the figures of pure code."""
    yield Figure("triage: one step of the engine", triage_step(rounds) * 1e6, "µs", 50)
    yield Figure("triage: sessions replayed a second on one core", replayed(), "", 1000, at_least=True)
    yield Figure(
        f"availability: {PRACTITIONERS} practitioners × {DAYS} days, p95",
        availability(rounds) * 1e3,
        "ms",
        30,
    )
    yield Figure("signed tenant context, 60 practices", context(rounds) * 1e6, "µs", 100)


def triage_step(rounds: int) -> float:
    """Return the typical seconds of a step, over whole sessions in which every answer is no."""
    book = load().book
    spent = []
    for code in [*book.protocols, None]:
        for _ in range(max(1, rounds // 20)):
            case = Case(code, PatientFacts(age_months=34 * 12))
            while True:
                began = next_step(book, case, seconds_left_today=3600)
                spent.append(
                    processor_seconds(lambda case=case: next_step(book, case, seconds_left_today=3600))
                )
                if began.item is None:
                    break
                case = replace(case, answers={**case.answers, began.item.ref: Given.NO})
    return at_share(spent, 0.5)


def replayed() -> float:
    """Return how many sessions, the cases of every protocol as answered, are judged anew in a second."""
    book = load().book
    cases = [
        answered_case(book, protocol, case)[0]
        for protocol in book.protocols.values()
        for case in protocol.cases
    ]
    return len(cases) / processor_seconds(lambda: [reckon(book, case) for case in cases])


def availability(rounds: int) -> float:
    """Return the p95 seconds of reading every free slot of five full agendas over a month."""
    month = Interval(NOW, NOW + timedelta(days=DAYS))
    kind = Kind(new_id(), timedelta(minutes=15), timedelta(minutes=15))
    agendas = [_agenda(month, number) for number in range(PRACTITIONERS)]

    def look() -> None:
        for agenda in agendas:
            for _slot in free_slots(agenda, kind, month, NOW):
                pass

    look()
    return at_share((processor_seconds(look) for _ in range(max(5, rounds // 5))), 0.95)


def _agenda(month: Interval, number: int) -> Agenda:
    week = tuple(
        OpeningRule(day, starts, ends)
        for day in range(1, 6)
        for starts, ends in ((time(8), time(12)), (time(14), time(19)))
    )
    minutes = count(number * 5, 35)
    busy = tuple(
        BusySpan(Interval(start, start + timedelta(minutes=20)))
        for day in range(DAYS)
        for start in [
            month.start + timedelta(days=day, minutes=next(minutes) % 600) for _ in range(EVENTS_A_DAY)
        ]
    )
    return Agenda(Pattern(ZoneInfo("Europe/Paris"), week), 1, Reading(month, busy, NOW))


def context(rounds: int) -> float:
    """Return the typical seconds of signing the context of somebody who serves sixty practices."""
    practices = [new_id() for _ in range(60)]
    return typical(lambda: tenant_context.sign(b"0" * 32, practices, "ada"), rounds * 10)
