"""A practitioner looks after the practice's page with the keyboard alone, from the gap to the hours."""

import pytest
from playwright.sync_api import expect

from telesec.desk import phone_routes, practice_routes, protocol_routes
from telesec.practices import service as practices
from telesec.practices.service import WriteInstruction
from telesec.testing.browser import serving, violations
from telesec.testing.on_call import lilas_phones, put_on_call, with_phones
from telesec.testing.pages import page_app

WIDE = {"width": 1366, "height": 768}
MOST_TABS = 400
ROOMS = (phone_routes, practice_routes, protocol_routes)


@pytest.fixture
def own(browser, deps, cast, clock):
    """Dr Lune before the practice's page, with an instruction that has grown old."""
    deps = with_phones(deps, lilas_phones())
    put_on_call(deps, cast)
    with deps.unit_of_work(cast.dr_lune) as uow:
        practices.write_instruction(
            uow, WriteInstruction(cast.lilas, "Pas de visite le mercredi.", "Dr Lune")
        )
        uow.commit()
    clock.advance(days=100)
    app = page_app(deps, cast.dr_lune, *(room.blueprint for room in ROOMS))
    with serving(app) as address, browser.new_context(viewport=WIDE, locale="fr-FR") as context:
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{address}/practice/{cast.lilas}")
        yield page


def go_to(page, target):
    """Press Tab until the keyboard is where it should be."""
    for _ in range(MOST_TABS):
        if target.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard never came to {target}")


def test_the_page_is_looked_after_without_a_mouse(own):
    old = own.get_by_role("button", name="Toujours d’actualité").first
    go_to(own, old)
    own.keyboard.press("Enter")
    expect(own.locator("progress.old")).to_have_count(0)

    go_to(own, own.get_by_text("Écrire une consigne"))
    own.keyboard.press("Enter")
    go_to(own, own.locator("#text-new"))
    own.keyboard.insert_text("Certificats de sport : passer à l’accueil.")
    go_to(own, own.locator("form:has(#text-new) .btn-main"))
    own.keyboard.press("Enter")
    expect(own.locator("#instructions tbody tr")).to_have_count(2)

    go_to(own, own.get_by_role("button", name="Plus d’actualité").last)
    own.keyboard.press("Enter")
    expect(own.locator("#instructions tbody tr")).to_have_count(1)

    opens, closes = own.locator("input[type=time]").nth(0), own.locator("input[type=time]").nth(1)
    for field, digits in ((opens, "0830AM"), (closes, "1200PM")):
        go_to(own, field)
        own.keyboard.type(digits)
    go_to(own, own.get_by_role("button", name="Enregistrer les horaires").first)
    own.keyboard.press("Enter")
    expect(own.locator("input[type=time]").nth(1)).to_have_value("12:00")
    assert violations(own) == []
