"""Starts everything the demo is made of, seeds it once, and keeps it alive until Ctrl-C."""

import json
import os
import shlex
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import click
import httpx

from telesec.bootstrap import Deps, build_deps
from telesec.foundation import logging, migrate
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.clock import SystemClock
from telesec.foundation.database import Database
from telesec.foundation.embedded_postgres import EmbeddedPostgres
from telesec.processes.serve import stop_event
from telesec.processes.supervisor import KeptDatabase, supervise, telesec_child
from telesec.scheduling import configuration
from telesec.settings import Settings, read_settings
from telesec.testing.demo import servers
from telesec.testing.demo.people import PRACTICES
from telesec.testing.demo.seed import seed
from telesec.testing.demo.servers import OutsideWorld
from telesec.vault import keyring

READY_TRIES = 300


def run_demo(data_dir: Path, port: int) -> None:
    """Run the demo until SIGTERM or Ctrl-C; a second start finds its data again."""
    began = time.monotonic()
    stop = stop_event()
    public_url = f"http://localhost:{port}"
    with ExitStack() as stack:
        servers.require_ports(port)
        click.echo("Starting the database ...")
        embedded = EmbeddedPostgres(data_dir)
        stack.callback(embedded.stop)
        urls = embedded.start()
        migrate.upgrade(urls.migrate)
        click.echo("Starting the calendars and the phones ...")
        world = servers.start(data_dir / "demo", port, public_url, stack, SystemClock().now())
        environ = _environ(data_dir, port, public_url, world)
        settings = read_settings(environ)
        logging.configure("text")
        master = data_dir / "keys" / "master.key"
        if not master.exists():
            keyring.generate_file(master)
        _fill(settings, Database(urls.app, urls.context_key), data_dir, world)
        children = [
            telesec_child(name, name, environ={**os.environ, **environ}) for name in ("web", "worker")
        ]
        supervise(
            [KeptDatabase(embedded), *children],
            stop,
            now=time.monotonic,
            started=lambda: _tell_when_ready(data_dir, port, began, stop),
        )
        click.echo("Stopped. Type make demo to find everything again, make demo-reset to forget it.")


def _tell_when_ready(data_dir: Path, port: int, began: float, stop: threading.Event) -> None:
    """Print the address once web and worker answer, so that the first click works."""
    for _ in range(READY_TRIES):
        with suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == httpx.codes.OK:
                click.echo(_welcome(data_dir, began))
                return
        if stop.wait(0.2):
            return
    click.echo("The web or the worker is not ready yet; look at the lines above.")


def _environ(data_dir: Path, port: int, public_url: str, world: OutsideWorld) -> dict[str, str]:
    return {
        "TELESEC_DATA_DIR": str(data_dir),
        "TELESEC_PORT": str(port),
        "TELESEC_PUBLIC_URL": public_url,
        "TELESEC_LOG_FORMAT": "text",
        "TELESEC_ALLOWED_NETWORKS": "127.0.0.0/8,::1/128",
        "TELESEC_TWILIO_ACCOUNT_SID": world.carrier.account_sid,
        "TELESEC_TWILIO_AUTH_TOKEN": world.carrier.auth_token,
        "TELESEC_TWILIO_BASE_URL": world.carrier.url,
        "TELESEC_TWILIO_FROM_NUMBER": world.carrier.from_number,
    }


def _fill(settings: Settings, database: Database, data_dir: Path, world: OutsideWorld) -> None:
    deps = build_deps(settings, database=database)
    try:
        told = data_dir / "demo.json"
        if told.exists():
            known = json.loads(told.read_text())
            _point_calendars(deps, known, world)
        else:
            click.echo("Making two practices, their people and patients ...")
            known = seed(deps, world)
        known |= {"url": settings.public_url, "carrier": {"url": world.carrier.url}}
        fresh = told.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(known, out, indent=1, ensure_ascii=False)
        fresh.replace(told)
    finally:
        deps.close()


def _point_calendars(deps: Deps, known: dict[str, Any], world: OutsideWorld) -> None:
    """Tell each schedule where its calendar is now: another start may use other ports."""
    for practice in PRACTICES:
        row = next(entry for entry in known["practices"] if entry["name"] == practice.name)
        practice_id = row["id"]
        with deps.unit_of_work(system_actor(Purpose.SETUP, practice_id)) as uow:
            for person in practice.practitioners:
                seeded = next(entry for entry in row["practitioners"] if entry["key"] == person.key)
                address = world.address(practice.calendar, person)
                if seeded["calendar_url"] != address.url:
                    configuration.set_calendar(uow, practice_id, seeded["schedule_id"], address)
                    seeded["calendar_url"] = address.url
            uow.commit()
        row["calendar"]["url"] = world.address(practice.calendar, practice.practitioners[0]).url


def _welcome(data_dir: Path, began: float) -> str:
    known = json.loads((data_dir / "demo.json").read_text())
    lines = [
        "",
        f"telesec is at {known['url']} (ready in {time.monotonic() - began:.0f} s)",
        f"Simulated phones: {known['carrier']['url']}",
        "",
    ]
    width = max(len(user["email"]) for user in known["users"])
    lines += [f"  {user['email']:{width}}  {user['password']}  {user['role']}" for user in known["users"]]
    lines += [
        "",
        f"The six digits: {_code_command(data_dir)} ada@telesec.example (each is good for one login).",
        f"Everything a program needs is in {data_dir / 'demo.json'}. Ctrl-C stops it all.",
        "",
    ]
    return "\n".join(lines)


def _code_command(data_dir: Path) -> str:
    """Return ``telesec demo-code`` as it can be typed where the demo was started."""
    here = Path.cwd()
    program = Path(sys.executable).with_name("telesec")
    words = [program.relative_to(here) if program.is_relative_to(here) else program, "demo-code"]
    if data_dir != here / "var":
        words += ["--data", data_dir]
    return shlex.join(str(word) for word in words)
