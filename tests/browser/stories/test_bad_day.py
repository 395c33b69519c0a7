"""Web, database and calendar break in mid-call: the desk says so, keeps what was typed, and goes on."""

import os
import signal

import pytest
from playwright.sync_api import expect

from telesec.testing.demo.outside import OutsidePhone
from telesec.testing.demo.secretary import answer, sit_down
from telesec.testing.radicale_server import RadicaleServer
from telesec.testing.still import standing_still

BRUNO = "+33639980010"
KEPT, UNSAVED = "brouillon gardé à", "non enregistré"
CUT, STALE = "rien n’est réservé ni envoyé", "Un nouvel essai se fait tout seul"
PATIENT = 30_000
"""Milliseconds a bounded wait may take on a crowded machine."""


@pytest.fixture
def ada(demo, everybody):
    """Ada at her desk; her browser may complain of what was broken, but not of refused content."""
    hand = sit_down(everybody, demo)
    hand.page.set_default_timeout(PATIENT)
    expect.set_options(timeout=PATIENT)
    yield hand
    assert [line for line in everybody.leave() if "Content Security" in line or "TrustedHTML" in line] == []


@pytest.fixture
def call(demo, ada):
    phone = OutsidePhone(demo, BRUNO)
    phone.ring(demo.practice("Lilas")["line"])
    answer(ada, "Cabinet médical des Lilas")
    yield ada
    phone.hang_up()


def postmaster(demo):
    return int((demo.data / "postgres" / "data" / "postmaster.pid").read_text().split()[0])


def web(demo):
    return next(pid for pid, command in demo.alive().items() if "telesec web" in command)


def types(call, words, said):
    """Type words no save of which can succeed now, and see that the desk says so and keeps them."""
    note = call.page.locator("textarea").first
    note.fill(words)
    expect(call.page.get_by_text(UNSAVED)).to_be_visible()
    expect(call.page.get_by_text(said).first).to_be_visible()
    expect(note).to_have_value(words)


def goes_on(call, words):
    """See that words are saved by themselves, and are there after a reload."""
    expect(call.page.get_by_text(KEPT)).to_be_visible()
    expect(call.page.locator("#stopped")).to_be_hidden()
    expect(call.page.get_by_text(STALE).filter(visible=True)).to_have_count(0)
    expect(call.page.locator("textarea").first).to_have_value(words)


def test_web_database_and_calendar_break_in_mid_call(demo, call, revived):
    note = call.page.locator("textarea").first
    note.fill("Vertiges.")
    goes_on(call, "Vertiges.")

    with standing_still([demo._process.pid], alone=True):
        os.kill(web(demo), signal.SIGKILL)
        types(call, "Vertiges depuis ce matin.", CUT)
    goes_on(call, "Vertiges depuis ce matin.")

    with standing_still([postmaster(demo)]):
        types(call, "Vertiges depuis hier.", STALE)
    goes_on(call, "Vertiges depuis hier.")

    demo.kill_calendar()
    call.press("F4")
    expect(call.page.locator("#slots")).to_contain_text("Un agenda illisible ne propose rien")
    again = RadicaleServer(
        demo.data / "demo" / "caldav", {"lilas": demo.practice("Lilas")["calendar"]["password"]},
        port=demo.port + 1,
    )  # fmt: skip
    revived.enter_context(again)
    call.press("F6")
    call.page.reload()
    expect(call.page.locator("textarea").first).to_have_value("Vertiges depuis hier.")
