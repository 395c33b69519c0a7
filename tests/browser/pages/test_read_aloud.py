"""What a screen reader finds on the pages of a working day: names, roles and order, kept and compared.

``TELESEC_ALOUD=write`` before the test's command writes the files anew; read them before they are kept.
"""

import os
import re
from difflib import unified_diff
from pathlib import Path

import pytest
from playwright.sync_api import expect
from table import TABLE
from world import session_of

from telesec.testing.browser import serving

KEPT = Path(__file__).parent / "aloud"
WRITE = os.environ.get("TELESEC_ALOUD") == "write"
FLEETING = (
    (re.compile(r"^ *- /url: (?!\"#).*\n", re.MULTILINE), ""),
    (re.compile(r"Page de [\d:]+|En direct"), "En direct"),
)
"""Addresses hold ids, and whether the stream is open yet is a matter of moments."""
WHOLE = ("desk-idle", "call-question", "call-15", "phone-alert", "door-locked")
"""Of the others only the main part is kept: what stands around it is the same."""
SAID = {
    "door": {"/login": "door", "/lock": "door-locked"},
    "desk": {
        "/desk": "desk-idle",
        "/desk/calls/{lilas}/{ringing}": "call-rings",
        "/desk/calls/{lilas}/{open}?view=triage": "call-words",
        "/desk/calls/{lilas}/{open}?view=patient": "call-patient",
        "/desk/calls/{lilas}/{open}?view=booking": "call-slots",
        "/desk/calls/{lilas}/{open}?view=callback": "call-promise",
        "/desk/calls/{lilas}/{open}?view=outcome": "call-outcome",
        "/desk/calls/{lilas}/{open}?view=abuse": "call-abuse",
        "/desk/calls/{lilas}/{asked}": "call-question",
        "/desk/calls/{lilas}/{judged}": "call-judged",
        "/desk/calls/{lilas}/{vital}": "call-15",
        "/desk/calls/{lilas}/{booked}?view=booking": "call-noted",
        "/desk/calls/{lilas}/{told}?view=message": "call-message-sent",
        "/desk/callbacks/{lilas}/{lost}": "card-red-flag",
        "/desk/loops/{alert}": "card-loop",
    },
    "phone": {
        "/phone": "phone-board",
        "/phone/alerts/{alert}": "phone-alert",
        "/phone/alerts/{taken}": "phone-taken",
        "/phone/messages/{letter}": "phone-letter",
    },
    "supervision": {"/wall": "wall"},
}


def said(page, name):
    """Return what a reader may read of a page, without what no two runs share."""
    text = page.locator("body" if name in WHOLE or "-" not in name else "main").aria_snapshot() + "\n"
    for pattern, put in FLEETING:
        text = pattern.sub(put, text)
    return text


def differences(name, text):
    """Return how a page differs from the file that was read through."""
    path = KEPT / f"{name}.yaml"
    if WRITE:
        path.write_text(text, encoding="utf-8")
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = unified_diff(kept.splitlines(), text.splitlines(), path.name, "now", lineterm="", n=1)
    return "\n".join(lines)


@pytest.mark.parametrize("part", SAID)
def test_pages_are_read_aloud_as_they_were_read_through(browser, world, clock, part):
    looks = {look.path: look for look in reversed(TABLE[part])}
    changed = []
    with serving(world.app) as address:
        for path, name in SAID[part].items():
            look = looks[path]
            with browser.new_context(locale="fr-FR", timezone_id="Europe/Paris") as context:
                if look.who:
                    cookie, value = session_of(world, look.who)
                    context.add_cookies([{"name": cookie, "value": value, "url": address}])
                page = context.new_page()
                page.clock.set_fixed_time(clock.now())
                page.goto(address + path.format(**world.ids))
                page.locator(look.ready).first.wait_for()
                if name == "door-locked":  # the stream tells it a moment later
                    page.locator("[role=alert]:not(:empty)").wait_for()
                changed.append(differences(name, said(page, name)))

    assert not any(changed), "\n".join(filter(None, changed))


def test_the_next_question_is_said_by_itself(browser, world):
    with serving(world.app) as address, browser.new_context(locale="fr-FR") as context:
        cookie, value = session_of(world, "ada")
        context.add_cookies([{"name": cookie, "value": value, "url": address}])
        page = context.new_page()
        page.goto(address + "/desk/calls/{lilas}/{asked}".format(**world.ids))
        asked = page.locator("#question #asked[aria-live=polite]")
        first = asked.inner_text()
        expect(page.get_by_role("form", name=first)).to_be_focused()
        asked.evaluate("it => it.same = true")
        page.keyboard.press("n")

        expect(asked).not_to_have_text(first)
        assert asked.evaluate("it => it.same")
