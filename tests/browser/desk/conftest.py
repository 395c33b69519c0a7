"""Real Chromium on the whole application, served on loopback by a thread.

A page that breaks its own content policy, logs an error or throws fails its test.
"""

import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from telesec.accounts.models import Membership, Person
from telesec.app import create_app
from telesec.calls import service as calls
from telesec.calls.service import Ring
from telesec.foundation.access import Actor, Purpose, system_actor
from telesec.patients import service as patients
from telesec.patients.service import RegisterPatient
from telesec.practices import reads as practices
from telesec.practices import service as practice_writes
from telesec.practices.service import WriteInstruction
from telesec.testing.bookable import House
from telesec.testing.browser import serving, violations
from telesec.testing.calendars import FakeCalendars
from telesec.testing.cast import BRUNO_PHONE
from telesec.testing.logins import browser_as
from telesec.testing.on_call import lilas_phones, put_on_call, with_phones
from telesec.triage import service as triage

PICTURES = os.environ.get("TELESEC_PICTURES", "")
WATCH = """
window.broken = [];
document.addEventListener("securitypolicyviolation", (e) => {
  window.broken.push(e.violatedDirective + " " + e.blockedURI);
});
"""

EXPECTED = ("status of 4", "status of 503", "EventSource", "ERR_INTERNET_DISCONNECTED")
"""Console lines that are no fault of a page: what it refused is logged as an error too."""
UNFETCHED = ("Failed to fetch", "htmx:error: timeout")


@dataclass
class Screen:
    """One person's page and what went wrong in it."""

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)
    was_cut: bool = False

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)

    def cut_line(self) -> None:
        """Take the network away; from here on a request that fails is no fault of the page."""
        self.was_cut = True
        self.page.context.set_offline(offline=True)

    def mend_line(self) -> None:
        """Give the network back."""
        self.page.context.set_offline(offline=False)

    def hear(self, told: ConsoleMessage) -> None:
        """Keep what the console says, where it is a fault of the page."""
        expected = EXPECTED + (UNFETCHED if self.was_cut else ())
        if told.type == "error" and not any(words in told.text for words in expected):
            self.faults.append(told.text)

    def violations(self) -> list[str]:
        """Return what broke the content policy since the page was loaded."""
        return list(self.page.evaluate("window.broken"))

    def axe(self) -> list[str]:
        """Return the accessibility rules this page breaks, with the elements."""
        return violations(self.page)

    def picture(self, name: str) -> None:
        """Keep what the page looks like, where somebody asked for pictures."""
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png")

    def key(self, *names: str) -> None:
        """Press keys at a fast secretary's pace, never waiting for the page."""
        for name in names:
            self.page.wait_for_timeout(120)
            self.page.keyboard.press(name)


@pytest.fixture(scope="module")
def chromium(browser):
    return browser


@pytest.fixture
def calendars(clock):
    return FakeCalendars(clock.now)


@pytest.fixture
def phones():
    return lilas_phones()


@pytest.fixture
def house(deps, cast, calendars, phones):
    built = House.build(with_phones(deps, phones), cast, calendars, "memory:lune", lanes=1, rules=True)
    put_on_call(built.deps, cast)
    with built.deps.unit_of_work(cast.dr_lune) as uow:
        triage.adopt_reference_set(uow, built.deps.library, cast.lilas)
        uow.commit()
    return built


@pytest.fixture
def served(house):
    """The application on a free port of loopback."""
    with serving(create_app(house.deps)) as address:
        yield address


def named(house, actor: Actor, name: str) -> None:
    """Make somebody of the cast a person with a name, as colleagues see it."""
    with house.deps.unit_of_work(system_actor(Purpose.SETUP, *actor.practice_ids)) as uow:
        if uow.session.get(Person, actor.person_id) is None:
            uow.session.add(
                Person(
                    id=actor.person_id,
                    email=f"{name.lower()}@lilas.example",
                    display_name=name,
                    role=actor.role.value,
                    language="fr",
                    created_at=uow.now(),
                )
            )
            uow.session.flush()
            uow.session.add_all(
                Membership(
                    practice_id=practice, person_id=actor.person_id, role=role.value, created_at=uow.now()
                )
                for practice, role in actor.memberships.items()
            )
        uow.commit()


@pytest.fixture
def context_as(chromium, served, house):
    """What opens a browser profile logged in as somebody."""
    opened: list[BrowserContext] = []

    def make(actor: Actor, *, name: str = "Ada", **options) -> BrowserContext:
        named(house, actor, name)
        browser = browser_as(house.deps, create_app(house.deps), actor)
        cookie = browser.client.get_cookie("telesec")
        assert cookie is not None
        size = {"width": 1366, "height": 768}
        context = chromium.new_context(**{"viewport": size, "locale": "fr-FR", **options})
        context.add_init_script(WATCH)
        context.add_cookies([{"name": "telesec", "value": cookie.value, "url": served}])
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def screen_as(context_as, served):
    """What opens a page for somebody; its faults are asserted when the test ends."""
    opened: list[Screen] = []

    def make(actor: Actor, **options) -> Screen:
        screen = Screen(context_as(actor, **options).new_page(), served)
        screen.page.set_default_timeout(20_000)
        screen.page.on("pageerror", lambda error: screen.faults.append(str(error)))
        screen.page.on("console", screen.hear)
        opened.append(screen)
        return screen

    yield make
    for screen in opened:
        assert screen.faults == []
        assert screen.violations() == []


@pytest.fixture
def ada(screen_as, cast):
    return screen_as(cast.ada)


@pytest.fixture
def ring(house, cast):
    def make(name="CA1", number=BRUNO_PHONE):
        with house.deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
            line = practices.practice(uow, cast.lilas).lines[0]
            call_id = calls.ring(uow, Ring(cast.lilas, line.id, name, number))
            uow.commit()
        return call_id

    return make


@pytest.fixture
def call(ada, ring):
    """Ada has answered Bruno's call with F2."""
    ring()
    ada.open("/desk")
    ada.key("F2")
    ada.page.wait_for_url("**/calls/**")
    return ada


@pytest.fixture
def zoe(house, cast):
    """Zoé Lilas, known under the number Bruno calls from."""
    known = RegisterPatient(cast.lilas, "Lilas", "Zoé", date(1951, 3, 14), phones=(BRUNO_PHONE,))
    with house.deps.unit_of_work(cast.ada) as uow:
        patient_id = patients.register(uow, known)
        uow.commit()
    return patient_id


@pytest.fixture
def instructed(house, cast):
    """Two instructions of Dr Lune."""
    with house.deps.unit_of_work(cast.dr_lune) as uow:
        for text in ("Fièvre, 75 ans et plus : vu le jour même.", "Ordonnance à renouveler : sous 48 h."):
            practice_writes.write_instruction(uow, WriteInstruction(cast.lilas, text, "Dr Lune"))
        uow.commit()
