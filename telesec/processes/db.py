"""``telesec db``: schema and roles."""

from pathlib import Path

import click

from telesec.foundation import migrate, revision
from telesec.foundation.embedded_postgres import EmbeddedPostgres
from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.foundation.provision import load_or_make_credentials, provision, write_settings
from telesec.processes.serve import HasSettings
from telesec.settings import Settings


@click.group()
def db() -> None:
    """The database: schema and roles."""


@db.command("upgrade")
@click.option("--to", "step", default="head", show_default=True, help="Revision to reach.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.pass_obj
def db_upgrade(lazy: HasSettings, step: str, dry_run: bool) -> None:
    """Bring the schema to this release, beside the previous release if it runs.

    All in one transaction: an upgrade that is refused or interrupted has changed nothing, and is typed again.
    telesec serve does this for its embedded database by itself.
    """
    url = _migrate_url(lazy.settings)
    plan = migrate.plan(url)
    if not plan.steps:
        click.echo(f"Nothing to do: the schema is at {plan.current}.")
        return
    click.echo(f"The schema is at {plan.current or '-'}; this release needs {revision.head()}:")
    for one in plan.steps:
        click.echo(f"  {one.revision:28} {one.brings}")
    if dry_run:
        click.echo("Nothing was changed. Back up first (telesec backup create), then: telesec db upgrade")
        return
    if not lazy.settings.database_url.get_secret_value():
        EmbeddedPostgres(lazy.settings.data_dir).server.require_room()
    migrate.upgrade(url, step)
    click.echo(f"Done: the schema is at {revision.head() if step == 'head' else step}.")


def _migrate_url(settings: Settings) -> str:
    """Return the migration role's address.

    Raises:
        Misconfigured: A server of one's own is used and its migration role's address is not set.
    """
    url = settings.migrate_url.get_secret_value()
    if not url and settings.database_url.get_secret_value():
        raise Misconfigured(
            say("Set %(names)s; telesec db provision made them.", names="TELESEC_MIGRATE_URL")
        )
    return url or EmbeddedPostgres(settings.data_dir).urls().migrate


@db.command("provision")
@click.option("--admin-url", required=True, help="Address of a superuser of the server.")
@click.option("--database", default="telesec", show_default=True)
@click.option("--keys", "folder", type=click.Path(path_type=Path), required=True, help="Where passwords go.")
def db_provision(admin_url: str, database: str, folder: Path) -> None:
    """Make roles and database on a server of your own; safe to run again."""
    credentials = load_or_make_credentials(folder)
    provision(admin_url, database, credentials)
    click.echo(f"Done. Roles, database and keys are made; their secrets are in {folder}. Set:")
    for line in write_settings(admin_url, database, credentials, folder.resolve()):
        click.echo(f"  {line}")
