"""The page that teaches the keys, and its rehearsal, with the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

TRIES = 60


@pytest.fixture
def drill(ada):
    ada.open("/desk/keys")
    expect(ada.page.locator("#drill-start")).to_be_focused()
    ada.page.keyboard.press("Enter")
    expect(ada.page.locator("#drill-pad")).to_be_focused()
    return ada.page


def key_asked(page):
    """Return the key of the act that is asked, as the table beside it says."""
    place, act = page.locator("#drill-key").inner_text(), page.locator("#drill-ask").inner_text()
    row = page.locator(f'tr[data-act="{act}"][data-place="{place}"]')
    return row.get_attribute("data-keys").split(" ")[0]


def go_through(page):
    """Press what is asked until the rehearsal ends; return how many keys that was."""
    for pressed in range(TRIES):
        if not page.locator("#drill-pad").is_visible():
            return pressed
        page.keyboard.press(key_asked(page))
    raise AssertionError("the rehearsal never ends")


def test_a_wrong_key_is_told_and_may_be_rehearsed_again(drill):
    said, all_keys = drill.locator("#drill-said"), drill.locator("tr[data-keys]").count()
    expect(said).to_have_text(re.compile("Pressez la touche pour.*Répondre au plus ancien appel"))

    drill.keyboard.press("F4")
    expect(said).to_have_text(re.compile("Non, c’est F2"))
    drill.keyboard.press("F2")
    expect(said).to_have_text(re.compile("^Juste"))
    expect(drill.locator("#drill-step")).to_have_text(f"2 sur {all_keys}")
    assert go_through(drill) == all_keys - 1

    expect(said).to_have_text(re.compile(f"{all_keys - 1} sur {all_keys} du premier coup"))
    expect(drill.locator("#drill-again")).to_be_focused()
    drill.keyboard.press("Enter")
    expect(drill.locator("#drill-ask")).to_have_text("Répondre au plus ancien appel")
    drill.keyboard.press("F2")
    expect(said).to_have_text(re.compile("1 sur 1 du premier coup"))


def test_digits_are_read_by_place_and_letters_by_meaning(drill):
    keyboard = drill.context.new_cdp_session(drill)
    drill.keyboard.press("F2")
    expect(drill.locator("#drill-ask")).to_have_text("Reprendre le premier de la liste")

    keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": "&", "code": "Digit1"})
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": "&", "code": "Digit1"})

    expect(drill.locator("#drill-ask")).to_have_text("Commencer ou finir une pause")
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": "p", "code": "KeyE"})
    expect(drill.locator("#drill-ask")).to_have_text("Marquer comme lue la première annonce du bulletin")


def test_tab_leaves_the_rehearsal_and_the_page_is_accessible(drill, ada):
    assert ada.axe() == []

    drill.keyboard.press("Shift+Tab")

    expect(drill.locator("#drill-pad")).not_to_be_focused()
