"""Five callers triaged by keyboard alone, one after the other, each from the ring to the end of the call."""

import re

from playwright.sync_api import expect

from telesec.alerts import reads as alerts
from telesec.testing.cast import BRUNO_PHONE
from telesec.triage import reads as triage
from telesec.triage.levels import Level

NEIGHBOUR, PARENT, MARC, LISE = (f"+3363998001{n}" for n in (1, 2, 3, 4))
REST = 450
"""Milliseconds a fast hand waits after a new question: the same key does not answer it sooner."""


class Callers:
    """Ada's keys, and what each call came to.

    Args:
        ada: Her screen, on the idle page.
        ring: Lets a number call.
    """

    def __init__(self, ada, ring):
        self.ada, self.page, self._ring, self.call = ada, ada.page, ring, None

    def take(self, name, number):
        self.call = self._ring(name, number)
        expect(self.page.locator("#take-next")).to_be_visible()
        self.ada.key("F2")
        expect(self.page.locator(f"#desk[data-call='{self.call}']")).to_be_visible()
        expect(self.page.locator("#words")).to_be_focused()

    def says(self, words, **about):
        """Type the caller's words, then what is known of the person, in the fields Tab reaches after them."""
        self.page.keyboard.type(words)
        for field, typed in about.items():
            self.tab_to(f"#start-{self.call} [name={field}]")
            self.page.keyboard.type(typed)
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#question")).to_be_focused()

    def tab_to(self, selector):
        target = self.page.locator(selector)
        for _ in range(60):
            if target.evaluate("it => it === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {selector}")

    def answers(self, **keys):
        """Answer every question by one key: "no", but to the named ones."""
        asked = self.page.locator("#question [name=question_id]")
        for _ in range(30):
            if not asked.count():
                return
            before = asked.input_value()
            self.page.wait_for_timeout(REST)
            self.page.keyboard.press(keys.get(before.rpartition(".")[2], "n"))
            expect(self.page.locator(f"#question [name=question_id][value='{before}']")).to_have_count(0)
            expect(self.page.locator("#question, #disposition, .desk-15").first).to_be_visible()
        raise AssertionError("the questions never end")

    def closes(self, digit):
        self.ada.key("F10")
        expect(self.page.locator("#outcome")).to_be_visible()
        self.ada.key(digit)
        expect(self.page.get_by_role("heading", name="Rien n’attend")).to_be_visible()


def a_vital_sign(callers):
    """The caller's first words name it: asked first, answered, the address read back, passed to the 15."""
    callers.take("CA1", BRUNO_PHONE)
    callers.says("ma mère a mal à la poitrine")
    callers.answers(douleur_poitrine="o")
    callers.tab_to("#address15")
    callers.page.keyboard.type("8 chemin des Glycines")
    callers.page.keyboard.press("Enter")
    expect(callers.page.locator(".place .ok")).to_be_visible()
    callers.ada.key("Escape", "Enter")
    expect(callers.page.locator("#taken")).to_be_visible()
    callers.ada.key("t")
    expect(callers.page.locator("#disposition")).to_be_visible()
    callers.closes("6")


def an_infant(callers):
    """A parent: the age in months, by letter, sent with Enter from the field where the hand is."""
    callers.take("CA2", PARENT)
    callers.says("mon bébé pleure et mange moins", age="8", age_unit="m")
    callers.answers()
    callers.ada.key("l")
    expect(callers.page.locator("#disposition .ok")).to_be_visible()
    callers.closes("3")


def somebody_far_away(callers):
    """Not the patient: name and address first; an answer is refused; the doctor is alerted."""
    callers.take("CA3", NEIGHBOUR)
    callers.ada.key("F3")
    expect(callers.page.locator("#born")).to_be_focused()
    callers.tab_to("#caller-name")
    callers.page.keyboard.type("Lise")
    callers.page.keyboard.press("Tab")
    callers.page.keyboard.type("voisine")
    callers.page.keyboard.press("Tab")
    callers.page.keyboard.type("3 rue des Ormes")
    callers.page.keyboard.press("Enter")
    expect(callers.page.locator("#caller-name")).to_have_value("Lise")
    callers.ada.key("F6")
    expect(callers.page.locator("#words")).to_be_focused()
    callers.says("elle a mal au dos", age="70")
    callers.answers(plus6sem="r", choc_jeune="r", choc="r")
    callers.ada.key("l", "F8")
    expect(callers.page.locator("textarea:focus")).to_be_visible()
    callers.page.keyboard.type("Refuse de répondre, adresse notée.")
    callers.page.keyboard.press("Control+Enter")
    expect(callers.page.locator("#ladder")).to_be_visible()
    callers.closes("5")


def today(callers):
    """Seen today: Enter offers the slots of today and no others, a digit holds one, Enter books it."""
    callers.take("CA4", BRUNO_PHONE)
    callers.ada.key("F3", "1")
    expect(callers.page.locator(".patient .name")).to_have_text("LILAS Zoé")
    callers.ada.key("F6")
    expect(callers.page.locator("#words")).to_be_focused()
    callers.says("mal au dos")
    callers.answers()
    callers.ada.key("Enter")
    expect(callers.page.locator("#booking")).to_be_visible()
    expect(callers.page.locator("#slots li.first")).to_have_count(1)
    expect(callers.page.locator("#slots .day").first).to_have_text("auj.")
    callers.ada.key("1")
    expect(callers.page.locator("#booking .confirm button:focus")).to_be_visible()
    callers.ada.key("Enter")
    expect(callers.page.locator(".verdict-ok")).to_be_visible()
    callers.ada.key("F6")
    expect(callers.page.locator("#disposition")).to_be_visible()
    callers.ada.key("l")
    expect(callers.page.locator("#disposition .ok")).to_be_visible()
    callers.closes("1")


def nothing_urgent(callers):
    """The lowest: no sign at all, an appointment some day."""
    callers.take("CA5", MARC)
    callers.says("mal au dos", age="40", sex="m")
    callers.answers()
    expect(callers.page.locator("#disposition")).to_contain_text(re.compile("Parce que"))
    callers.ada.key("Enter")
    expect(callers.page.locator("#booking")).to_be_visible()
    callers.closes("3")


def test_five_callers_by_keyboard_alone(zoe, ada, ring, house, cast):
    ada.open("/desk")
    callers = Callers(ada, ring)
    levels = []

    for story in (today, an_infant, somebody_far_away, a_vital_sign, nothing_urgent):
        story(callers)
        with house.deps.unit_of_work(cast.ada) as uow:
            session = triage.latest_of_call(uow, house.deps.library, cast.lilas, callers.call)
            raised = [row.level.value for row in alerts.of_call(uow, cast.lilas, callers.call)]
        levels.append((session.level, raised))

    assert levels == [
        (Level.SAME_DAY, []),
        (Level.SAME_DAY, []),
        (Level.DOCTOR_NOW, ["doctor_now"]),
        (Level.CALL15_NOW, ["call15_now"]),
        (Level.H48_72, []),
    ]
