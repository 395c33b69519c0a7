"""Everybody can work here: nothing to scroll for, no script needed. Rules, sizes and schemes: ``pages``."""

import re

import pytest
from playwright.sync_api import expect

VIEWS = ("triage", "patient", "booking", "message", "alert", "callback", "outcome", "abuse")


def opened(screen, ring):
    ring()
    screen.open("/desk")
    screen.page.get_by_role("button", name="Répondre au plus ancien").click()
    screen.page.wait_for_url("**/calls/**")
    return screen.page.url


def test_an_empty_desk_and_a_break_break_no_accessibility_rule(screen_as, cast):
    screen = screen_as(cast.ada)
    screen.open("/desk")
    wrong = [f"idle {one}" for one in screen.axe()]
    screen.key("p")
    expect(screen.page.locator("h1")).to_contain_text("En pause depuis")

    wrong += [f"break {one}" for one in screen.axe()]

    assert wrong == []


@pytest.mark.parametrize("height", [768, 650])
def test_the_desk_needs_no_scrolling(screen_as, cast, ring, zoe, instructed, height):
    screen = screen_as(cast.ada, viewport={"width": 1366, "height": height})
    url = opened(screen, ring)
    tall = []

    for view in VIEWS:
        screen.page.goto(f"{url}?view={view}")
        expect(screen.page.locator("#slots button").first).to_be_visible()
        over = screen.page.evaluate(
            "[...document.querySelectorAll('.col')].map(one => one.scrollHeight - one.clientHeight)"
        )
        screen.picture(f"{view}-{height}")
        tall += [f"{view}: {over}"] if max(over) > 0 else []

    assert tall == []


def test_a_long_triage_leaves_the_note_on_the_screen(screen_as, cast, ring, zoe, instructed):
    screen = screen_as(cast.ada)
    opened(screen, ring)
    screen.page.get_by_label("Mots").fill("mal au ventre")
    screen.page.get_by_role("button", name="Orienter").click()
    for count in range(1, 7):
        screen.page.locator("button[name=answer][value=no]").click()
        expect(screen.page.locator(".sheet-head")).to_contain_text(re.compile(f"[{count}-9] réponse"))

    expect(screen.page.locator(".scale .level-day")).to_have_count(1)
    expect(screen.page.locator("#note textarea")).to_be_in_viewport(ratio=1)


def test_the_whole_story_works_without_script(screen_as, cast, ring, zoe):
    screen = screen_as(cast.ada, java_script_enabled=False)
    page = screen.page
    opened(screen, ring)
    page.get_by_role("button", name="LILAS Zoé").click()
    expect(page.locator(".patient .name")).to_have_text("LILAS Zoé")

    page.get_by_label("Mots").fill("mal au ventre")
    page.get_by_role("button", name="Orienter").click()
    page.locator("button[name=answer][value=no]").click()
    expect(page.locator(".sheet-head")).to_contain_text(re.compile("[1-9] réponse"))
    page.get_by_role("link", name="Créneaux").click()
    page.locator("#slots button").first.click()
    page.get_by_role("button", name="Confirmer").click()

    expect(page.locator(".verdict-ok")).to_be_visible()
