"""Phone, supervisor and wall: what could not be read again stays, and says since when it is old."""

import pytest
from playwright.sync_api import expect

from telesec.desk import phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes
from telesec.testing.browser import serving, violations
from telesec.testing.on_call import lilas_phones, put_on_call, with_phones
from telesec.testing.pages import page_app

ROOMS = tuple(
    room.blueprint
    for room in (phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes)
)
OLD = "Cette page n’a pas pu être relue"
PAGES = (
    ("dr_lune", "/phone", "**/phone/changed*", "Aucune alerte ne vous attend"),
    ("supervisor", "/supervisor", "**/supervisor", "Chaque alerte a été prise"),
    ("supervisor", "/wall", "**/wall/board", "Rien n’attend un humain"),
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
