"""What a morning seldom has, five doctors with long names, a red light, a full bulletin."""

from dataclasses import replace
from datetime import date, time, timedelta

from sqlalchemy import update
from world import World

from telesec.accounts import bulletin
from telesec.accounts.bulletin import LONGEST_TEXT, MOST_AT_ONCE, WriteNotice
from telesec.accounts.models import Person
from telesec.callbacks import reads as callbacks
from telesec.foundation.access import Purpose, system_actor
from telesec.patients import service as patients
from telesec.patients.service import RegisterPatient
from telesec.practices import service as practices
from telesec.practices.models import Practice
from telesec.practices.service import AddPractitioner
from telesec.scheduling import configuration, flow
from telesec.scheduling import service as scheduling
from telesec.scheduling.configuration import CreateAppointmentType, CreateSchedule
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.ports import CalendarAddress
from telesec.scheduling.rules import ConflictKind
from telesec.scheduling.service import HoldSlot
from telesec.testing.bookable import NINE
from telesec.testing.cast import BRUNO_PHONE

LONG_HOUSE = "Maison de santé pluriprofessionnelle des Deux-Rives et du Vieux-Pont"
LONG_NAMES = (
    "Dr Marie-Antoinette de La Rochefoucauld-Liancourt",
    "Dr Jean-Baptiste Vandenbroucke-Desrumaux",
    "Mme Élisabeth Grandjean-Montmorency",
    "Dr Anne-Sophie Le Goff-Kerautret",
)
WAITING_PHONE = "+33639980018"
HOMONYMS = (
    ("Lilas", "Zoé", date(1951, 3, 14)),
    ("Lilas", "Zoé", date(1978, 11, 2)),
    ("Lilas", "Zoé-Marie", date(1951, 3, 14)),
    ("de La Rochefoucauld-Liancourt", "Marie-Antoinette", date(1951, 3, 14)),
    ("Lilas-Montmorency", "Jean-Baptiste", date(2023, 5, 1)),
)
NOTICE = (
    "Grippe : comptez 30 % d’appels en plus jusqu’à vendredi, deux renforts de 9:00 à 12:00. Fièvre chez un "
    "nourrisson de moins de trois mois : toujours le médecin, jamais un créneau. Le Cabinet du Moulin change "
    "de garde ce soir à 20:00 précises."
)


def fill(world: World, clock) -> None:
    """Add the states; nothing moves the clock, so that what was read stays fresh."""
    _crowd(world)
    _twins(world)
    _lights(world)
    _waiting_list(world)
    _dispute(world)
    _bulletin(world, clock)


def _crowd(world: World) -> None:
    """Les Glycines, five wide: every one free all day but for what a colleague holds."""
    deps, cast = world.house.deps, world.cast
    schedules = {}
    with deps.unit_of_work(system_actor(Purpose.SETUP, cast.glycines)) as uow:
        uow.session.execute(update(Practice).where(Practice.id == cast.glycines).values(name=LONG_HOUSE))
        people = [cast.dr_iris_id] + [
            practices.add_practitioner(uow, AddPractitioner(cast.glycines, name, "physician"))
            for name in LONG_NAMES
        ]
        week = tuple(OpeningRule(day, time(8), time(18)) for day in range(1, 7))
        for number, who in enumerate(people):
            address = CalendarAddress("memory", f"memory:{number}", "wide", "secret")
            made = CreateSchedule(cast.glycines, who, address, 1, week)
            schedules[number] = configuration.create_schedule(uow, made)
        kind = CreateAppointmentType(cast.glycines, "suivi", "Consultation de suivi prolongée", 20)
        type_id = configuration.create_appointment_type(uow, kind)
        uow.commit()
    flow.refresh_due(deps)
    with deps.unit_of_work(cast.ines) as uow:
        first = HoldSlot(cast.glycines, schedules[1], type_id, NINE, None, "Maximilienne-Alexandra")
        scheduling.hold(uow, first)
        uow.commit()
    world.ids |= {"wide": world.answered(cast.ada, practice_id=cast.glycines), "glycines": str(cast.glycines)}


def _twins(world: World) -> None:
    """Six persons under Bruno's number, three of them with one name or one birth date."""
    with world.house.deps.unit_of_work(world.cast.ada) as uow:
        for family, given, born in HOMONYMS[1:]:
            twin = RegisterPatient(
                world.cast.lilas, family, given, born, phones=(BRUNO_PHONE,), confirmed=True
            )
            patients.register(uow, twin)
        uow.commit()


def _waiting_list(world: World) -> None:
    """A number waits for two types, and one of them has just come free."""
    house, deps, cast = world.house, world.house.deps, world.cast
    with deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        longer = CreateAppointmentType(cast.lilas, "long", "Consultation de suivi prolongée", 60)
        second = configuration.create_appointment_type(uow, longer)
        uow.commit()
    booked = flow.book(deps, cast.ada, house.booking())
    world.ids["waits"] = world.answered(cast.ada, WAITING_PHONE)
    for kind in (house.type_id, second):
        world.send(
            "waits", "/waiting-list", type=kind, days="84", phone=WAITING_PHONE, wish="plutôt le matin"
        )
    flow.cancel(deps, cast.ada, cast.lilas, booked.id, "asked")
    flow.refresh_due(deps)
    assert flow.offer_due(deps) == 1
    with deps.unit_of_work(cast.ada) as uow:
        known = {world.ids["callback"], world.ids["lost"]}
        found = [str(row.id) for row in callbacks.waiting(uow).items]
        world.ids["offered"] = next(one for one in found if one not in known)


def _lights(world: World) -> None:
    """One booking the calendar did not answer yet, one it refused."""
    fake = world.house.fake
    for name, trouble in (("amber", fake.lose_reply), ("red", fake.conflict)):
        world.ids[f"{name}-light"] = world.answered(world.cast.ada)
        typed = {"family_name": "Lilas", "given_name": name.title(), "birth_date": "14/03/1961"}
        world.send(f"{name}-light", "/patient/register", **typed, sex="male", confirmed="1", view="patient")
        slot = world.hold(f"{name}-light")
        trouble(5)
        answer = world.ada.post(world.url(f"{name}-light", "/book"), {**slot, "view": "booking"})
        assert answer.status_code == (303 if name == "amber" else 409)
        trouble(0)


def _dispute(world: World) -> None:
    """An appointment the practice's calendar has an hour later than we do."""
    house = world.house
    booked = flow.book(house.deps, house.ada, house.booking(NINE + timedelta(hours=1)))
    world.ids["conflict"] = str(house.dispute(booked, ConflictKind.MOVED, timedelta(hours=1)))


def _bulletin(world: World, clock) -> None:
    """As many notices as may stand at once, as long as they may be."""
    with world.house.deps.unit_of_work(world.cast.supervisor) as uow:
        for number in range(MOST_AT_ONCE - 1):
            text = f"{number} {NOTICE}"[:LONGEST_TEXT]
            bulletin.write(uow, WriteNotice(text, clock.now() + timedelta(hours=8)))
        uow.commit()


def silence(world: World, clock) -> None:
    """Let Dr Lune's calendar say nothing for three minutes."""
    world.house.fake.down()
    clock.advance(minutes=3)
    flow.refresh_due(world.house.deps)


def speak_english(world: World, clock) -> None:
    """Let everybody read English."""
    cast = world.cast
    read = {name: replace(getattr(cast, name), language="en") for name in ("ada", "dr_lune", "supervisor")}
    world.cast = replace(cast, **read)
    with world.house.deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        uow.session.execute(update(Person).values(language="en"))
        uow.commit()


MORE = {"states": fill, "silence": silence, "english": speak_english}
"""What a part of the table needs beside the world."""
