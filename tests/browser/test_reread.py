"""Phone, supervisor and wall: what could not be read again stays, and says since when it is old."""

import pytest
from playwright.sync_api import expect

from telesec.app import create_app
from telesec.desk import phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes
from telesec.messages import service as messages
from telesec.messages.service import FileMessage
from telesec.testing.browser import serving, violations
from telesec.testing.cast import BRUNO_PHONE
from telesec.testing.logins import browser_as
from telesec.testing.on_call import lilas_phones, put_on_call, with_phones
from telesec.testing.pages import page_app
from telesec.triage.levels import Level

ROOMS = tuple(
    room.blueprint
    for room in (phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes)
)
OLD = "Cette page n’a pas pu être relue"
PAGES = (
    ("dr_lune", "/phone", "**/phone/changed*", "Aucune alerte ne vous attend"),
    ("supervisor", "/supervisor", "**/supervisor", "Chaque alerte a été prise"),
    ("supervisor", "/wall", "**/wall/board", "Rien à traiter tout de suite"),
)


@pytest.mark.parametrize("failure", ["error", "nothing"])
def test_a_reading_that_fails_keeps_the_page_and_says_since_when(browser, deps, cast, failure):
    deps = with_phones(deps, lilas_phones())
    put_on_call(deps, cast)
    for who, path, reading, shown in PAGES:
        with serving(page_app(deps, getattr(cast, who), *ROOMS)) as address:
            page = browser.new_page(locale="fr-FR")
            page.clock.install()
            page.goto(address + path)
            expect(page.get_by_text(shown)).to_be_visible()
            page.route(
                reading,
                lambda route: (
                    route.fulfill(status=500, body="<main id=main>Panne</main>")
                    if failure == "error"
                    else route.abort()
                ),
            )

            page.clock.fast_forward(10_500)

            expect(page.get_by_role("alert").get_by_text(OLD)).to_be_visible()
            expect(page.get_by_text(shown)).to_be_visible()
            assert violations(page) == []
            page.unroute(reading)
            page.get_by_role("button", name="Réessayer maintenant").click()
            expect(page.get_by_text(OLD)).to_be_hidden()
            expect(page.get_by_text(shown)).to_be_visible()
            page.close()


@pytest.fixture
def alert_page(browser, deps, cast):
    """Dr Lune's phone before one urgent alert, on a clock the test moves."""
    deps = with_phones(deps, lilas_phones())
    put_on_call(deps, cast)
    with deps.unit_of_work(cast.ada) as uow:
        text = "Chute, ne marche plus."
        urgent = FileMessage(cast.lilas, cast.dr_lune_id, Level.DOCTOR_NOW, text, BRUNO_PHONE, True)
        alert_id = messages.file_message(uow, urgent).alert_id
        uow.commit()
    app = create_app(deps)
    cookie = browser_as(deps, app, cast.dr_lune).client.get_cookie("telesec")
    with serving(app) as address:
        context = browser.new_context(viewport={"width": 390, "height": 844}, locale="fr-FR")
        context.add_cookies([{"name": "telesec", "value": cookie.value, "url": address}])
        page = context.new_page()
        page.clock.install()
        page.goto(f"{address}/phone/alerts/{alert_id}")
        expect(page.get_by_role("button", name="Je prends").first).to_be_visible()
        yield page
        context.close()


def is_old(page, words=OLD):
    expect(page.get_by_role("alert").get_by_text(words)).to_be_visible()
    expect(page.get_by_text("Chute, ne marche plus.")).to_be_visible()
    expect(page.get_by_role("button", name="Je prends").first).to_be_visible()


def test_an_alert_that_hears_nothing_for_30_seconds_says_so(alert_page):
    unanswered = []

    def hold(route):
        unanswered.append(route)

    alert_page.route("**/phone/alerts/*/changed*", hold)
    alert_page.clock.run_for(28_000)
    expect(alert_page.locator("#old")).to_be_hidden()

    alert_page.clock.run_for(4_000)

    is_old(alert_page)
    assert unanswered
    for route in unanswered:
        route.abort()


def test_an_alert_says_at_once_that_the_network_is_gone_and_is_read_again_when_it_is_back(alert_page):
    alert_page.context.set_offline(offline=True)
    is_old(alert_page)

    alert_page.context.set_offline(offline=False)

    expect(alert_page.locator("#old")).to_be_hidden()


def test_an_alert_whose_session_ended_says_to_log_in_and_keeps_what_it_shows(alert_page):
    alert_page.context.clear_cookies()

    alert_page.clock.fast_forward(10_500)

    is_old(alert_page, "Votre session est terminée")
