"""The desk served: its parts, an answer of triage, the idle page beside Flask's smallest, live streams."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import httpx

from benchmarks.figures import Figure, at_share, median, seconds
from benchmarks.stage import Hall, Stage, secretary
from telesec.accounts.loader import cookie_name
from telesec.calls import service as calls
from telesec.calls.service import OpenCall, Ring
from telesec.desk.queue import PARTS
from telesec.foundation.access import Actor, Purpose, system_actor
from telesec.practices import reads as practices
from telesec.practices import service as practice_service
from telesec.testing.cast import BRUNO_PHONE
from telesec.testing.installation import free_port, wait_for
from telesec.testing.logins import Browser, browser_as
from telesec.triage import service as triage

PRACTICES, RINGING, PER_PRACTICE = 60, 5, 40
HELLO = """
import sys
from flask import Flask
from waitress import serve
app = Flask("hello")
app.add_url_rule("/", view_func=lambda: "hello")
serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=16)
"""
HTMX = {"HX-Request": "true"}


def figures(hall: Hall, rounds: int) -> Iterator[Figure]:
    """Yield the figures of the desk of somebody who serves sixty practices."""
    with hall.stage() as stage:
        ada = served_by_ada(stage)
        browser = browser_as(stage.deps, stage.app(), ada)
        yield from _parts(browser, rounds)
        yield Figure(
            "triage: one answer served, p95", at_share(_answers(stage, rounds), 0.95) * 1e3, "ms", 30
        )
        with web(stage) as address, _hello() as plain:
            yield Figure(
                "idle desk's requests a second ÷ those of a Flask page that says hello",
                _beside_hello(stage, browser, address, plain, rounds), "×", 0.25, at_least=True,
            )  # fmt: skip


def served_by_ada(stage: Stage) -> Actor:
    """Return a secretary of sixty practices whose queue rings and whose callbacks wait."""
    ids = [stage.practice(f"Cabinet {number}") for number in range(PRACTICES)]
    ada = secretary(*ids)
    for number in range(RINGING):
        with stage.deps.unit_of_work(system_actor(Purpose.SETUP, ids[number])) as uow:
            practice_service.add_line(uow, ids[number], f"+3319900010{number}")
            uow.session.flush()
            line = practices.practice(uow, ids[number]).lines[0]
            calls.ring(uow, Ring(ids[number], line.id, f"CA{number}", BRUNO_PHONE))
            uow.commit()
    cards(stage, ada, ids)
    stage.settle()
    return ada


def cards(stage: Stage, ada: Actor, ids: list[UUID]) -> None:
    """Write callback cards, as many for each practice."""
    stage.admin.execute(
        "insert into callback (practice_id, id, phone_sealed, note_sealed, phone_index, sealed_version, "
        "due_at, state, opened_at, opened_by, version, vital) "
        "select p, gen_random_uuid(), '\\x00', '\\x00', n, 1, now() + make_interval(mins => n), "
        "'open', now(), %s, 1, false "
        "from unnest(%s::uuid[]) as p, generate_series(1, %s) as n",
        (ada.person_id, ids, PER_PRACTICE),
    )


def _parts(browser: Browser, rounds: int) -> Iterator[Figure]:
    worst = 0.0
    for part in PARTS:
        times = [seconds(lambda part=part: _get(browser, f"/desk/parts/{part}")) for _ in range(rounds)]  # type: ignore[misc]
        worst = max(worst, at_share(times[2:], 0.95))
    yield Figure(f"desk: the slowest part served, {PRACTICES} practices, p95", worst * 1e3, "ms", 15)


def _get(browser: Browser, path: str) -> None:
    answer = browser.get(path, headers=HTMX)
    assert answer.status_code == 200, answer.text[:300]  # noqa: S101 - an error would be fast


def _answers(stage: Stage, rounds: int) -> list[float]:
    """Return how long each answer of triage takes, over whole sessions in which every answer is no.

    Sent as a form without script, so that the page it leads to is not in it: the desk's script is answered by
    that page itself, which is measured from the key on.
    """
    lilas, library = stage.cast.lilas, stage.deps.library
    with stage.deps.unit_of_work(stage.cast.dr_lune) as uow:
        triage.adopt_reference_set(uow, library, lilas)
        uow.commit()
    browser = browser_as(stage.deps, stage.app(), stage.cast.ada)
    spent: list[float] = []
    while len(spent) < rounds:
        with stage.deps.unit_of_work(stage.cast.ada) as uow:
            practice_id, call_id = calls.open_call(uow, OpenCall(lilas, from_number=BRUNO_PHONE))
            uow.commit()
        path = f"/desk/calls/{practice_id}/{call_id}"
        page = browser.post(
            f"{path}/triage/start", {"words": "mal au ventre", "view": "triage"}, headers=HTMX
        )
        page = browser.get(path)
        while fields := dict(re.findall(r'name="(session_id|question_id)" value="([^"]+)"', page.text)):
            if "question_id" not in fields:
                break
            began = time.perf_counter()
            answer = browser.post(f"{path}/triage/answer", {**fields, "answer": "no"})
            spent.append(time.perf_counter() - began)
            assert answer.status_code < 400, answer.text[:300]  # noqa: S101 - an error would be fast
            page = browser.get(path)
        with stage.deps.unit_of_work(stage.cast.ada) as uow:
            calls.close(uow, practice_id, call_id, calls.Outcome.INFORMATION)
            uow.commit()
    return spent


@contextmanager
def web(stage: Stage, **more: str) -> Iterator[str]:
    """Run the web process on a stage's database and yield its address; its id is in ``web.pid``."""
    port = free_port()
    environ = {
        **stage.environ, **more, "TELESEC_PORT": str(port), "TELESEC_PUBLIC_URL": f"http://localhost:{port}",
    }  # fmt: skip
    with (stage.folder / "web.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "telesec", "web"], env=environ, stdout=log, stderr=log
        )
    (stage.folder / "web.pid").write_text(str(process.pid))
    try:
        address = f"http://127.0.0.1:{port}"
        assert wait_for(lambda: answers(f"{address}/healthz"), 90), (stage.folder / "web.log").read_text()  # noqa: S101
        yield address
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def _hello() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", HELLO, str(port)])
    try:
        address = f"http://127.0.0.1:{port}/"
        assert wait_for(lambda: answers(address), 60)  # noqa: S101 - nothing to compare with
        yield address
    finally:
        process.terminate()
        process.wait(30)


def answers(address: str) -> bool:
    """Return whether a page is served."""
    try:
        return httpx.get(address, timeout=5).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def resident(pid: int) -> float:
    """Return a process's own memory in MB: what it shares with nobody, and its part of the rest."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss: +(\d+)", text, re.MULTILINE)[1]) / 1024  # type: ignore[index]


def cookie_of(stage: Stage, browser: Browser) -> str:
    """Return the session of a browser, as the header says it."""
    name = cookie_name(stage.deps.settings)
    kept = browser.client.get_cookie(name)
    assert kept is not None  # noqa: S101 - nobody is logged in
    return f"{name}={kept.value}"


def _beside_hello(stage: Stage, browser: Browser, address: str, plain: str, rounds: int) -> float:
    with httpx.Client(headers={"Cookie": cookie_of(stage, browser)}) as client:

        def page() -> None:
            assert client.get(f"{address}/desk").status_code == httpx.codes.OK  # noqa: S101

        pairs = [(seconds(page), seconds(lambda: client.get(plain))) for _ in range(rounds)][5:]
    return median(pair[1] for pair in pairs) / median(pair[0] for pair in pairs)
