"""``telesec …``: starts processes and gathers each room's commands.

A command that needs the parts builds them when it first touches them, so ``telesec --help`` and
``telesec keys generate`` work before there is a database.
"""

import sys
import time
from functools import cached_property
from pathlib import Path

import click

from telesec.accounts.commands import token, user
from telesec.alerts.commands import alert
from telesec.app import create_app
from telesec.audit.commands import group as audit
from telesec.bootstrap import SWEEPS, Deps, build_deps, database_settings
from telesec.foundation import logging, migrate
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.embedded_postgres import EmbeddedPostgres
from telesec.foundation.errors import TelesecError
from telesec.foundation.provision import load_or_make_credentials, provision
from telesec.practices.commands import practice
from telesec.processes.supervisor import supervise, telesec_child
from telesec.processes.web import run_web
from telesec.processes.worker import run_worker, stop_event
from telesec.scheduling.commands import calendar
from telesec.settings import Settings, read_settings
from telesec.testing.demo.commands import demo, demo_code
from telesec.triage.commands import triage
from telesec.vault import installation, keyring
from telesec.vault.commands import keys
from telesec.web.language import render


class LazyDeps:
    """Stands for the parts until a command asks for one of them."""

    @cached_property
    def settings(self) -> Settings:
        """The settings, read once."""
        settings = read_settings()
        logging.configure(settings.log_format)
        return settings

    @cached_property
    def _deps(self) -> Deps:
        url, _key = database_settings(self.settings)
        migrate.check(url)
        deps = build_deps(self.settings)
        try:
            with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
                installation.check_canary(uow)
                uow.commit()
        except TelesecError:
            deps.close()
            raise
        return deps

    def __getattr__(self, name: str) -> object:
        return getattr(self._deps, name)

    def build(self) -> Deps:
        """Return the real parts, after the schema was checked."""
        return self._deps


@click.group()
@click.pass_context
def cli(context: click.Context) -> None:
    """The desk of a remote medical secretary."""
    context.obj = LazyDeps()


@cli.command()
@click.pass_obj
def web(lazy: LazyDeps) -> None:
    """Serve pages and the API until SIGTERM."""
    deps = lazy.build()
    run_web(create_app(deps), deps.settings)
    deps.close()


@cli.command()
@click.pass_obj
def worker(lazy: LazyDeps) -> None:
    """Deliver alerts, settle calendars and seal the audit until SIGTERM."""
    deps = lazy.build()
    run_worker(deps, SWEEPS)
    deps.close()


@cli.command()
@click.pass_obj
def serve(lazy: LazyDeps) -> None:
    """Run everything on one machine: database, web and worker."""
    settings = lazy.settings
    embedded = None if settings.database_url.get_secret_value() else EmbeddedPostgres(settings.data_dir)
    stop = stop_event()
    if embedded is not None:
        migrate.upgrade(embedded.start().migrate)
    ensure_master_key(settings)
    try:
        supervise([telesec_child("web", "web"), telesec_child("worker", "worker")], stop, now=time.monotonic)
    finally:
        if embedded is not None:
            embedded.stop()


@cli.group()
def db() -> None:
    """The database: schema and roles."""


@db.command("upgrade")
@click.option("--to", "revision", default="head", show_default=True, help="Revision to reach.")
@click.pass_obj
def db_upgrade(lazy: LazyDeps, revision: str) -> None:
    """Bring the schema to this release."""
    settings = lazy.settings
    url = settings.migrate_url.get_secret_value() or EmbeddedPostgres(settings.data_dir).urls().migrate
    migrate.upgrade(url, revision)
    click.echo(f"The schema is at {migrate.head()}.")


@db.command("provision")
@click.option("--admin-url", required=True, help="Address of a superuser of the server.")
@click.option("--database", default="telesec", show_default=True)
@click.option("--keys", "folder", type=click.Path(path_type=Path), required=True, help="Where passwords go.")
def db_provision(admin_url: str, database: str, folder: Path) -> None:
    """Make roles and database on a server of your own; safe to run again."""
    credentials = load_or_make_credentials(folder)
    provision(admin_url, database, credentials)
    click.echo(f"Done. The passwords of telesec_app, telesec_migrate and telesec_backup are in {folder}.")
    click.echo(f"Set TELESEC_CONTEXT_KEY_FILE={folder / 'context.key'} and TELESEC_DATABASE_URL_FILE.")


def ensure_master_key(settings: Settings) -> None:
    """Make the master key on first start, when the operator named no file of their own."""
    path = settings.data_dir / "keys" / "master.key"
    if settings.master_key_file is None and not path.exists():
        keyring.generate_file(path)
        click.echo(f"A master key was made: {path}. Without it no message can be read. Copy it apart.")


for command in (alert, audit, keys, practice, user, token, calendar, triage, demo, demo_code):
    cli.add_command(command)
cli.add_command(practice)


def main() -> None:
    """Run a command; a refusal is one sentence on standard error and exit code 1."""
    try:
        cli(standalone_mode=True)
    except TelesecError as error:
        click.echo(render(error.sentence, "en"), err=True)
        sys.exit(1)
