"""``telesec triage``: check protocol files and say how long they take aloud."""

from pathlib import Path

import click

from telesec.triage import lint as length_of
from telesec.triage.library import Library, load


@click.group()
def triage() -> None:
    """Triage protocols: check them."""


@triage.command("lint")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def lint(files: tuple[Path, ...]) -> None:
    """Check the built-in protocols and FILES; print spoken seconds and warnings."""
    library = load(files)
    for line in report(library):
        click.echo(line)
    for refused in library.refused:
        click.echo(str(refused), err=True)
    if library.refused:
        raise click.exceptions.Exit(1)


def report(library: Library) -> list[str]:
    """Return one line per protocol and one per warning."""
    lines = []
    for protocol in library.protocols:
        took = length_of.length(protocol)
        lines.append(
            f"{protocol.code} {protocol.version} ({protocol.state}): red flags {took.flags:.0f} s, "
            f"all questions {took.questions:.0f} s"
        )
        lines.extend(f"  warning: {warning}" for warning in length_of.warnings(protocol))
    return lines
