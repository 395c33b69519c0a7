"""``telesec chaos``."""

import json
import secrets
from pathlib import Path

import click

from telesec.testing.chaos.run import Plan, run


@click.command()
@click.option("--seconds", default=200.0, show_default=True, help="How long things break.")
@click.option("--seed", type=int, help="Repeats a draw; without it the draw is told.")
@click.option("--programs", default=20, show_default=True, help="Clients of the API at once.")
@click.option("--desks", default=64, show_default=True, help="Desks at once.")
@click.option("--pause", default=6.0, show_default=True, help="Seconds between two troubles, on the average.")
@click.option("--log", type=click.Path(path_type=Path, dir_okay=False), help="Keep what the demo said here.")
@click.pass_context
def chaos(  # noqa: PLR0913 - one for each option
    context: click.Context,
    *,
    seconds: float,
    seed: int | None,
    programs: int,
    desks: int,
    pause: float,
    log: Path | None,
) -> None:
    """Work a mixed hour in minutes while everything breaks, then look for each act that was acknowledged.

    The last line is JSON; the exit code is 1 unless nothing is lost, doubled or in disagreement.
    """
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    click.echo(f"Seed {seed}. Starting a demo of its own ...")
    result = run(Plan(seconds, seed, programs, desks, pause), log)
    counts = result.counts()
    found = result.findings
    for name in ("lost", "doubled", "disagreements"):
        for line in getattr(found, name):
            click.echo(f"{name}: {line}")
    click.echo(json.dumps(counts))
    context.exit(1 if counts["lost"] or counts["doubled"] or counts["disagreements"] else 0)
