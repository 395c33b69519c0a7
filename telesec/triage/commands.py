"""``telesec triage``: check protocol files, say how long they take aloud, measure them on invented calls."""

import json
from pathlib import Path

import click

from telesec.triage import evaluation, rehearsal
from telesec.triage import lint as length_of
from telesec.triage.case_file import OrdinaryDoc, read_calls, read_ordinary, with_ordinary
from telesec.triage.library import Library, load
from telesec.triage.protocol import Given
from telesec.triage.protocol_commands import diff, export, graph, new, show, test
from telesec.triage.rehearsal import StoryDoc

ANSWERS = click.Choice([given.value for given in Given])


@click.group()
def triage() -> None:
    """Triage protocols: check, read, begin, compare, measure and hand them over."""


for _command in (show, graph, new, test, diff, export):
    triage.add_command(_command)


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


@triage.command("evaluate")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--ordinary",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What ties protocols to calls: ordinary pictures asked about, questions narrowed.",
)
@click.option("--covered", is_flag=True, help="Only calls whose complaint has a protocol.")
@click.option("--totals", is_flag=True, help="Totals only, no call by its id (for calls that are held out).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate(
    files: tuple[Path, ...], *, ordinary: Path | None, covered: bool, totals: bool, as_json: bool
) -> None:
    """Play the invented calls of FILES (or folders) and print how the protocols do."""
    library = load()
    try:
        pictures = read_ordinary(ordinary) if ordinary else OrdinaryDoc()
        calls = [with_ordinary(call, pictures) for call in read_calls(files)]
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    played = [call for call in calls if not covered or library.book.get(call.complaint)]
    figures = evaluation.evaluate(library, played)
    if as_json:
        data = evaluation.as_data(figures)
        shown = {key: data[key] for key in ("calls", "shares", "times")} if totals else data
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for line in evaluation.lines(figures, details=not totals):
        click.echo(line)


@triage.command("rehearse")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--totals", is_flag=True, help="Totals only, no call by its id.")
@click.option("--figures", is_flag=True, help="Ask nothing, print the figures of the calls that are over.")
@click.option(
    "--with",
    "more",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Protocol files of a sector, besides the built-in ones.",
)
def rehearse(file: Path, *, totals: bool, figures: bool, more: tuple[Path, ...]) -> None:
    """Take the calls of FILE, stories nobody here wrote, answer from the story, then print how it went."""
    library = load(more)
    try:
        stories = list(rehearsal.read_stories(file))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    for at, story in enumerate([] if figures else stories):
        stories[at] = _taken(library, story)
        rehearsal.write_stories(file, stories)
    over = rehearsal.played(library, stories)
    if len(over) < len(stories):
        click.echo(f"{len(stories) - len(over)} calls are not over: run without --figures to go on.")
    for line in evaluation.lines(evaluation.Figures(over), details=not totals):
        click.echo(line)


def _taken(library: Library, story: StoryDoc) -> StoryDoc:
    """Ask at the terminal what is still open in one call: first the complaint, then question by question."""
    now = rehearsal.standing(library, story)
    if now.step is None:
        offered = [code for code in now.found.candidates if library.book.get(code)]
        click.echo(f"\n{story.id}: {story.words}")
        click.echo(f"The desk offers: {', '.join(offered) or 'nothing'}. Type a complaint, - for none.")
        codes = click.Choice(["-", *library.book.protocols])
        code = click.prompt("Opened", type=codes, show_choices=False, default=offered[0] if offered else "-")
        story = story.model_copy(update={"opened": "" if code == "-" else code})
        now = rehearsal.standing(library, story)
    if now.question is not None:
        click.echo(f"\n{story.id}: {story.story}")
    while (item := now.question) is not None:
        heard_as = story.patient.facts(story.voice).heard_as
        given = click.prompt(item.question.text.spoken("fr", heard_as), type=ANSWERS)
        story = rehearsal.answered(story, item, Given(given))
        now = rehearsal.standing(library, story)
    return story


def report(library: Library) -> list[str]:
    """Return one line per protocol, per warning, and per level whose words are to be signed."""
    lines = []
    for protocol in library.protocols:
        took = length_of.length(protocol)
        lines.append(
            f"{protocol.code} {protocol.version} ({protocol.state}): red flags {took.flags:.0f} s, "
            f"all questions {took.questions:.0f} s"
        )
        lines.extend(f"  warning: {warning}" for warning in length_of.warnings(protocol))
    texts = library.book.texts.items()
    return lines + [f"level {level}: to be signed: {own.note}" for level, own in texts if own.note]
