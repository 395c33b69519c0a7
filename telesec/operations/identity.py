"""Which installation a database is, and whether the master keys at hand open it."""

import hashlib
from collections.abc import Sequence
from typing import Any

import psycopg

from telesec.vault import installation
from telesec.vault.keyring import MasterKeys

Row = dict[str, Any]
"""One installation key: generation, kek_id, wrapped and canary (hexadecimal)."""


def rows(connection: "psycopg.Connection[Any]") -> list[Row]:
    """Return the installation's wrapped keys; no plain key is among them."""
    found = connection.execute(
        "select generation, kek_id, encode(wrapped, 'hex'), encode(canary, 'hex')"
        " from vault.installation_key order by generation"
    ).fetchall()
    return [
        {"generation": generation, "kek_id": kek_id, "wrapped": wrapped, "canary": canary}
        for generation, kek_id, wrapped, canary in found
    ]


def of(keys: Sequence[Row]) -> str:
    """Return the installation's id: from its first canary, which no rotation rewrites."""
    return hashlib.sha256(bytes.fromhex(keys[0]["canary"])).hexdigest()[:16] if keys else ""


def lacking(keys: Sequence[Row], master: MasterKeys) -> tuple[int, ...]:
    """Return the ids of the master keys these are under and that are not at hand, as after a rotation."""
    return tuple(sorted({int(key["kek_id"]) for key in keys} - master.ids))


def opens(keys: Sequence[Row], master: MasterKeys) -> bool:
    """Return whether these master keys open every installation key."""
    return all(
        installation.key_opens(
            master,
            key["generation"],
            key["kek_id"],
            bytes.fromhex(key["wrapped"]),
            bytes.fromhex(key["canary"]),
        )
        for key in keys
    )
