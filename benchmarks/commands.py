"""``telesec bench``: measure, print a table, write ``var/bench.json``."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks import pure, stored
from benchmarks.figures import Figure
from telesec.bootstrap import CalendarRegistry, build_deps
from telesec.foundation.database import Database
from telesec.foundation.embedded_postgres import programs
from telesec.foundation.postgres_server import PostgresServer
from telesec.settings import Settings
from telesec.testing.postgres import PostgresForTests
from telesec.vault import keyring

DATABASE = "telesec_bench"


@click.command()
@click.option("--rounds", default=200, show_default=True, type=click.IntRange(5), help="Of each measurement.")
@click.option("--rows", default=40, show_default=True, type=click.IntRange(1, 100), help="Per practice.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("var/bench.json"), show_default=True)
def bench(rounds: int, rows: int, out: Path) -> None:
    """Measure speed on a database of its own, which is thrown away."""
    figures = [*pure.figures(rounds), *_stored(rounds, rows)]
    for line in table(figures):
        click.echo(line)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps([as_row(figure) for figure in figures], indent=1, ensure_ascii=False))


def _stored(rounds: int, rows: int) -> list[Figure]:
    """Measure on the embedded server with its ordinary, durable settings."""
    folder = Path(tempfile.mkdtemp(prefix="telesec-bench-"))
    server = PostgresServer(programs(), folder / "data")
    server.start()
    try:
        made = PostgresForTests(server, folder / "keys")
        urls = made.make(DATABASE)
        with made.admin(DATABASE) as admin:
            admin.execute(stored.TABLE)
        keyring.generate_file(folder / "master.key")
        settings = Settings(
            data_dir=folder, master_key_file=folder / "master.key", public_url="http://localhost:8000"
        )
        deps = build_deps(
            settings,
            database=Database(urls.app, urls.context_key),
            calendars=CalendarRegistry(()),
            channels={},
            carriers={},
        )
        try:
            return list(stored.figures(deps, rounds, rows))
        finally:
            deps.close()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def as_row(figure: Figure) -> dict[str, object]:
    """Return a figure as it is written to the file."""
    return {
        "name": figure.name,
        "value": round(figure.value, 3),
        "unit": figure.unit,
        "goal": figure.goal,
        "ok": figure.ok,
    }


def table(figures: Sequence[Figure]) -> list[str]:
    """Return the lines to print."""
    width = max(len(figure.name) for figure in figures)
    return [
        f"{figure.name:{width}}  {figure.value:>10.2f} {figure.unit:2}"
        f"  goal {'≥' if figure.at_least else '≤'} {figure.goal:g}  {'ok' if figure.ok else 'NOT MET'}"
        for figure in figures
    ]
