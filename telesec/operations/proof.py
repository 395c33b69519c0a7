"""Prove that a restored database is the one that was backed up: counts, sealed records, audit chains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg

from telesec.audit.commands import verify_all
from telesec.audit.rules import Fault
from telesec.bootstrap import Deps
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.embedded_postgres import DatabaseUrls
from telesec.foundation.errors import Refused
from telesec.foundation.language import Sentence, say
from telesec.operations.backup import count_rows
from telesec.practices import reads as practices
from telesec.vault import installation, sampling
from telesec.vault.envelope import Unreadable

SAMPLED: Mapping[str, Sequence[str]] = {
    "message": ("text", "callback_number"),
    "patient": ("family_name", "birth_date"),
}
EMPTIED = ("public.login_session", "public.step_up")
"""Tables a restore empties on purpose."""


@dataclass(frozen=True)
class Proof:
    """What was read of a restored database."""

    practices: int
    opened: int
    """Sealed records decrypted, and forgotten at once."""
    chains: int


def prove(deps: Deps, urls: DatabaseUrls, rows: Mapping[str, int]) -> Proof:
    """Read a restored database through the application's own eyes.

    Args:
        deps: Its parts, with the master keys.
        rows: Rows by table, as the manifest tells them.

    Raises:
        Refused: Rows are missing, a record does not open, or an audit chain is broken.
        Misconfigured: The master key does not open the database.
    """
    with psycopg.connect(urls.backup) as connection:
        have = count_rows(connection)
    wrong = [name for name, count in rows.items() if name not in EMPTIED and have.get(name) != count]
    if wrong:
        raise _refused(say("These tables do not hold what was backed up: %(names)s.", names=", ".join(wrong)))
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        installation.canary_opens(uow)
    count, opened = _sample(deps)
    verdicts = verify_all(deps)
    broken = [verdict for verdict in verdicts if verdict.fault not in {None, Fault.UNSEALED}]
    if broken:
        raise _refused(say("An audit chain is broken at entry %(seq)s.", seq=broken[0].at_seq))
    return Proof(count, opened, len(verdicts))


def _sample(deps: Deps) -> tuple[int, int]:
    """Open the newest records of the first practices of each page; return practices and records."""
    count = opened = 0
    after: dict[str, UUID] = {}
    while True:
        with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
            ids = practices.all_practice_ids(uow, **after)
        if not ids:
            return count, opened
        count += len(ids)
        for practice_id in ids[: sampling.PRACTICES]:
            opened += _open(deps, practice_id)
        after = {"after": max(ids)}


def _open(deps: Deps, practice_id: UUID) -> int:
    with deps.unit_of_work(system_actor(Purpose.SETUP, practice_id)) as uow:
        try:
            sampling.open_record_keys(uow, practice_id)
            return sum(
                sampling.open_records(uow, practice_id, kind, fields) for kind, fields in SAMPLED.items()
            )
        except Unreadable:
            raise _refused(say("A sealed record of the backup does not open.")) from None


def _refused(told: Sentence) -> Refused:
    return Refused("backup_not_proved", told)
