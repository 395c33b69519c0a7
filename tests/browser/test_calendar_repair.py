"""A practice changes its calendar's password: the light turns red by itself, and the page mends it.

Real Radicale, real Chromium; only the clock is moved.
"""

from datetime import time, timedelta

import pytest
from playwright.sync_api import expect

from telesec.bootstrap import CalendarRegistry
from telesec.desk import phone_routes, practice_routes, protocol_routes, supervisor_routes
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.addresses import AddressGuard, networks
from telesec.integrations.caldav.plugin import CaldavConnector
from telesec.scheduling import configuration, flow
from telesec.scheduling.configuration import CreateAppointmentType, CreateSchedule
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.offers import FindSlots
from telesec.scheduling.ports import CalendarAddress
from telesec.testing.browser import serving
from telesec.testing.pages import page_app
from telesec.testing.radicale_server import RadicaleServer

USER, OLD, NEW = "dr-lune", "clair de lune", "pleine lune"
ROOMS = (phone_routes, practice_routes, protocol_routes, supervisor_routes)
WEEK = tuple(OpeningRule(day, time(9), time(12)) for day in range(1, 8))


@pytest.fixture
def server(tmp_path):
    with RadicaleServer(tmp_path / "radicale", {USER: OLD}) as running:
        yield running


@pytest.fixture
def parts(deps, clock):
    connector = CaldavConnector(AddressGuard(networks(["127.0.0.0/8"])), clock)
    return deps.with_parts(calendars=CalendarRegistry((connector,)))


@pytest.fixture
def kind(parts, cast, server):
    """The type of appointment that may be booked with Dr Lune, whose calendar is on the server."""
    address = CalendarAddress(
        "caldav",
        server.make_calendar(USER, "agenda"),
        USER,
        OLD,
        {"time_zone": "Europe/Paris", "server": "radicale"},
    )
    with parts.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        configuration.create_schedule(uow, CreateSchedule(cast.lilas, cast.dr_lune_id, address, 1, WEEK))
        made = configuration.create_appointment_type(
            uow, CreateAppointmentType(cast.lilas, "consultation", "Consultation", 30)
        )
        uow.commit()
    return made


@pytest.fixture
def page(browser, parts, cast, kind):
    app = page_app(parts, cast.manager, *(room.blueprint for room in ROOMS))
    with serving(app) as address, browser.new_context(locale="fr-FR") as context:
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.address = f"{address}/practice/{cast.lilas}"
        yield page


def offered(parts, cast, clock, kind):
    now = clock.now()
    query = FindSlots(cast.lilas, kind, now, now + timedelta(days=3), limit=5)
    return len(flow.find_slots(parts, cast.ada, query).slots)


def test_a_password_changed_on_the_server_turns_red_within_a_minute_and_is_mended_on_the_page(
    page, parts, cast, clock, server, kind
):
    flow.refresh_due(parts)
    page.goto(page.address)
    light = page.locator(".cals")
    expect(light).to_contain_text("à jour")
    assert offered(parts, cast, clock, kind) > 0

    server.change_password(USER, NEW)
    clock.advance(minutes=1)
    flow.refresh_due(parts)
    page.reload()
    expect(light).to_contain_text("refuse notre accès")
    assert offered(parts, cast, clock, kind) == 0

    for typed, answer in (("encore faux", "L’agenda reste illisible"), (NEW, "L’agenda a été lu")):
        page.locator("input[name=secret]").fill(typed)
        page.get_by_role("button", name="Relire l’agenda").click()
        expect(light).to_contain_text(answer)

    expect(light).to_contain_text("à jour")
    assert offered(parts, cast, clock, kind) > 0
    clock.advance(minutes=1)
    flow.refresh_due(parts)
    page.reload()
    expect(light).to_contain_text("à jour")
