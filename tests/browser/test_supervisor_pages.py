"""The supervisor's pages, the wall and the practice's page in real Chromium, light and dark, with axe."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from telesec.accounts import service as people_service
from telesec.accounts.service import AddMembership, CreatePerson
from telesec.alerts import flow
from telesec.callbacks import service as callbacks
from telesec.callbacks.service import OpenCallback
from telesec.calls import service as calls
from telesec.calls.service import Ring
from telesec.desk import phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes
from telesec.foundation.access import Role
from telesec.messages import service as messages
from telesec.messages.service import FileMessage
from telesec.practices import service as practices
from telesec.practices.rules import HoursOf, Opening
from telesec.practices.service import SetAbsence, WriteInstruction
from telesec.testing.bookable import House
from telesec.testing.browser import serving, violations
from telesec.testing.calendars import FakeCalendars
from telesec.testing.cast import BRUNO_PHONE
from telesec.testing.on_call import lilas_phones, put_on_call, with_phones
from telesec.testing.pages import page_app
from telesec.triage.levels import Level

ROOMS = tuple(
    room.blueprint
    for room in (phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes)
)
PICTURES = os.environ.get("TELESEC_PICTURES", "")
SIZES = {
    "wall": (1920, 1080),
    "board": (1366, 768),
    "people": (1366, 768),
    "person": (1366, 768),
    "practice": (1366, 768),
}


@pytest.fixture
def house(deps, cast, clock):
    """A bad morning: one red alert, one that calls, a late callback, an unread calendar, a ringing call."""
    deps = with_phones(deps, lilas_phones())
    put_on_call(deps, cast)
    House.build(deps, cast, FakeCalendars(), "memory://lune", lanes=1, rules=True)
    with deps.unit_of_work(cast.dr_lune) as uow:
        for text in ("Pas de visite le mercredi.", "Certificats de sport : passer à l'accueil."):
            practices.write_instruction(uow, WriteInstruction(cast.lilas, text, "Dr Lune"))
        practices.set_hours(uow, cast.lilas, HoursOf.PHONE, [Opening(day, 510, 720) for day in range(1, 6)])
        uow.commit()
    clock.advance(days=95)
    noon = clock.now() + timedelta(days=2, hours=2)
    with deps.unit_of_work(cast.supervisor) as uow:
        for who, start, hours in ((cast.dr_lune_id, noon, 5), (cast.dr_soleil_id, noon, 1.5)):
            end = start + timedelta(hours=hours)
            practices.set_absence(uow, SetAbsence(cast.lilas, start, end, "Ada", practitioner_id=who))
        uow.commit()
    _file(deps, cast, Level.CALL15_NOW)
    for _ in range(5):
        flow.deliver(deps)
        clock.advance(minutes=4)
    _file(deps, cast, Level.DOCTOR_NOW)
    flow.deliver(deps)
    with deps.unit_of_work(cast.ada) as uow:
        callbacks.open_callback(uow, OpenCallback(cast.lilas, BRUNO_PHONE, clock.now()))
        calls.ring(uow, Ring(cast.lilas, None, "ring-1", BRUNO_PHONE))
        uow.commit()
    with deps.unit_of_work(cast.supervisor) as uow:
        people_service.create_person(uow, CreatePerson("nour@telesec.example", "Nour", Role.SECRETARY))
        uow.commit()
    clock.advance(seconds=52)
    flow.deliver(deps)
    return deps


@pytest.fixture
def lune(house, cast):
    """Dr Lune's login, who leaves a gap behind."""
    with house.unit_of_work(cast.supervisor) as uow:
        made = people_service.create_person(
            uow, CreatePerson("lune@telesec.example", "Dr Lune", Role.PRACTITIONER)
        )
        joins = AddMembership(cast.lilas, made, Role.PRACTITIONER, cast.dr_lune_id)
        people_service.add_membership(uow, joins)
        uow.commit()
    return made


def _file(deps, cast, level):
    with deps.unit_of_work(cast.ada) as uow:
        text = "Confuse, fièvre 39,2."
        messages.file_message(uow, FileMessage(cast.lilas, cast.dr_lune_id, level, text, BRUNO_PHONE, True))
        uow.commit()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_no_fault_axe_finds(browser, house, cast, lune, scheme):
    wrong = []
    apps = {
        "/supervisor": (cast.supervisor, "board"),
        "/supervisor/people": (cast.supervisor, "people"),
        f"/supervisor/people/{lune}": (cast.supervisor, "person"),
        "/wall": (cast.supervisor, "wall"),
        f"/practice/{cast.lilas}": (cast.dr_lune, "practice"),
    }
    for path, (who, name) in apps.items():
        with serving(page_app(house, who, *ROOMS)) as address:
            width, height = SIZES[name]
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=scheme, locale="fr-FR"
            )
            page.goto(address + path)
            wrong += [f"{name}: {one}" for one in violations(page)]
            if PICTURES:
                page.screenshot(path=Path(PICTURES) / f"{name}-{scheme}.png", full_page=name != "wall")
            page.set_viewport_size({"width": 320, "height": 700})
            wide = page.evaluate("document.documentElement.scrollWidth")
            wrong += [f"{name}: {wide} wide at 320"] if wide > 320 else []
            page.close()

    assert wrong == []


def test_supervisor_settles_the_red_alert(browser, house, cast):
    with serving(page_app(house, cast.supervisor, *ROOMS)) as address:
        page = browser.new_page(locale="fr-FR")
        page.set_default_timeout(5_000)

        page.goto(f"{address}/supervisor")
        page.get_by_role("link", name="Ouvrir et régler").first.click()
        page.wait_for_url("**/supervisor/alerts/*")
        found = violations(page)
        page.get_by_label("Qu’a-t-on fait à la place").fill("Dr Soleil joint au cabinet à 10 h 20.")
        page.get_by_role("button", name="Clore l’alerte").click()

        page.get_by_text("Chaque alerte a été prise").wait_for()
        page.close()
    assert found == []
