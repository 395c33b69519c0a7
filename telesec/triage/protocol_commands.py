"""``telesec triage show|graph|new|test|diff|export``: read, begin, run, compare and hand over a protocol."""

import json
from pathlib import Path
from typing import Any

import click
import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from telesec.foundation.clock import SystemClock
from telesec.triage import questionnaire, replay, showing
from telesec.triage.compiler import ProtocolRefused, compile_protocol
from telesec.triage.expected import unexpected
from telesec.triage.levels import Level
from telesec.triage.library import Library, load
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import Given, Protocol
from telesec.triage.reckoning import Case, situate
from telesec.triage.skeleton import skeleton

LANGUAGE = click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class StoredSession(BaseModel):
    """A session as exported: protocol, answers and, when known, the facts and where it ended."""

    model_config = ConfigDict(extra="forbid")

    id: str = "session"
    code: str | None
    answers: dict[str, Given]
    facts: dict[str, Any] = {}
    level: Level | None = None

    @property
    def case(self) -> Case:
        """The case the engine judges."""
        facts = PatientFacts.from_data({"voice": "she", **self.facts})
        return Case(self.code, facts, dict(self.answers))


_SESSIONS = TypeAdapter(tuple[StoredSession, ...])


@click.command("show")
@click.argument("code")
@LANGUAGE
def show(code: str, language: str) -> None:
    """Print the protocol CODE for reading."""
    for line in showing.page(held(load(), code), language):
        click.echo(line)


@click.command("graph")
@click.argument("code")
@LANGUAGE
def graph(code: str, language: str) -> None:
    """Print the protocol CODE as a picture (SVG)."""
    click.echo(showing.drawing(held(load(), code), language))


@click.command("new")
@click.argument("code")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=Path(), show_default=True)
def new(code: str, folder: Path) -> None:
    """Write FOLDER/CODE/1.0.0.yaml: a protocol to fill; it is refused until it is."""
    if not code.isidentifier() or code != code.lower():
        raise click.ClickException("A code is made of small letters, digits and _.")
    file = folder / code / "1.0.0.yaml"
    if file.exists():
        raise click.ClickException(f"{file} exists already.")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(skeleton(code, SystemClock().now().date()), encoding="utf-8")
    click.echo(str(file))


@click.command("test")
@click.argument("codes", nargs=-1)
def test(codes: tuple[str, ...]) -> None:
    """Run the cases of the protocols CODES, or of all; fail when one does not come out."""
    library = load()
    some = [held(library, code) for code in codes] or list(library.protocols)
    failed = False
    for protocol in some:
        problems = list(unexpected(library.book, protocol))
        failed = failed or bool(problems)
        click.echo(f"{protocol.code}: {len(protocol.cases)} cases, {len(problems)} astray")
        for problem in problems:
            click.echo(f"  {problem.where}: {problem.what}", err=True)
    if failed:
        raise click.exceptions.Exit(1)


@click.command("diff")
@click.argument("before", type=FILE)
@click.argument("after", type=FILE)
@click.option("--sessions", type=FILE, multiple=True, help="Stored sessions (JSON) to replay on both.")
@LANGUAGE
def diff(before: Path, after: Path, sessions: tuple[Path, ...], language: str) -> None:
    """Print what AFTER changes against BEFORE, and whose level changes; fail when one is lower."""
    old, new_ = read(before), read(after)
    for edited in replay.edits(old, new_):
        click.echo(f"{edited.id}: {', '.join(edited.parts)}")
        for sign, question in (("-", edited.before), ("+", edited.after)):
            if question is not None:
                click.echo(f"  {sign} {question.level} {question.text.spoken(language)}")
    book = load().book
    first, second = replay.with_protocol(book, old), replay.with_protocol(book, new_)
    cases = [*replay.cases_of(first, old), *replay.cases_of(second, new_)]
    cases += [(one.id, one.case) for file in sessions for one in read_sessions(file)]
    found = sorted(replay.changes(first, second, cases), key=lambda change: not change.lowers)
    for change in found:
        click.echo(f"{'LOWER' if change.lowers else 'higher'}: {change.id} {change.before} → {change.after}")
    click.echo(f"{len(cases)} cases replayed, {len(found)} change, {sum(c.lowers for c in found)} lower")
    if any(change.lowers for change in found):
        raise click.exceptions.Exit(1)


@click.command("export")
@click.argument("code")
@click.option("--session", type=FILE, help="A stored session (JSON): print its QuestionnaireResponse.")
@LANGUAGE
def export(code: str, session: Path | None, language: str) -> None:
    """Print the protocol CODE as FHIR R4 Questionnaire."""
    library = load()
    protocol = held(library, code)
    if session is None:
        _echo(questionnaire.questionnaire(protocol, language))
        return
    (stored,) = read_sessions(session)
    _echo(_response(library, protocol, stored, language))


def _response(library: Library, protocol: Protocol, stored: StoredSession, language: str) -> dict[str, Any]:
    in_play = situate(library.book, stored.case).protocols
    level = stored.level or replay.level_of(library.book, stored.case)
    held_ = (protocol, *(other for other in in_play if other is not protocol))
    now = SystemClock().now()
    return questionnaire.response(held_, stored.answers, level=level, authored=now, language=language)


def _echo(resource: dict[str, Any]) -> None:
    click.echo(json.dumps(resource, ensure_ascii=False, indent=2))


def held(library: Library, code: str) -> Protocol:
    """Return a protocol of the library by its code, or say that there is none."""
    found = library.book.get(code)
    if found is None:
        raise click.ClickException(f"There is no protocol {code}.")
    return found


def read(file: Path) -> Protocol:
    """Return the protocol of a file, or say what is wrong with it."""
    try:
        return compile_protocol(file.read_text(encoding="utf-8"), file.name)
    except ProtocolRefused as error:
        raise click.ClickException(str(error)) from error


def read_sessions(file: Path) -> tuple[StoredSession, ...]:
    """Return the sessions of a file: one, or a list of them."""
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        return _SESSIONS.validate_python(data if isinstance(data, list) else [data])
    except (yaml.YAMLError, ValidationError) as error:
        raise click.ClickException(f"{file.name}: {error}") from error
