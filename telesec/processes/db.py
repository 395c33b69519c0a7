"""``telesec db``: schema and roles."""

from pathlib import Path

import click

from telesec.foundation import migrate, revision
from telesec.foundation.embedded_postgres import EmbeddedPostgres
from telesec.foundation.provision import load_or_make_credentials, provision
from telesec.processes.serve import HasSettings


@click.group()
def db() -> None:
    """The database: schema and roles."""


@db.command("upgrade")
@click.option("--to", "step", default="head", show_default=True, help="Revision to reach.")
@click.pass_obj
def db_upgrade(lazy: HasSettings, step: str) -> None:
    """Bring the schema to this release."""
    settings = lazy.settings
    url = settings.migrate_url.get_secret_value() or EmbeddedPostgres(settings.data_dir).urls().migrate
    migrate.upgrade(url, step)
    click.echo(f"The schema is at {revision.head() if step == 'head' else step}.")


@db.command("provision")
@click.option("--admin-url", required=True, help="Address of a superuser of the server.")
@click.option("--database", default="telesec", show_default=True)
@click.option("--keys", "folder", type=click.Path(path_type=Path), required=True, help="Where passwords go.")
def db_provision(admin_url: str, database: str, folder: Path) -> None:
    """Make roles and database on a server of your own; safe to run again."""
    credentials = load_or_make_credentials(folder)
    provision(admin_url, database, credentials)
    click.echo(f"Done. The passwords of telesec_app, telesec_migrate and telesec_backup are in {folder}.")
    click.echo(f"Set TELESEC_CONTEXT_KEY_FILE={folder / 'context.key'} and TELESEC_DATABASE_URL_FILE.")
