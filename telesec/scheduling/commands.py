"""``telesec calendar``: give a practitioner a schedule on a calendar, list the lights, read them now."""

from dataclasses import dataclass
from datetime import time
from pathlib import Path
from uuid import UUID

import click

from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.practices import reads as practices
from telesec.practices.reads import PracticeCard
from telesec.scheduling import configuration, flow, reads
from telesec.scheduling.configuration import (
    KEPT_FOR,
    MOST_RELEASE_HOURS,
    CreateAppointmentType,
    CreateSchedule,
)
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.parts import SchedulingDeps
from telesec.scheduling.ports import CalendarAddress
from telesec.triage.levels import Level

DAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}


@dataclass(frozen=True)
class NewCalendar:
    """A schedule as typed on the command line."""

    practice: UUID
    practitioner: str
    kind: str
    url: str
    user: str
    secret_file: Path | None
    lanes: int
    hours: tuple[str, ...]
    options: tuple[str, ...]


@dataclass(frozen=True)
class NewType:
    """An appointment type as typed on the command line."""

    practice: UUID
    code: str
    name: str
    minutes: int
    min_level: str | None
    release_hours: int | None


@click.group()
def calendar() -> None:
    """Practices' calendars: add, list, check; appointment types."""


@calendar.command("add")
@click.argument("practice", type=UUID)
@click.argument("practitioner")
@click.option("--kind", required=True, help="caldav, fhir, or a plug-in's.")
@click.option("--url", required=True, help="CalDAV: the collection. FHIR: the base.")
@click.option("--user", default="", help="Login name.")
@click.option("--secret-file", type=click.Path(path_type=Path), help="File with the password or token.")
@click.option("--lanes", default=1, show_default=True, help="Patients treated at once.")
@click.option("--hours", multiple=True, help='"mon-fri 09:00-12:00"; repeat for more.')
@click.option("--option", "options", multiple=True, help="name=value for the connector; repeat for more.")
@click.pass_obj
def add_calendar(deps: SchedulingDeps, /, **typed: object) -> None:
    """Open a schedule for PRACTITIONER (name or id) of PRACTICE, read its calendar, print id and light."""
    new = NewCalendar(**typed)  # type: ignore[arg-type]
    schedule_id = add(deps, new)
    light = "ok" if flow.refresh(deps, new.practice, schedule_id) else "unreadable"
    click.echo(f"{schedule_id}\t{light}")


def add(deps: SchedulingDeps, new: NewCalendar) -> UUID:
    """Open a schedule in one transaction and return its id."""
    secret = new.secret_file.read_text(encoding="utf-8").strip() if new.secret_file else ""
    options = dict(option.split("=", 1) for option in new.options)
    address = CalendarAddress(new.kind, new.url, new.user, secret, options)
    rules = tuple(rule for typed in new.hours for rule in opening_rules(typed))
    with deps.unit_of_work(system_actor(Purpose.SETUP, new.practice)) as uow:
        practitioner_id = _named(practices.practice(uow, new.practice), new.practitioner)
        schedule_id = configuration.create_schedule(
            uow, CreateSchedule(new.practice, practitioner_id, address, new.lanes, rules)
        )
        uow.commit()
    return schedule_id


def _named(card: PracticeCard, typed: str) -> UUID:
    """Return the practitioner of a name or an id.

    Raises:
        Refused: Nobody there, or several, are called so; names those who are there (422).
    """
    found = [one.id for one in card.practitioners if typed in {one.name, str(one.id)}]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{one.name} ({one.id})" for one in card.practitioners)
    raise Refused(
        "practitioner_unknown",
        say("One practitioner is meant, by name or id. This practice has: %(names)s.", names=names or "-"),
        status=422,
    )


@calendar.command("type")
@click.argument("practice", type=UUID)
@click.argument("code")
@click.argument("name")
@click.argument("minutes", type=int)
@click.option(
    "--min-level",
    type=click.Choice([level.value for level in KEPT_FOR]),
    help="Keep it for calls whose questions reached this level or a more urgent one.",
)
@click.option(
    "--release-hours",
    type=click.IntRange(1, MOST_RELEASE_HOURS),
    help="With --min-level: hours before its start when a slot nobody took is given to every call.",
)
@click.pass_obj
def add_type(deps: SchedulingDeps, /, **typed: object) -> None:
    """Add the appointment type NAME of MINUTES to PRACTICE and print its id."""
    new = NewType(**typed)  # type: ignore[arg-type]
    kept_for = Level(new.min_level) if new.min_level else None
    with deps.unit_of_work(system_actor(Purpose.SETUP, new.practice)) as uow:
        command = CreateAppointmentType(
            new.practice,
            new.code,
            new.name,
            new.minutes,
            min_level=kept_for,
            release_hours=new.release_hours,
        )
        type_id = configuration.create_appointment_type(uow, command)
        uow.commit()
    click.echo(str(type_id))


@calendar.command("list")
@click.argument("practice", type=UUID)
@click.pass_obj
def list_calendars(deps: SchedulingDeps, /, practice: UUID) -> None:
    """Print each calendar of PRACTICE: schedule, kind, light, when it was last read."""
    with deps.unit_of_work(system_actor(Purpose.SETUP, practice)) as uow:
        cards = reads.calendars(uow, practice)
    for card in cards:
        read_at = card.fresh_at.isoformat() if card.fresh_at else "never"
        click.echo("\t".join((str(card.schedule_id), card.kind, card.health.value, read_at)))


@calendar.command("check")
@click.argument("practice", type=UUID)
@click.pass_obj
def check_calendars(deps: SchedulingDeps, /, practice: UUID) -> None:
    """Read each calendar of PRACTICE now and print its light."""
    with deps.unit_of_work(system_actor(Purpose.SETUP, practice)) as uow:
        cards = reads.calendars(uow, practice)
    for card in cards:
        light = "ok" if flow.refresh(deps, practice, card.schedule_id) else "unreadable"
        click.echo(f"{card.schedule_id}\t{light}")


def opening_rules(typed: str) -> tuple[OpeningRule, ...]:
    """Return the rules of ``mon-fri 09:00-12:00`` or ``sat 09:00-12:00``.

    Raises:
        Refused: It is not written like this (422).
    """
    try:
        days, hours = typed.lower().split()
        first, _, last = days.partition("-")
        starts, ends = (time.fromisoformat(part) for part in hours.split("-"))
        span = range(DAYS[first], DAYS[last or first] + 1)
    except (ValueError, KeyError):
        raise Refused(
            "bad_hours", say('Write hours like "mon-fri 09:00-12:00".'), status=422, field="hours"
        ) from None
    return tuple(OpeningRule(day, starts, ends) for day in span)
