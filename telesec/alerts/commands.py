"""``telesec alert``: who is on call, how they are reached, what nobody took."""

from uuid import UUID

import click

from telesec.alerts import contacts, reads
from telesec.alerts.contacts import AddContact
from telesec.alerts.parts import AlertsDeps
from telesec.alerts.rules import ChannelKind
from telesec.foundation.access import Purpose, system_actor


@click.group()
def alert() -> None:
    """Alerts: the on-call order, contacts, and who would be reached now."""


@alert.command("on-call")
@click.argument("practice", type=click.UUID)
@click.argument("practitioners", type=click.UUID, nargs=-1, required=True)
@click.pass_obj
def set_on_call(deps: AlertsDeps, practice: UUID, practitioners: tuple[UUID, ...]) -> None:
    """Call PRACTITIONERS of PRACTICE in this order for urgent messages."""
    with deps.unit_of_work(system_actor(Purpose.SETUP, practice)) as uow:
        contacts.set_on_call(uow, practice, practitioners)
        uow.commit()


@alert.command("contact")
@click.argument("practice", type=click.UUID)
@click.argument("practitioner", type=click.UUID)
@click.argument("channel", type=click.Choice([kind.value for kind in ChannelKind]))
@click.argument("address")
@click.option("--verified", is_flag=True, help="Somebody called the number or had its code read back.")
@click.pass_obj
def add_contact(deps: AlertsDeps, /, **typed: object) -> None:
    """Reach PRACTITIONER of PRACTICE by CHANNEL at ADDRESS; print the contact's id."""
    typed["practice_id"], typed["practitioner_id"] = typed.pop("practice"), typed.pop("practitioner")
    typed["channel"] = ChannelKind(str(typed["channel"]))
    command = AddContact(**typed)  # type: ignore[arg-type]
    with deps.unit_of_work(system_actor(Purpose.SETUP, command.practice_id)) as uow:
        contact_id = contacts.add_contact(uow, command)
        uow.commit()
    click.echo(contact_id)


@alert.command("who")
@click.argument("practice", type=click.UUID)
@click.pass_obj
def who(deps: AlertsDeps, practice: UUID) -> None:
    """Print whom an alert of PRACTICE would reach now, in order."""
    with deps.unit_of_work(system_actor(Purpose.SETUP, practice)) as uow:
        rungs = reads.who_now(uow, practice)
    for rung in rungs:
        nothing = "away: skipped" if rung.absent else "nothing: nobody can reach this person"
        channels = ", ".join(rung.channels) or nothing
        click.echo(f"{rung.position + 1}\t{rung.practitioner_id}\t{channels}")
    if not rungs:
        click.echo("Nobody is on call: alerts go to the supervisor's red list at once.")
