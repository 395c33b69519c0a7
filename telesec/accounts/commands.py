"""``telesec user`` and ``telesec token``: people and keys of programs, from the server's shell."""

from datetime import timedelta
from uuid import UUID

import click

from telesec.accounts import reads, service
from telesec.accounts.ports import AccountsDeps
from telesec.accounts.reads import PersonCard
from telesec.accounts.service import AddMembership, CreatePerson, MakeToken
from telesec.foundation.access import Purpose, Role, system_actor
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork

ROLES = click.Choice([role.value for role in Role if role is not Role.SYSTEM])
PRACTICES = click.option(
    "--practice", "practice_ids", type=click.UUID, multiple=True, help="May be repeated."
)


@click.group()
def user() -> None:
    """People who log in."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", type=ROLES, required=True)
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@PRACTICES
@click.pass_obj
def user_add(
    deps: AccountsDeps, email: str, name: str, role: str, language: str, practice_ids: tuple[UUID, ...]
) -> None:
    """Make a person who serves the practices named; print a one-time link to enrol."""
    with deps.unit_of_work(system_actor(Purpose.SETUP, *practice_ids)) as uow:
        person_id = service.create_person(uow, CreatePerson(email, name, Role(role), language))
        for practice_id in practice_ids:
            service.add_membership(uow, AddMembership(practice_id, person_id, Role(role)))
        token = service.make_link(uow, person_id)
        uow.commit()
    click.echo(_link(deps, token))


@user.command("reset")
@click.argument("email")
@click.pass_obj
def user_reset(deps: AccountsDeps, email: str) -> None:
    """End a person's sessions and print a fresh one-time link to enrol again."""
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        token = service.make_link(uow, _by_email(uow, email).id)
        uow.commit()
    click.echo(_link(deps, token))


@user.command("disable")
@click.argument("email")
@click.pass_obj
def user_disable(deps: AccountsDeps, email: str) -> None:
    """Shut a person out at once: sessions and tokens end."""
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        service.disable_person(uow, _by_email(uow, email).id)
        uow.commit()
    click.echo("Done.")


@user.command("list")
@click.pass_obj
def user_list(deps: AccountsDeps) -> None:
    """List everybody."""
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        everybody = reads.people(uow)
    for person in everybody:
        state = "disabled" if person.disabled else "enrolled" if person.enrolled else "invited"
        click.echo(f"{person.email}\t{person.display_name}\t{person.role}\t{state}")


@click.group()
def token() -> None:
    """Keys of programs that use the API."""


@token.command("create")
@click.argument("email")
@click.option("--name", required=True, help="What uses it.")
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True)
@PRACTICES
@click.pass_obj
def token_create(
    deps: AccountsDeps, email: str, name: str, days: int, practice_ids: tuple[UUID, ...]
) -> None:
    """Print a token that acts for a person in the practices named; it is shown only now."""
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        person = _by_email(uow, email)
        made = service.make_token(uow, MakeToken(person.id, name, practice_ids, timedelta(days=days)))
        uow.commit()
    click.echo(made)


def _by_email(uow: UnitOfWork, email: str) -> PersonCard:
    person = reads.person_by_email(uow, email)
    if person is None:
        raise Refused("person_unknown", say("Nobody has this e-mail address."), status=422)
    return person


def _link(deps: AccountsDeps, secret: str) -> str:
    return f"{deps.settings.public_url}/enrol/{secret}"
