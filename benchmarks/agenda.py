"""Free slots while many appointments and practices are stored: served by the API, and the search alone."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from benchmarks.figures import Figure, at_share, median, seconds
from benchmarks.stage import Hall, Stage, secretary
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.clock import SystemClock
from telesec.practices import service as practices
from telesec.practices.service import AddPractitioner
from telesec.scheduling import configuration, offers
from telesec.scheduling.configuration import CreateAppointmentType, CreateSchedule
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.offers import FindSlots
from telesec.scheduling.ports import CalendarAddress
from telesec.testing.clock import MovableClock
from telesec.testing.logins import Program, program_as

DOCTORS, A_DAY, FEW, MANY, PRACTICES = 41, 12, 1_000, 100_000, 1_000
PARIS = ZoneInfo("Europe/Paris")
CLAIMS = """
insert into slot_claim (practice_id, id, schedule_id, lane, during, state, held_by_name,
  held_since, last_seen_at)
select s.practice_id, gen_random_uuid(), s.id, 1, tstzrange(at, at + interval '20 minutes'), 'booked', '',
  now(), now()
from schedule s, generate_series(%(first)s::int, %(last)s::int) as day,
     generate_series(0, %(slots)s::int) as slot,
     lateral (select %(base)s::timestamptz + make_interval(days => day, mins => slot * 40)) as t(at)
where s.practice_id = any(%(practices)s)
"""
APPOINTMENTS = """
insert into appointment (practice_id, id, schedule_id, appointment_type_id, claim_id, status, attempts, uid,
  href, etag, start_at, end_at, details_sealed, sealed_version, created_at)
select c.practice_id, gen_random_uuid(), c.schedule_id, t.id, c.id, 'booked', 1, c.id::text, '', '',
  lower(c.during), upper(c.during), '\\x00', 1, now()
from slot_claim c
join lateral (select id from appointment_type t where t.practice_id = c.practice_id limit 1) t on true
where not exists (select from appointment a where a.practice_id = c.practice_id and a.claim_id = c.id)
"""
READINGS = """
insert into calendar_reading (practice_id, schedule_id, during, busy, read_at)
select s.practice_id, s.id, tstzrange(%(now)s - interval '1 hour', %(now)s + interval '35 days'),
  coalesce((select jsonb_agg(jsonb_build_array(extract(epoch from lower(c.during)),
              extract(epoch from upper(c.during)), 1, c.id) order by c.during) from slot_claim c
            where c.practice_id = s.practice_id and c.schedule_id = s.id
            and c.during && tstzrange(%(now)s, %(now)s + interval '35 days')), '[]'), %(now)s
from schedule s on conflict (practice_id, schedule_id) do update set busy = excluded.busy
"""
READ_NOW = """
update schedule set health = 'ok', fresh_at = %(now)s, read_attempted_at = %(now)s
"""


@dataclass
class Shelf:
    """The practice searched."""

    stage: Stage
    practice_id: UUID
    kind_id: UUID
    five_id: UUID
    doctors: list[UUID]
    day: datetime
    program: Program

    def query(self, kind: UUID, days: int, doctor: UUID | None = None) -> FindSlots:
        """Return a search."""
        return FindSlots(self.practice_id, kind, self.day, self.day + timedelta(days=days), doctor, limit=200)

    def served(self, query: FindSlots) -> Callable[[], None]:
        """Return the same search as a request of the API."""
        asked = {
            "practice_id": str(query.practice_id),
            "appointment_type_id": str(query.appointment_type_id),
            "from": query.start.isoformat(),
            "to": query.end.isoformat(),
            "limit": "200",
        }
        if query.practitioner_id:
            asked["practitioner_id"] = str(query.practitioner_id)

        def ask() -> None:
            answer = self.program.get("/api/v1/slots", asked)
            assert json.loads(answer.data)["slots"], answer.data[:300]  # noqa: S101 - nothing is found fast

        return ask

    def alone(self, query: FindSlots) -> Callable[[], None]:
        """Return the same search without the edge."""
        actor = secretary(self.practice_id)

        def look() -> None:
            with self.stage.deps.unit_of_work(actor) as uow:
                assert offers.offer(uow, query).slots  # noqa: S101 - nothing is found fast

        return look


def figures(hall: Hall, rounds: int) -> Iterator[Figure]:
    """Yield the figures of availability, from a thousand appointments to a hundred thousand."""
    with hall.stage(clock=MovableClock(SystemClock().now())) as stage:  # no reading gets old meanwhile
        shelf = _shelf(stage)
        one = shelf.query(shelf.kind_id, 1, shelf.doctors[0])
        few = _times(shelf.alone(one), rounds)
        _fill(shelf, 1, 34)
        _fill(shelf, -(MANY // (DOCTORS * A_DAY)), -7)
        many = _times(shelf.alone(one), rounds)
        yield Figure("free slots: one practitioner-day, search alone", median(many) * 1e3, "ms", 2.5)
        served = median(_times(shelf.served(one), rounds))
        yield Figure("free slots: one practitioner-day, served by the API", served * 1e3, "ms", 2.5)
        everybody = shelf.served(shelf.query(shelf.kind_id, 1))
        yield Figure(
            f"free slots: {DOCTORS} practitioners × 1 day, served",
            median(_times(everybody, rounds)) * 1e3,
            "ms",
            15,
        )
        month = _times(shelf.served(shelf.query(shelf.five_id, 30)), rounds)
        yield Figure(
            "free slots: 5 practitioners × 30 days, served, p95", at_share(month, 0.95) * 1e3, "ms", 30
        )
        yield Figure(f"free slots: {MANY:,} appointments ÷ {FEW:,}", median(many) / median(few), "×", 1.25)
        before = median(_times(shelf.alone(one), rounds))
        _neighbours(shelf)
        after = median(_times(shelf.alone(one), rounds))
        yield Figure(f"free slots: {PRACTICES:,} practices ÷ 1", after / before, "×", 1.25)


def _times(work: Callable[[], None], rounds: int) -> list[float]:
    for _ in range(5):
        work()
    return [seconds(work) for _ in range(rounds)]


def _shelf(stage: Stage) -> Shelf:
    practice_id = stage.practice("Cabinet des Quarante")
    week = tuple(OpeningRule(day, time(9), time(19)) for day in range(1, 8))
    doctors = []
    with stage.deps.unit_of_work(system_actor(Purpose.SETUP, practice_id)) as uow:
        for number in range(DOCTORS):
            address = CalendarAddress("memory", f"memory:{number}", "lune", "secret")
            doctor = practices.add_practitioner(
                uow, AddPractitioner(practice_id, f"Dr {number}", "physician")
            )
            configuration.create_schedule(uow, CreateSchedule(practice_id, doctor, address, 1, week))
            doctors.append(doctor)
        kind = configuration.create_appointment_type(
            uow, CreateAppointmentType(practice_id, "consultation", "Consultation", 20)
        )
        five = configuration.create_appointment_type(
            uow, CreateAppointmentType(practice_id, "bilan", "Bilan", 20, practitioner_ids=tuple(doctors[:5]))
        )
        uow.commit()
    day = datetime.combine(stage.deps.clock.now().date() + timedelta(days=2), time(9), PARIS).astimezone(UTC)
    ada = secretary(practice_id)
    program = program_as(stage.deps, stage.app(), ada)
    shelf = Shelf(stage, practice_id, kind, five, doctors, day, program)
    _fill(shelf, 0, 0)
    _fill(shelf, -2, -2)
    return shelf


def _fill(shelf: Shelf, first: int, last: int, *practice_ids: UUID) -> None:
    values = {"first": first, "last": last, "slots": A_DAY - 1, "base": shelf.day}
    shelf.stage.admin.execute(CLAIMS, {**values, "practices": list(practice_ids) or [shelf.practice_id]})
    shelf.stage.admin.execute(APPOINTMENTS)
    for words in (READINGS, READ_NOW):
        shelf.stage.admin.execute(words, {"now": shelf.stage.deps.clock.now()})
    shelf.stage.settle()


def _neighbours(shelf: Shelf) -> None:
    """Add practices like the first, with one practitioner and a day of appointments each."""
    stage, copies = shelf.stage, PRACTICES - 1
    stage.clone(
        "practice", f"s.id = '{shelf.practice_id}'", copies,
        "'id', gen_random_uuid(), 'name', 'Voisin ' || n",
    )  # fmt: skip
    near = "(select array_agg(id) from practice where name ~ '^Voisin')"
    one = f"s.practice_id = '{shelf.practice_id}' and s"
    for table, where in (
        ("practitioner", f"{one}.id = '{shelf.doctors[0]}'"),
        ("schedule", f"{one}.practitioner_id = '{shelf.doctors[0]}'"),
        ("appointment_type", f"{one}.id = '{shelf.kind_id}'"),
    ):
        stage.clone(table, where, copies, f"'practice_id', ({near})[n]")
    rows = stage.admin.execute("select id from practice where name ~ '^Voisin'").fetchall()
    _fill(shelf, 0, 0, *(row[0] for row in rows))  # type: ignore[arg-type]
