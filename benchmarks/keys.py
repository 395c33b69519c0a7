"""Key → painted answer, in a real Chromium before ``telesec web``: an answer of triage, and the booking list.

A round begins at the key's own time stamp and ends in the second frame after the answer stands in the page:
the first one paints it.
"""

from collections.abc import Iterator
from datetime import time

from playwright.sync_api import Page

from benchmarks.booking import PASSWORD, USER
from benchmarks.desk import cookie_of, web
from benchmarks.figures import Figure, at_share
from benchmarks.stage import Hall, Stage
from telesec.accounts.loader import cookie_name
from telesec.calls import service as calls
from telesec.calls.service import OpenCall
from telesec.foundation.access import Purpose, system_actor
from telesec.scheduling import configuration
from telesec.scheduling.configuration import CreateAppointmentType, CreateSchedule
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.ports import CalendarAddress
from telesec.testing.browser import chromium
from telesec.testing.cast import BRUNO_PHONE
from telesec.testing.logins import browser_as
from telesec.testing.radicale_server import RadicaleServer
from telesec.triage import service as triage

GOAL = 100
OPTIONS = {"time_zone": "Europe/Paris", "server": "radicale"}
REST = 450
"""Milliseconds a secretary waits at least: keys rest for 400 ms after the centre changed."""
MARKS = """
let pressed = 0;
addEventListener("keydown", (event) => { pressed = event.timeStamp; }, { capture: true });
addEventListener("telesec:page", () => requestAnimationFrame(() => requestAnimationFrame((at) => {
  performance.measure("key-to-paint", { start: pressed, end: performance.now() });
  document.documentElement.dataset.painted = Number(document.documentElement.dataset.painted || 0) + 1;
})), { capture: true });
"""
WEIGHT = """
performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
  .filter((one) => one.initiatorType !== "img").reduce((sum, one) => sum + one.encodedBodySize, 0)
"""
SPENT = "performance.getEntriesByName('key-to-paint').map((one) => one.duration)"


def figures(hall: Hall, rounds: int) -> Iterator[Figure]:
    """Yield both figures."""
    with (
        RadicaleServer(hall.folder / "agendas", {USER: PASSWORD}) as server,
        hall.stage() as stage,
        web(stage, TELESEC_ALLOWED_NETWORKS="127.0.0.0/8") as address,
        chromium() as browser,
    ):
        with stage.deps.unit_of_work(stage.cast.dr_lune) as uow:
            triage.adopt_reference_set(uow, stage.deps.library, stage.cast.lilas)
            uow.commit()
        _open_calendars(stage, server)
        client = browser_as(stage.deps, stage.app(), stage.cast.ada)
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="fr-FR")
        value = cookie_of(stage, client).partition("=")[2]
        name = cookie_name(stage.deps.settings)
        context.add_cookies([{"name": name, "value": value, "url": address}])
        context.add_init_script(MARKS)
        page = context.new_page()
        _call(stage, page, address)
        yield Figure("page of a call and all it loads, compressed", page.evaluate(WEIGHT) / 1e3, "kB", 60)
        for what, take in (("triage: answer", _answers), ("booking list", _lists)):
            spent = take(stage, page, address, rounds)
            yield Figure(f"{what}, key → painted in Chromium, p95", at_share(spent, 0.95), "ms", GOAL)


def _open_calendars(stage: Stage, server: RadicaleServer) -> None:
    """Open both doctors' schedules."""
    week = tuple(OpeningRule(day, time(9), time(19)) for day in range(1, 8))
    lilas, cast = stage.cast.lilas, stage.cast
    with stage.deps.unit_of_work(system_actor(Purpose.SETUP, lilas)) as uow:
        for doctor in (cast.dr_lune_id, cast.dr_soleil_id):
            server.make_calendar(USER, str(doctor))
            address = CalendarAddress("caldav", f"{server.url}{USER}/{doctor}/", USER, PASSWORD, OPTIONS)
            configuration.create_schedule(uow, CreateSchedule(lilas, doctor, address, 1, week))
        configuration.create_appointment_type(
            uow, CreateAppointmentType(lilas, "consultation", "Consultation", 20)
        )
        uow.commit()


def _answers(stage: Stage, page: Page, address: str, rounds: int) -> list[float]:
    spent: list[float] = []
    while len(spent) < rounds:
        _call(stage, page, address)
        page.locator("#words").fill("mal au ventre")
        _press(page, "Enter", 1)
        done = 1
        while len(spent) + done - 1 < rounds and page.locator("#question").count():
            page.wait_for_timeout(REST)
            done += 1
            _press(page, "n", done)
        spent += page.evaluate(SPENT)[1:]
    return spent


def _lists(stage: Stage, page: Page, address: str, rounds: int) -> list[float]:
    _call(stage, page, address)
    for done in range(rounds):
        page.wait_for_timeout(REST)
        _press(page, "F4", 2 * done + 1)
        page.wait_for_timeout(REST)
        _press(page, "F6", 2 * done + 2)
    spent: list[float] = page.evaluate(SPENT)
    return spent[::2]


def _press(page: Page, key: str, count: int) -> None:
    page.keyboard.press(key)
    page.locator(f'html[data-painted="{count}"]').wait_for(state="attached")


def _call(stage: Stage, page: Page, address: str) -> None:
    """Open a call of Ada's, whose page has read its slots."""
    with stage.deps.unit_of_work(stage.cast.ada) as uow:
        practice_id, call_id = calls.open_call(uow, OpenCall(stage.cast.lilas, from_number=BRUNO_PHONE))
        uow.commit()
    page.goto(f"{address}/desk/calls/{practice_id}/{call_id}")
    page.locator("#words:focus").wait_for()
    page.locator("#slots button").first.wait_for()
