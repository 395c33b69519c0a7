"""``telesec …``: finds a command by name and loads it only when it is called.

The web process must not carry the demo's servers, nor the worker the pages, so the table below names
each command's module instead of importing it. A command that needs the parts builds them when it
first touches them: ``telesec --help`` and ``telesec keys generate`` work before there is a database.
"""

import importlib
import sys
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import click

from telesec.foundation import logging
from telesec.foundation.errors import TelesecError
from telesec.foundation.garbage import not_collecting
from telesec.settings import Settings, read_settings

COMMANDS: Mapping[str, str] = {
    "alert": "telesec.alerts.commands:alert",
    "audit": "telesec.audit.commands:group",
    "backup": "telesec.operations.backup_commands:backup",
    "bench": "benchmarks.commands:bench",
    "calendar": "telesec.scheduling.commands:calendar",
    "chaos": "telesec.testing.chaos.commands:chaos",
    "db": "telesec.processes.db:db",
    "demo": "telesec.testing.demo.commands:demo",
    "demo-code": "telesec.testing.demo.commands:demo_code",
    "doctor": "telesec.operations.commands:doctor",
    "init": "telesec.processes.init:init",
    "keys": "telesec.vault.commands:keys",
    "practice": "telesec.onboarding.commands:practice",
    "serve": "telesec.processes.serve:serve",
    "token": "telesec.accounts.commands:token",
    "triage": "telesec.triage.commands:triage",
    "user": "telesec.onboarding.commands:user",
    "web": "telesec.processes.web:web",
    "worker": "telesec.processes.worker:worker",
}


def attribute(place: str) -> Any:
    """Return what ``module:name`` stands for. The only late import of telesec, and why: see the module."""
    module, name = place.split(":")
    with not_collecting():
        return getattr(importlib.import_module(module), name)


class LazyGroup(click.Group):
    """A group whose commands are loaded when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        place = COMMANDS.get(cmd_name)
        found: click.Command | None = attribute(place) if place else None
        return found


class LazyDeps:
    """Stands for the parts until a command asks for one of them."""

    @cached_property
    def settings(self) -> Settings:
        """The settings, read once."""
        settings = read_settings()
        logging.configure(settings.log_format)
        return settings

    @cached_property
    def _deps(self) -> Any:
        build = attribute("telesec.processes.parts:checked_deps")
        with not_collecting():
            return build(self.settings)

    def __getattr__(self, name: str) -> object:
        return getattr(self._deps, name)

    def build(self) -> Any:
        """Return the real parts, after schema and master key were checked."""
        return self._deps


@click.group(cls=LazyGroup)
@click.pass_context
def cli(context: click.Context) -> None:
    """The desk of a remote medical secretary."""
    context.obj = LazyDeps()


def main() -> None:
    """Run a command; a refusal is one sentence on standard error and exit code 1."""
    if sys.getfilesystemencoding().lower() != "utf-8" and sys.argv[1:2] != ["doctor"]:
        click.echo(
            "telesec needs a locale with UTF-8, or names would be spoilt. Type: export LC_ALL=C.UTF-8",
            err=True,
        )
        sys.exit(1)
    try:
        cli(standalone_mode=True)
    except TelesecError as error:
        render = attribute("telesec.web.language:render")
        click.echo(render(error.sentence, "en"), err=True)
        sys.exit(1)
