"""What day one adds to ``telesec practice`` and ``telesec user``: imports, and people who leave."""

from pathlib import Path
from uuid import UUID

import click

from telesec.accounts import members
from telesec.accounts import reads as accounts
from telesec.accounts.commands import user
from telesec.desk import supervisor_leaving
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.onboarding import looks, reads, service
from telesec.onboarding.columns import ImportKind
from telesec.onboarding.ports import OnboardingDeps
from telesec.onboarding.service import HandIn, RunImport
from telesec.practices.commands import practice
from telesec.web.language import render

__all__ = ["practice", "user"]
NOT_IMPORTED = say("Nothing was imported. Correct these lines, or leave them out with --leave-out.")


@practice.command("import")
@click.argument("practice_id", type=click.UUID)
@click.argument("kind", type=click.Choice([kind.value for kind in ImportKind]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--run", "really", is_flag=True, help="Import; without it, only say what would be.")
@click.option("--leave-out", is_flag=True, help="Leave lines with a fault out.")
@click.option("--alike", is_flag=True, help="Those alike somebody are other people: import them too.")
@click.pass_obj
def import_file(  # noqa: PLR0913 - one value per argument of the command
    deps: OnboardingDeps,
    practice_id: UUID,
    kind: str,
    file: Path,
    *,
    really: bool,
    leave_out: bool,
    alike: bool,
) -> None:
    """Look through FILE (CSV, xlsx, ods) for PRACTICE_ID and, with --run, import it whole or not at all."""
    language = deps.settings.language
    with deps.unit_of_work(system_actor(Purpose.SETUP, practice_id)) as uow:
        import_id = service.hand_in(uow, HandIn(practice_id, ImportKind(kind), file.read_bytes()))
        seen = reads.review(uow, practice_id, import_id)
        names = looks.fields(seen.card.kind)
        for one in seen.problems:
            what = f"{render(names[one.field], language)}: {render(one.sentence, language)}"
            click.echo(f"{one.line}\t{what}", err=True)
        for field in seen.missing:
            click.echo(f"1\t{render(looks.NO_COLUMN, language)} {render(field.label, language)}", err=True)
        ready, twice = len(seen.ready(alike=alike)), seen.doubles
        click.echo(
            f"{seen.card.lines} lines: {ready} ready, {len(seen.bad_lines)} with a fault, "
            f"{len(twice.same)} here already or twice, {len(twice.alike)} alike somebody."
        )
        if not really:
            return
        if seen.problems and not leave_out:
            raise Refused("faulty_lines", NOT_IMPORTED, status=422)
        command = RunImport(practice_id, import_id, seen.card.version, leave_out=leave_out, alike=alike)
        made = service.run(uow, command)
        uow.commit()
    click.echo(f"{made} imported. To take it back: telesec practice undo-import {practice_id} {import_id}")


@practice.command("undo-import")
@click.argument("practice_id", type=click.UUID)
@click.argument("import_id", type=click.UUID)
@click.pass_obj
def undo_import(deps: OnboardingDeps, practice_id: UUID, import_id: UUID) -> None:
    """Take back what an import made, but for what was used or changed since."""
    with deps.unit_of_work(system_actor(Purpose.SETUP, practice_id)) as uow:
        kept = service.undo(uow, practice_id, import_id)
        uow.commit()
    click.echo(f"Taken back; {kept} kept, for they were used or changed since.")


@user.command("leave")
@click.argument("email")
@click.option(
    "--yes", "really", is_flag=True, help="Close the account; without it, only say what is left behind."
)
@click.option("--off-call", is_flag=True, help="Take them off the on-call order and forget their numbers.")
@click.pass_obj
def leave(deps: OnboardingDeps, email: str, *, really: bool, off_call: bool) -> None:
    """Say what is left behind when a person leaves; with --yes close their account at once."""
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        person = accounts.person_by_email(uow, email)
        if person is None:
            raise Refused("person_unknown", say("Nobody has this e-mail address."), status=422)
        served = members.practices_of(uow, person.id)
    with deps.unit_of_work(system_actor(Purpose.SETUP, *served)) as uow:
        for one in supervisor_leaving.leaving(uow, person.id).left:
            said = ["nobody else has this role"] * one.alone + ["urgent calls go to them"] * one.on_call
            said += [
                f"nobody from {gap.start:%Y-%m-%d %H:%M} to {gap.end:%Y-%m-%d %H:%M} UTC" for gap in one.gaps
            ]
            click.echo("\t".join((one.card.name, one.role.value, "; ".join(said) or "covered")))
        if really:
            supervisor_leaving.leave(uow, person.id, off_call=off_call)
            uow.commit()
    click.echo("The account is closed." if really else "Nothing was changed. Close the account with --yes.")
