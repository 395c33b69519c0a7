"""``telesec audit``: check the trail."""

import sys

import click

from telesec.audit import service as audit
from telesec.audit.ports import AuditDeps
from telesec.audit.rules import Verdict
from telesec.foundation.access import Purpose, system_actor


@click.group("audit")
def group() -> None:
    """The audit trail."""


@group.command()
@click.pass_obj
def verify(deps: AuditDeps) -> None:
    """Check every chain; exit code 1 when one is broken or acts wait too long for their place."""
    verdicts = verify_all(deps)
    for verdict in verdicts:
        click.echo(line(verdict))
    if any(verdict.fault for verdict in verdicts):
        sys.exit(1)


def verify_all(deps: AuditDeps) -> list[Verdict]:
    """Return a verdict per chain, each read in its own transaction."""
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        chains = audit.chains(uow)
    verdicts = []
    for practice_id in chains:
        with deps.unit_of_work(system_actor(Purpose.SETUP, practice_id)) as uow:
            verdicts.append(audit.verify(uow, practice_id))
    return verdicts


def line(verdict: Verdict) -> str:
    """Return one line about a chain: length and short head, or where it broke."""
    said = f"{verdict.practice_id}  {verdict.entries} entries"
    if verdict.fault is None:
        return f"{said}  ok  {verdict.head.hex()[:16]}"
    return f"{said}  BROKEN at {verdict.at_seq}: {verdict.fault}"
