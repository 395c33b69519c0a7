"""``telesec bench``: measure, print, write ``var/bench.json``, renew the table of ``docs/figures.md``."""

import json
import os
import platform
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import click
import structlog

from benchmarks import agenda, booking, chains, desk, keys, processes, pure, stored, streams
from benchmarks.figures import Figure
from benchmarks.stage import Hall, hall
from telesec.foundation.clock import SystemClock

PARTS: Mapping[str, Callable[[Hall, int], Iterable[Figure]]] = {
    "pure": lambda _hall, rounds: pure.figures(rounds),
    "booking": booking.figures,
    "agenda": agenda.figures,
    "stored": stored.figures,
    "desk": desk.figures,
    "keys": keys.figures,
    "streams": streams.figures,
    "chains": chains.figures,
    "processes": processes.figures,
}
BEGIN, END = "<!-- figures: written by telesec bench --markdown -->", "<!-- end of figures -->"


@click.command()
@click.option(
    "--rounds", default=100, show_default=True, type=click.IntRange(10), help="Of each measurement."
)
@click.option("--only", multiple=True, type=click.Choice(list(PARTS)), help="Some parts; all when not given.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("var/bench.json"), show_default=True)
@click.option(
    "--markdown", type=click.Path(path_type=Path, exists=True), help="Renew the table in this file."
)
def bench(rounds: int, only: Sequence[str], out: Path, markdown: Path | None) -> None:
    """Measure speed on databases of its own, which are thrown away."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    found: list[Figure] = []
    for figure in _measured(only or list(PARTS), rounds):
        found.append(figure)
        click.echo(_line(figure))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps([as_row(figure) for figure in found], indent=1, ensure_ascii=False))
    if markdown is not None:
        markdown.write_text(renewed(markdown.read_text(encoding="utf-8"), found), encoding="utf-8")


def _measured(parts: Sequence[str], rounds: int) -> Iterator[Figure]:
    with hall() as here:
        for name in parts:
            yield from PARTS[name](here, rounds)


def as_row(figure: Figure) -> dict[str, object]:
    """Return a figure as it is written to the file."""
    return {
        "name": figure.name,
        "value": round(figure.value, 3),
        "unit": figure.unit,
        "goal": figure.goal,
        "ok": figure.ok,
    }


def renewed(text: str, figures: Sequence[Figure]) -> str:
    """Return a document with the table between its marks written anew.

    Raises:
        click.ClickException: The marks are missing.
    """
    if BEGIN not in text or END not in text:
        raise click.ClickException("The file holds no marks to write the table between.")
    table = "\n".join(markdown_lines(figures))
    return re.sub(
        f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: f"{BEGIN}\n{table}\n{END}", text, flags=re.DOTALL
    )


def markdown_lines(figures: Sequence[Figure]) -> Iterator[str]:
    """Yield where and when, then the table."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[2]:.1f}"
    yield f"\n{SystemClock().now():%Y-%m-%d %H:%M} UTC · {machine} ·"
    yield f"Python {platform.python_version()} · `make bench`\n"
    yield "| what | value | goal | |"
    yield "|---|---:|---:|---|"
    for figure in figures:
        sign = "≥" if figure.at_least else "≤"
        met = "met" if figure.ok else "**missed**"
        value, goal = f"{figure.value:.2f} {figure.unit}", f"{sign} {figure.goal:g} {figure.unit}"
        yield f"| {figure.name} | {value} | {goal} | {met} |"


def _line(figure: Figure) -> str:
    sign, met = "≥" if figure.at_least else "≤", "ok" if figure.ok else "NOT MET"
    return f"{figure.name:84} {figure.value:>10.2f} {figure.unit:2}  goal {sign} {figure.goal:g}  {met}"
