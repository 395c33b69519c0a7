"""The screen was locked in another tab in mid-call: what is sent then is kept by the lock screen, sealed.

The password is real: the lock is opened as a secretary does.
"""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from telesec.accounts.models import Person
from telesec.accounts.passwords import PasswordHasher
from telesec.foundation.access import Purpose, system_actor

PASSWORD = "le bac du Port 2026"
WORDS = "Rappeler Bruno : il n’a plus d’Éliquis."


@pytest.fixture
def locked(call, house, cast):
    """Ada's call, locked in her other tab; returns what unlocks it."""
    hasher = PasswordHasher(house.deps.settings.password_memory_kib)
    with house.deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        person = uow.session.scalars(select(Person).where(Person.id == cast.ada.person_id)).one()
        person.password_hash = hasher.hash(PASSWORD)
        uow.commit()

    def lock():
        other = call.page.context.new_page()
        other.goto(call.base + "/desk")
        other.locator("#lock-button").click()
        expect(other).to_have_title("Verrouillé · telesec")
        other.close()

    return lock


def unlock(page):
    expect(page).to_have_title("Verrouillé · telesec")
    expect(page.get_by_text("rien n’est perdu")).to_be_visible()
    assert WORDS not in page.content()
    expect(page.get_by_label("Mot de passe")).to_be_focused()
    page.keyboard.insert_text(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("textarea", has_text=WORDS)).to_be_visible()
    expect(page.get_by_role("button", name="Envoyer")).to_be_focused()
    page.keyboard.press("Enter")


def away(page, what):
    """Let the server not answer to what a page asks by itself."""
    page.route(what, lambda route: route.fulfill(status=503))


def test_a_promise_sent_while_the_screen_was_locked_is_sent_once_it_is_open(call, locked):
    call.key("F7")
    expect(call.page.locator("#promise")).to_be_visible()
    call.page.locator("#promise-at").fill("14:30")
    call.page.locator("#promise-note").fill(WORDS)
    away(call.page, "**/parts/**")
    locked()

    call.page.locator("#promise-note").press("Enter")

    unlock(call.page)
    expect(call.page.locator("#undo")).to_contain_text("Rappel promis.")


def test_what_was_typed_and_not_sent_goes_behind_the_lock_too(call, locked):
    call.key("F7")
    expect(call.page.locator("#promise")).to_be_visible()
    call.page.locator("#promise-note").fill(WORDS)

    locked()  # the page reads its parts again by itself, and learns it

    unlock(call.page)
    expect(call.page.locator("#promise-note")).to_have_value(WORDS)


def test_a_note_not_saved_goes_behind_the_lock_too(call, locked):
    away(call.page, "**/draft")
    call.page.locator("textarea[data-note]").fill(WORDS)

    locked()  # the page reads its parts again by itself, and learns it

    unlock(call.page)
    expect(call.page.locator("textarea[data-note]")).to_have_value(WORDS)


def test_a_note_not_saved_goes_along_with_what_is_sent(call, locked):
    call.key("F7")
    expect(call.page.locator("#promise")).to_be_visible()
    away(call.page, "**/draft")
    away(call.page, "**/parts/**")
    call.page.locator("textarea[data-note]").fill(WORDS)
    call.page.locator("#promise-at").fill("14:30")
    locked()

    call.page.locator("#promise-note").press("Enter")

    unlock(call.page)
    expect(call.page.locator("#undo")).to_contain_text("Rappel promis.")
    expect(call.page.locator("textarea[data-note]")).to_have_value(WORDS)
