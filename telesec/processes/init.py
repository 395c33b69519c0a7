"""``telesec init``: database, master key, first practice, first people. Runs once, and says secrets once.

At a terminal it asks for what no option says; without one it refuses and names the options. Nothing of the
practice is kept unless all of it is.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
import psycopg

from telesec.foundation import migrate
from telesec.foundation.access import Purpose, Role, system_actor
from telesec.foundation.embedded_postgres import EmbeddedPostgres
from telesec.foundation.errors import Misconfigured, TelesecError
from telesec.foundation.ids import new_id
from telesec.foundation.language import Sentence, say
from telesec.onboarding import founding
from telesec.onboarding.founding import FirstPerson, Founding, Invited
from telesec.processes.parts import checked_deps
from telesec.processes.serve import HasSettings
from telesec.settings import Settings
from telesec.vault import keyring
from telesec.web.language import render

WITHOUT_KEY = say("Without this key no message can be read.")
ASKED = {
    "practice": say("Name of the first practice"),
    "supervisor": say("Supervisor: name <e-mail>"),
    "secretary": say("Secretary: name <e-mail> (empty: later)"),
    "practitioner": say("Practitioner: name <e-mail> (empty: later)"),
    "line": say("Telephone number callers dial (empty: later)"),
}
NEEDED = ("practice", "supervisor")


@click.command()
@click.option("--practice", help="Name of the first practice.")
@click.option("--time-zone", default="Europe/Paris", show_default=True, help="IANA name.")
@click.option("--sector", default="medical", show_default=True, help="Code of a sector plug-in, or medical.")
@click.option("--line", help="A telephone number callers dial.")
@click.option("--supervisor", help='"Nour <nour@exemple.fr>"')
@click.option("--secretary", help='"Ada <ada@exemple.fr>"')
@click.option("--practitioner", help='"Dr Lune <lune@exemple.fr>"')
@click.pass_obj
def init(lazy: HasSettings, /, **typed: str | None) -> None:
    """Set this installation up: database, master key, first practice, first people."""
    settings = lazy.settings
    with _database(settings):
        made = _key(settings)
        deps = checked_deps(settings)
        try:
            with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
                founding.refuse_if_set_up(uow)
            command = _command(settings, _answered(settings, typed))
            with deps.unit_of_work(system_actor(Purpose.SETUP, command.practice_id)) as uow:
                invited = founding.found(uow, command)
                uow.commit()
        except TelesecError:
            if made:
                _told(settings, say("The master key %(path)s was made and stays.", path=_key_path(settings)))
            raise
        finally:
            deps.close()
    _print_links(settings, invited)
    _print_key(settings)
    _told(
        settings,
        say(
            "Next: telesec serve. Everybody opens their link; then the supervisor goes on at "
            "%(url)s/onboarding",
            url=settings.public_url,
        ),
    )


@contextmanager
def _database(settings: Settings) -> Iterator[None]:
    """Bring the database to this release; the embedded one runs meanwhile, as it may already."""
    if settings.database_url.get_secret_value():
        url = settings.migrate_url.get_secret_value()
        if not url:
            raise Misconfigured(
                say("Set TELESEC_MIGRATE_URL too; telesec db provision makes both on a server of your own.")
            )
        migrate.upgrade(url)
        yield
        return
    embedded = EmbeddedPostgres(settings.data_dir)
    if _answers(embedded):
        migrate.upgrade(embedded.urls().migrate)
        yield
        return
    try:
        migrate.upgrade(embedded.start().migrate)
        yield
    finally:
        embedded.stop()


def _answers(embedded: EmbeddedPostgres) -> bool:
    with suppress(psycopg.OperationalError):
        psycopg.connect(embedded.urls().migrate, connect_timeout=2).close()
        return True
    return False


def _key_path(settings: Settings) -> Path:
    return settings.master_key_file or settings.data_dir / "keys" / "master.key"


def _key(settings: Settings) -> bool:
    """Make the master key where there is none; return whether it was made."""
    path = _key_path(settings)
    if path.exists():
        return False
    keyring.generate_file(path)
    return True


def _answered(settings: Settings, typed: dict[str, str | None]) -> dict[str, str]:
    """Return every answer: the options, then what is asked at a terminal.

    Raises:
        Misconfigured: Something needed is not said and nobody can be asked.
    """
    answers = {name: text or "" for name, text in typed.items()}
    missing = [name for name in NEEDED if not answers[name]]
    if missing and not sys.stdin.isatty():
        named = " ".join(f"--{name}" for name in missing)
        raise Misconfigured(say("There is no terminal to ask at. Say these options: %(names)s", names=named))
    if missing:
        for name, question in ASKED.items():
            if not answers[name]:
                default = None if name in NEEDED else ""
                answers[name] = click.prompt(
                    render(question, settings.language), default=default, show_default=False
                )
    return answers


def _command(settings: Settings, answers: dict[str, str]) -> Founding:
    people = [
        _person(Role(name), answers[name])
        for name in ("supervisor", "secretary", "practitioner")
        if answers[name].strip()
    ]
    return Founding(
        new_id(),
        answers["practice"],
        answers["time_zone"],
        settings.language,
        answers["sector"],
        lines=(answers["line"],) if answers["line"].strip() else (),
        people=tuple(people),
    )


def _person(role: Role, typed: str) -> FirstPerson:
    """Return the person of ``Name <address>``; an address alone names itself."""
    name, found, address = typed.strip().rpartition("<")
    address = address.strip().removesuffix(">").strip()
    return FirstPerson(role, name.strip() if found and name.strip() else address, address)


def _print_links(settings: Settings, invited: tuple[Invited, ...]) -> None:
    _told(settings, say("Each link works once, within 24 hours, and is shown only now:"))
    for one in invited:
        click.echo(f"  {one.person.display_name}\t{settings.public_url}/enrol/{one.secret}")


def _print_key(settings: Settings) -> None:
    """Print the master key for paper, once, in both languages: whoever finds the sheet must understand it."""
    path = _key_path(settings)
    click.echo()
    _told(
        settings, say("The master key is in %(path)s. Print or write it down, and keep it apart:", path=path)
    )
    for key in keyring.printed(path):
        click.echo(f"  {key.id}: {' '.join(key.groups[:4])}")
        click.echo(f"     {' '.join(key.groups[4:])}   checksum {key.checksum}")
    click.echo(f"  {render(WITHOUT_KEY, 'fr')} / {render(WITHOUT_KEY, 'en')}")
    _told(settings, say("It is written to a file again by telesec keys from-paper."))


def _told(settings: Settings, sentence: Sentence) -> None:
    click.echo(render(sentence, settings.language))
