"""The master keys: there, private, apart from the database, and the right ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from telesec.bootstrap import Deps, build_deps, master_key_path
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.operations.findings import Finding, fail, ok, warn
from telesec.practices import reads as practices
from telesec.settings import Settings
from telesec.vault import installation, keyring, sampling
from telesec.vault.envelope import Unreadable

RIGHT_KEY = say("Give the key file this database was made with. Without it no message can be read.")


def key_file(settings: Settings) -> Finding:
    """Check that the file is there, private and valid."""
    path = master_key_path(settings)
    try:
        keys = keyring.from_file(path)
    except Misconfigured as error:
        return fail("master_key", error.sentence, say("Put the key file back from your copy of it."))
    seen = say(
        "%(path)s: key %(id)s wraps, checksum %(checksum)s.",
        path=path,
        id=keys.primary,
        checksum=keys.checksum(),
    )
    return ok("master_key", seen)


def apart(settings: Settings) -> Finding | None:
    """Warn when key and embedded database share a volume: whoever takes the disk has both."""
    path, data = master_key_path(settings), settings.data_dir / "postgres"
    if settings.database_url.get_secret_value() or not (path.exists() and data.exists()):
        return None
    if path.stat().st_dev != data.stat().st_dev:
        return ok("key_apart", say("The master key is on another volume than the database."))
    return warn(
        "key_apart",
        say("The master key lies on the database's volume: who takes the disk has both."),
        say("Move it to another volume and set TELESEC_MASTER_KEY_FILE."),
    )


def opens(settings: Settings) -> list[Finding]:
    """Open the canary, then a sample of records of the newest practices; nothing is shown or kept."""
    with _parts(settings) as deps:
        with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
            ids = practices.all_practice_ids(uow)
            try:
                made = installation.canary_opens(uow)
            except Misconfigured as error:
                return [fail("canary", error.sentence, RIGHT_KEY)]
        if not made:
            return [ok("canary", say("Nothing is sealed yet."))]
        return [ok("canary", say("The master key opens this database.")), _records(deps, ids)]


def _records(deps: Deps, practice_ids: tuple[UUID, ...]) -> Finding:
    opened = 0
    for practice_id in practice_ids[-sampling.PRACTICES :]:
        with deps.unit_of_work(system_actor(Purpose.SETUP, practice_id)) as uow:
            try:
                opened += sampling.open_record_keys(uow, practice_id)
            except Unreadable:
                return fail("records", say("A record's key does not open."), RIGHT_KEY)
    return ok("records", say("%(count)s sampled records have keys that open.", count=opened))


@contextmanager
def _parts(settings: Settings) -> Iterator[Deps]:
    deps = build_deps(settings)
    try:
        yield deps
    finally:
        deps.close()
