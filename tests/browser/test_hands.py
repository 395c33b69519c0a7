"""What hands do to plain forms in Chromium: pastes, the back button, two presses, a lock: nothing is lost."""

import re

import pytest
from playwright.sync_api import expect

from telesec.accounts import service as accounts
from telesec.accounts.loader import cookie_name
from telesec.accounts.passwords import PasswordHasher
from telesec.accounts.step_up import Act
from telesec.alerts import contacts
from telesec.app import create_app
from telesec.desk import phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes
from telesec.foundation.access import Purpose, system_actor
from telesec.onboarding import routes as onboarding
from telesec.practices import reads as practices
from telesec.testing.browser import serving, violations
from telesec.testing.logins import browser_as, known, stepped_up
from telesec.testing.on_call import lilas_phones, put_on_call, with_phones
from telesec.testing.pages import page_app

ROOMS = (onboarding, phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes)
LONG = "é" * 50_000
WORDS = "مرحبا Zoé O’Neill-Be\u0301ranger\n2e ligne: pas de visite le mercredi."
PASSWORD = "quatre mots sans aucun lien"


@pytest.fixture
def deps(deps):
    return with_phones(deps, lilas_phones())


@pytest.fixture
def pages(browser):
    """What opens pages of an application, each in a window of its own."""
    left = []

    def opened(app, path, cookie=None):
        serves = serving(app)
        address = serves.__enter__()
        context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris")
        left.append((context, serves))
        if cookie:
            context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": address}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(address + path)
        return page

    yield opened
    for context, serves in left:
        context.close()
        serves.__exit__(None, None, None)


@pytest.fixture
def supervise(pages, deps, cast):
    def opened(path, act=Act.CHANGE_NUMBER):
        who = stepped_up(deps, cast.supervisor, act)
        return pages(page_app(deps, who, *(room.blueprint for room in ROOMS)), path)

    return opened


def paste(page, field, text):
    """Put a text into a field at once, as a paste does, over what stands there."""
    field.focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def step(page, name, field):
    """Return a field of a step of day one, whose part is opened."""
    page.locator(f"#{name} details").evaluate("it => { it.open = true; }")
    return page.locator(field)


def test_a_name_pasted_whole_stands_whole_and_is_told_there(supervise):
    page = supervise("/supervisor/people", Act.MANAGE_PEOPLE)
    page.locator("#email").fill("nour@lilas.example")
    name = page.locator("#display_name")
    paste(page, name, LONG)
    page.keyboard.press("Enter")

    expect(name).to_be_focused()
    expect(name).to_have_value(LONG)
    expect(name).to_have_accessible_description(
        "Ce texte compte 50000 caractères, 200 au plus sont gardés. Raccourcissez-le\u202f: rien n’est perdu."
    )
    expect(page.locator("#email")).to_have_value("nour@lilas.example")
    paste(page, name, "Nour\u0301 O’Neill-مريم")
    page.keyboard.press("Enter")
    expect(page.locator("#link")).to_be_visible()
    assert violations(page) == []


def test_an_order_nobody_can_be_reached_by_is_told_at_the_person(supervise, deps, cast):
    put_on_call(deps, cast)
    with deps.unit_of_work(cast.supervisor) as uow:
        contacts.take_off(uow, cast.lilas, cast.dr_soleil_id)
        uow.commit()
    page = supervise(f"/practice/{cast.lilas}")
    page.get_by_text("Changer l’ordre").click()
    page.locator("#person-1").select_option(label="Dr Soleil")
    page.locator("form:has(#person-0) .btn-main").click()

    second = page.locator("#person-1")
    expect(second).to_be_focused()
    expect(second.locator("option:checked")).to_have_text("Dr Soleil")
    expect(second).to_have_accessible_description(re.compile("aucun numéro vérifié.*pour Dr Soleil"))
    expect(page.locator("#person-0 option:checked")).to_have_text("Dr Lune")
    assert violations(page) == []


def test_the_back_button_after_a_refusal_and_after_a_save_sends_nothing_twice(supervise, deps, cast):
    page = supervise(f"/onboarding/{cast.lilas}")
    number = step(page, "line", "#number")
    number.fill("douze")
    page.keyboard.press("Enter")
    expect(number).to_be_focused()
    expect(number).to_have_value("douze")
    page.go_back()
    step(page, "line", "#number").fill("+41 (0)44 555 12 34")
    page.keyboard.press("Enter")
    expect(page.locator("#line")).to_contain_text("+41445551234")
    page.go_back()
    step(page, "line", "#number").fill("+41 (0)44 555 12 34")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Ce numéro appartient déjà")).to_be_visible()
    with deps.unit_of_work(cast.supervisor) as uow:
        lines = [one.number for one in practices.practice(uow, cast.lilas).lines]
    assert lines.count("+41445551234") == 1


def test_enter_pressed_twice_adds_a_practitioner_once(supervise, deps, cast):
    page = supervise(f"/onboarding/{cast.lilas}")
    name = step(page, "practitioners", "#display_name")
    name.fill("Dr D’Hérouville-Le Goff")
    name.evaluate("it => { it.form.requestSubmit(); it.form.requestSubmit(); }")

    expect(page.locator("#practitioners")).to_contain_text("Dr D’Hérouville-Le Goff")
    with deps.unit_of_work(cast.supervisor) as uow:
        names = [one.name for one in practices.practice(uow, cast.lilas).practitioners]
    assert names.count("Dr D’Hérouville-Le Goff") == 1


def test_a_text_that_meets_the_lock_is_sent_after_the_password(pages, deps, cast):
    app = create_app(deps)
    with deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        word = PasswordHasher(1024).hash(PASSWORD)
        accounts.set_credentials(uow, known(uow, cast.dr_lune), word, b"0" * 20)
        uow.commit()
    lune = browser_as(deps, app, cast.dr_lune)
    cookie = cookie_name(deps.settings)
    page = pages(app, f"/practice/{cast.lilas}", (cookie, lune.client.get_cookie(cookie).value))
    paste(page, page.locator("#text-new"), WORDS)
    lune.post("/lock")
    page.locator("form:has(#text-new) .btn-main").press("Enter")

    expect(page.get_by_text("rien n’est perdu")).to_be_visible()
    assert "mercredi" not in page.content()
    for given in ("autre chose encore", PASSWORD):
        page.locator("#password").fill(given)
        page.keyboard.press("Enter")
    expect(page.get_by_label("Ce que vous aviez écrit")).to_have_value(WORDS)
    assert violations(page) == []
    page.keyboard.press("Enter")

    expect(page.locator("#instructions")).to_contain_text("pas de visite le mercredi.")
