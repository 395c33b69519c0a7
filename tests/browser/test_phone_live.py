"""Pages that are read again by themselves: the phone's list and the wall, under the strict content policy."""

import pytest

from telesec.alerts import flow
from telesec.alerts import service as alerts
from telesec.alerts.service import Acknowledge
from telesec.calls import service as calls
from telesec.calls.service import Ring
from telesec.desk import phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes
from telesec.messages import service as messages
from telesec.messages.service import FileMessage
from telesec.testing.browser import serving
from telesec.testing.cast import BRUNO_PHONE
from telesec.testing.on_call import lilas_phones, put_on_call, with_phones
from telesec.testing.pages import page_app
from telesec.triage.levels import Level

ROOMS = tuple(
    room.blueprint
    for room in (phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes)
)


@pytest.fixture
def on_call(deps, cast):
    deps = with_phones(deps, lilas_phones())
    put_on_call(deps, cast)
    return deps


def file_urgent(deps, cast):
    with deps.unit_of_work(cast.ada) as uow:
        to = cast.dr_lune_id
        urgent = FileMessage(cast.lilas, to, Level.DOCTOR_NOW, "Chute, ne marche plus.", BRUNO_PHONE, True)
        filed = messages.file_message(uow, urgent)
        uow.commit()
    return filed


class Watched:
    """A page whose clock the test moves, and what the browser complained about."""

    def __init__(self, browser, address):
        self.page = browser.new_page(viewport={"width": 390, "height": 844}, locale="fr-FR")
        self.page.set_default_timeout(5_000)
        self.page.clock.install()
        self.wrong = []
        self.page.on("console", lambda line: self.wrong.append(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.goto(address)


def test_new_alert_appears_by_itself(browser, on_call, cast):
    with serving(page_app(on_call, cast.dr_lune, *ROOMS)) as address:
        watched = Watched(browser, f"{address}/phone")
        watched.page.get_by_text("Aucune alerte ne vous attend").wait_for()
        with on_call.unit_of_work(cast.ada) as uow:
            to = cast.dr_lune_id
            urgent = FileMessage(
                cast.lilas, to, Level.DOCTOR_NOW, "Chute, ne marche plus.", BRUNO_PHONE, True
            )
            messages.file_message(uow, urgent)
            uow.commit()

        watched.page.clock.fast_forward(10_500)

        watched.page.get_by_text("Chute, ne marche plus.").wait_for()
        watched.page.close()
    assert watched.wrong == []


def test_wall_counts_a_new_call_by_itself(browser, on_call, cast):
    with serving(page_app(on_call, cast.supervisor, *ROOMS)) as address:
        watched = Watched(browser, f"{address}/wall")
        watched.page.locator(".tile .fig").nth(1).get_by_text("0", exact=True).wait_for()
        with on_call.unit_of_work(cast.ada) as uow:
            calls.ring(uow, Ring(cast.lilas, None, "ring-1", BRUNO_PHONE))
            uow.commit()

        watched.page.clock.fast_forward(10_500)

        watched.page.locator(".tile .fig").nth(1).get_by_text("1", exact=True).wait_for()
        watched.page.close()
    assert watched.wrong == []


def test_alert_on_screen_says_that_a_colleague_took_it(browser, on_call, cast):
    filed = file_urgent(on_call, cast)
    path = f"/phone/alerts/{filed.alert_id}"
    with serving(page_app(on_call, cast.dr_lune, *ROOMS)) as address:
        watched = Watched(browser, address + path)
        watched.page.get_by_role("button", name="Je prends").wait_for()
        with on_call.unit_of_work(cast.dr_soleil) as uow:
            alerts.acknowledge(uow, Acknowledge(filed.alert_id))
            uow.commit()

        watched.page.clock.fast_forward(5_500)

        watched.page.get_by_text("Prise par Dr Soleil").wait_for()
        watched.page.close()
    assert watched.wrong == []


def test_red_alert_appears_on_the_supervisors_page_by_itself(browser, on_call, cast, clock):
    with serving(page_app(on_call, cast.supervisor, *ROOMS)) as address:
        watched = Watched(browser, f"{address}/supervisor")
        watched.page.get_by_text("Chaque alerte a été prise").wait_for()
        file_urgent(on_call, cast)
        for _ in range(3):
            flow.deliver(on_call)
            clock.advance(minutes=11)

        watched.page.clock.fast_forward(10_500)

        watched.page.get_by_role("link", name="Ouvrir et régler").wait_for()
        watched.page.close()
    assert watched.wrong == []
