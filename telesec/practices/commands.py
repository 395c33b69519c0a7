"""``telesec practice``: found a practice with its lines and practitioners, list them."""

from dataclasses import dataclass

import click

from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.ids import new_id
from telesec.practices import reads, service
from telesec.practices.ports import PracticeDeps
from telesec.practices.reads import PracticeCard
from telesec.practices.service import AddPractitioner, CreatePractice


@dataclass(frozen=True)
class NewPractice:
    """A practice as typed on the command line."""

    name: str
    time_zone: str
    language: str
    sector: str
    lines: tuple[str, ...]
    practitioners: tuple[str, ...]


@click.group()
def practice() -> None:
    """Practices: add and list."""


@practice.command("add")
@click.argument("name")
@click.option("--time-zone", default="Europe/Paris", show_default=True, help="IANA name.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option("--sector", default="medical", show_default=True, help="Code of a sector plug-in, or medical.")
@click.option("--line", "lines", multiple=True, help="A telephone number callers dial; repeat for more.")
@click.option("--practitioner", "practitioners", multiple=True, help='"Dr Lune"; repeat for more.')
@click.pass_obj
def add_practice(deps: PracticeDeps, /, **typed: object) -> None:
    """Found the practice NAME and print its id."""
    new = NewPractice(**typed)  # type: ignore[arg-type]
    click.echo(add(deps, new))


def add(deps: PracticeDeps, new: NewPractice) -> str:
    """Found a practice in one transaction and return its id."""
    practice_id = new_id()
    with deps.unit_of_work(system_actor(Purpose.SETUP, practice_id)) as uow:
        service.create_practice(
            uow, CreatePractice(practice_id, new.name, new.time_zone, new.language, new.sector)
        )
        for line in new.lines:
            service.add_line(uow, practice_id, line)
        for person in new.practitioners:
            service.add_practitioner(uow, AddPractitioner(practice_id, person, "physician"))
        uow.commit()
    return str(practice_id)


@practice.command("list")
@click.pass_obj
def list_practices(deps: PracticeDeps) -> None:
    """Print every practice: id, name, lines, practitioners."""
    page = _page(deps, ())
    while page:
        for card in page:
            lines = ", ".join(line.number for line in card.lines)
            people = ", ".join(person.name for person in card.practitioners)
            click.echo("\t".join((str(card.id), card.name, lines, people)))
        page = _page(deps, page)


def _page(deps: PracticeDeps, before: tuple[PracticeCard, ...]) -> tuple[PracticeCard, ...]:
    """Return the practices that follow a page; each context names one page of them."""
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        after = {"after": max(card.id for card in before)} if before else {}
        ids = reads.all_practice_ids(uow, **after)
    if not ids:
        return ()
    with deps.unit_of_work(system_actor(Purpose.SETUP, *ids)) as uow:
        return reads.practices(uow)
