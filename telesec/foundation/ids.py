"""Identifiers: UUID version 7 (RFC 9562, section 5.7), made in Python.

PostgreSQL has ``uuidv7()`` from version 18 only and telesec runs from 15, so the database never
makes an id. Ids sort by the time they were made; nothing may rely on that for a decision.
"""

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """Return a fresh UUID v7: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80
    value |= 0x7 << 76
    value |= secrets.randbits(12) << 64
    value |= 0b10 << 62
    value |= secrets.randbits(62)
    return UUID(int=value)


def uuid_or_none(text: str | None) -> UUID | None:
    """Return an id of an address or a form; None when it is empty or not one."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
