"""``telesec keys``: make master keys, change them, change a practice's data key."""

from pathlib import Path
from uuid import UUID

import click

from telesec.foundation.access import Purpose, system_actor
from telesec.vault import installation, keyring, rotation
from telesec.vault.ports import VaultDeps


@click.group()
def keys() -> None:
    """Master keys and data keys."""


@keys.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--primary", is_flag=True, help="Use the new key for wrapping from the next start on.")
def generate(path: Path, primary: bool) -> None:
    """Write a master key file, or add a key to it; every machine needs the same file."""
    key_id = keyring.generate_file(path)
    if primary:
        keyring.make_primary(path, key_id)
    click.echo(f"Key {key_id} is in {path}. Keep a copy of it away from this machine.")


@keys.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("key_id", type=click.IntRange(1))
def primary(path: Path, key_id: int) -> None:
    """Let a key that every machine has by now wrap from the next start on."""
    keyring.make_primary(path, key_id)
    click.echo(f"Master key {key_id} wraps from the next start on. Then: telesec keys rotate-master")


@keys.command("from-paper")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--id", "key_id", type=click.IntRange(1), default=1, show_default=True)
@click.option("--key", prompt="Key, as printed", hide_input=True, help="Asked for; better not typed here.")
@click.option("--checksum", prompt="Checksum")
def from_paper(path: Path, key_id: int, key: str, checksum: str) -> None:
    """Write a master key file anew from what ``telesec init`` printed."""
    keyring.from_paper(path, key_id, key, checksum)
    click.echo(f"Master key {key_id} is in {path}.")


@keys.command()
@click.pass_obj
def rotate_master(deps: VaultDeps) -> None:
    """Wrap every data key with the primary master key; afterwards the old one may be removed."""
    click.echo(f"{rotate_master_key(deps)} data keys wrapped anew.")


@keys.command()
@click.argument("practice_id", type=click.UUID)
@click.pass_obj
def rotate_practice(deps: VaultDeps, practice_id: UUID) -> None:
    """Give one practice a new data key and destroy the old generations."""
    count = rotate_practice_key(deps, practice_id)
    click.echo(f"{count} record keys wrapped anew; old generations destroyed.")


def rotate_master_key(deps: VaultDeps) -> int:
    """Re-wrap installation and practice keys in short transactions; return how many changed."""
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        total = installation.rewrap(uow)
        uow.commit()
    while True:
        with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
            due = rotation.due_practices(uow)
        changed = 0
        for practice_id in due:
            with deps.unit_of_work(system_actor(Purpose.SETUP, practice_id)) as uow:
                changed += rotation.rewrap_practice_keys(uow, practice_id)
                uow.commit()
        total += changed
        if changed == 0:
            return total


def rotate_practice_key(deps: VaultDeps, practice_id: UUID) -> int:
    """Make a generation, re-wrap in batches, destroy the old; return how many record keys changed."""
    actor = system_actor(Purpose.SETUP, practice_id)
    with deps.unit_of_work(actor) as uow:
        rotation.begin(uow, practice_id)
        uow.commit()
    total = 0
    while True:
        with deps.unit_of_work(actor) as uow:
            changed = rotation.rewrap_record_keys(uow, practice_id)
            uow.commit()
        total += changed
        if changed == 0:
            break
    with deps.unit_of_work(actor) as uow:
        rotation.destroy_old(uow, practice_id)
        uow.commit()
    return total
