"""``telesec serve``: everything on one machine."""

import importlib
import signal
import sys
import threading
import time
from typing import Protocol

import click

from telesec.foundation import revision
from telesec.foundation.embedded_postgres import EmbeddedPostgres
from telesec.foundation.errors import Misconfigured
from telesec.processes.listening import require_port
from telesec.processes.supervisor import KeptDatabase, Part, supervise, telesec_child
from telesec.settings import Settings
from telesec.vault import keyring

MIGRATE = "telesec.foundation.migrate"
"""Loaded only where there is something to upgrade: Alembic is half of what this process would load."""


class HasSettings(Protocol):
    """What the command is given."""

    @property
    def settings(self) -> Settings: ...


@click.command()
@click.pass_obj
def serve(lazy: HasSettings) -> None:
    """Run everything on one machine: database, web and worker.

    A database of your own (TELESEC_DATABASE_URL) is neither started nor changed, only checked.
    """
    settings = lazy.settings
    stop = stop_event()
    parts: list[Part] = [telesec_child("web", "web"), telesec_child("worker", "worker")]
    require_port(settings.host, settings.port)
    if sys.stdout.isatty():
        click.echo(f"telesec will answer at {settings.public_url} in a moment. Ctrl-C stops it.")
    url = settings.database_url.get_secret_value()
    if url:
        revision.check(url)
        ensure_master_key(settings, url)
        supervise(parts, stop, now=time.monotonic)
        return
    embedded = EmbeddedPostgres(settings.data_dir)
    try:
        urls = embedded.start()
        if not revision.is_reached(urls.migrate):
            importlib.import_module(MIGRATE).upgrade(urls.migrate)
        ensure_master_key(settings, urls.app)
        supervise([KeptDatabase(embedded), *parts], stop, now=time.monotonic)
    finally:
        embedded.stop()


def stop_event() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set; for processes without a loop."""
    event = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: event.set())
    return event


def ensure_master_key(settings: Settings, url: str) -> None:
    """Make the master key on first start, when the operator named no file of their own.

    Raises:
        Misconfigured: The key is lost: this database was made with one.
    """
    path = settings.data_dir / "keys" / "master.key"
    if settings.master_key_file is not None or path.exists():
        return
    with revision.connect(url) as connection:
        used = connection.execute("select 1 from vault.installation_key limit 1").fetchone()
    if used:
        raise Misconfigured(keyring.lost(path))
    keyring.generate_file(path)
    click.echo(f"A master key was made: {path}. Without it no message can be read. Copy it apart.")
