"""``telesec backup``: make, bring back, and try out backups."""

import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import click

from telesec.audit import service as audit
from telesec.bootstrap import build_deps, master_key_path
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.clock import SystemClock
from telesec.foundation.database import Database
from telesec.foundation.embedded_postgres import DatabaseUrls
from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import AuditNote
from telesec.operations import backup as backups
from telesec.operations import targets
from telesec.operations.archive import Header, Secret
from telesec.operations.drill import drill as run_drill
from telesec.operations.machine_checks import BACKUP_SUFFIX
from telesec.operations.proof import Proof, prove
from telesec.operations.restore import keys_beside, require_files
from telesec.operations.restore import restore as run_restore
from telesec.settings import Settings
from telesec.vault import keyring

PATH = click.Path(path_type=Path)
SHORTEST_PASSPHRASE = 16


class HasSettings(Protocol):
    """What the command is given."""

    @property
    def settings(self) -> Settings: ...


def opens_with(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the two ways to say what a backup is encrypted with."""
    key = click.option("--key-file", type=PATH, help="File of backup keys; else TELESEC_BACKUP_KEY_FILE.")
    words = click.option("--passphrase", is_flag=True, help="Ask for a passphrase (or read one line).")
    return key(words(command))


@click.group()
def backup() -> None:
    """Backups: make one, bring one back, try one out."""


@backup.command()
@click.option("--folder", type=PATH, help="Where the data goes; else TELESEC_BACKUP_DIR, else data/backups.")
@click.option("--keys-folder", type=PATH, help="Where the records' keys go, apart; else <folder>/keys.")
@click.option("--keep-days", type=click.IntRange(1), help="Remove data older than this, never the newest.")
@click.option("--keep-keys-days", type=click.IntRange(1), help="The same for the keys; 7 is advised.")
@opens_with
@click.pass_obj
def create(lazy: HasSettings, /, **typed: Any) -> None:
    """Back up database and keys of one moment into two encrypted files, beside running work."""
    settings = lazy.settings
    folder = typed["folder"] or settings.backup_folder
    keys_folder = typed["keys_folder"] or folder / "keys"
    secret = _secret(settings, typed["key_file"], passphrase=typed["passphrase"], confirm=True)
    now = SystemClock().now()
    with targets.database(settings) as urls:
        made = backups.create(urls, folder, keys_folder, secret, now)
        _note(urls, "backup.create", made.data.name)
    click.echo(f"Data  {made.data}  ({made.rows} rows)")
    click.echo(f"Keys  {made.keys}")
    click.echo("Both were read back. The master key is in neither: keep its own copy.")
    for place, suffix, days in (
        (folder, BACKUP_SUFFIX, typed["keep_days"]),
        (keys_folder, backups.KEYS_SUFFIX, typed["keep_keys_days"]),
    ):
        if days and (gone := backups.prune(place, suffix, timedelta(days=days), now)):
            click.echo(f"{gone} older than {days} days removed from {place}.")


@backup.command()
@click.argument("data", type=PATH)
@click.option("--keys", "keys_path", type=PATH, help="The keys' file; else the one made with it.")
@opens_with
@click.pass_obj
def restore(
    lazy: HasSettings, data: Path, keys_path: Path | None, key_file: Path | None, passphrase: bool
) -> None:
    """Bring DATA back into an empty database, then read sealed records of it.

    A new data folder (TELESEC_DATA_DIR) or a freshly provisioned database is empty. Put the master key
    file in place first. Whatever is refused or interrupted leaves the database empty: type it again.
    """
    settings = lazy.settings
    master = keyring.from_file(master_key_path(settings))
    secret = _secret(settings, key_file, passphrase=passphrase)
    files = data, keys_path or keys_beside(data, settings.backup_folder / "keys")
    require_files(files)
    with targets.database(settings, make=True) as urls:
        restored = run_restore(urls, files, secret, master, settings.data_dir)
        deps = build_deps(settings, database=Database(urls.app, urls.context_key), keys=master)
        try:
            found = prove(deps, urls, restored.rows)
        finally:
            deps.close()
        _note(urls, "backup.restore", data.name)
    click.echo(_told(restored.header, sum(restored.rows.values())))
    click.echo(_proved(found))
    click.echo("Everybody logs in again. Start telesec; alerts nobody acknowledged are sent again.")


@backup.command()
@click.argument("data", type=PATH, required=False)
@click.option("--keys", "keys_path", type=PATH, help="The keys' file; else the one made with it.")
@opens_with
@click.pass_obj
def drill(
    lazy: HasSettings, data: Path | None, keys_path: Path | None, key_file: Path | None, passphrase: bool
) -> None:
    """Restore DATA (else the newest backup) into a scratch server, read sealed records, forget it."""
    settings = lazy.settings
    data = data or _newest(settings)
    master = keyring.from_file(master_key_path(settings))
    secret = _secret(settings, key_file, passphrase=passphrase)
    files = data, keys_path or keys_beside(data, settings.backup_folder / "keys")
    header, found = run_drill(settings, files, secret, master)
    click.echo(_told(header, None))
    click.echo(_proved(found))
    click.echo("The backup is good. Nothing of the drill is left.")


def _secret(settings: Settings, key_file: Path | None, *, passphrase: bool, confirm: bool = False) -> Secret:
    """Return the keys of a key file, or the passphrase typed.

    Raises:
        Misconfigured: Neither is given, or the file is not a private key file.
    """
    if passphrase:
        typed = (
            str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm))
            if sys.stdin.isatty()
            else sys.stdin.readline().rstrip("\n")
        )
        if confirm and len(typed) < SHORTEST_PASSPHRASE:
            raise Misconfigured(
                say(
                    "A passphrase has at least %(count)s characters; five words are good.",
                    count=SHORTEST_PASSPHRASE,
                )
            )
        return typed
    path = key_file or settings.backup_key_file
    if path is None:
        raise Misconfigured(
            say(
                "Say what the backup is encrypted with: TELESEC_BACKUP_KEY_FILE or --key-file (make one: "
                "telesec keys generate backup.key), or --passphrase."
            )
        )
    return keyring.from_file(path)


def _newest(settings: Settings) -> Path:
    found = sorted(settings.backup_folder.glob(f"telesec-*{BACKUP_SUFFIX}"))
    if not found:
        raise Misconfigured(say("There is no backup in %(path)s.", path=settings.backup_folder))
    return found[-1]


def _note(urls: DatabaseUrls, action: str, name: str) -> None:
    """Write the act to the installation's audit chain."""
    clock = SystemClock()
    database = Database(urls.app, urls.context_key)
    try:
        with database.session((), "backup") as session:
            note = AuditNote(action, None, None, {"file": name})
            audit.append_pending(session, system_actor(Purpose.SETUP), [note], clock.now())
            session.commit()
    finally:
        database.close()


def _proved(found: Proof) -> str:
    opened = f"{found.opened} sealed records of {found.practices} practices opened"
    return f"{opened}, {found.chains} audit chains whole."


def _told(header: Header, rows: int | None) -> str:
    counted = f", {rows} rows" if rows is not None else ""
    return f"Backup of {header.created_at}, telesec {header.telesec}, schema {header.schema}{counted}."
