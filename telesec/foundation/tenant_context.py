"""The signed row-level-security context: which practices one transaction may touch.

A plain setting as context is void against SQL injection, since anyone may call ``set_config``; so
the value carries an HMAC-SHA256 that ``sec.practices()`` checks inside PostgreSQL with pads the
application role cannot read. Format: ``{id,id,...}|actor|expiry|hex``. Source: SECURITY.md, isolation.

This module and the SQL function are the two places exempt from the handed-in clock: both sides
must read the real one, or a test that moves time would lock itself out.
"""

import hashlib
import hmac
import time
from collections.abc import Sequence
from uuid import UUID

LIFETIME_SECONDS = 300
SETTING = "telesec.context"


def sign(key: bytes, practice_ids: Sequence[UUID], actor: str) -> str:
    """Return the context value for one transaction.

    Args:
        key: 32 bytes, shared with ``sec.pads``.
        practice_ids: The tenants this transaction may touch; may be empty.
        actor: Id or purpose, for the database's own logs; no ``|``.
    """
    ids = "{" + ",".join(map(str, practice_ids)) + "}"
    body = f"{ids}|{actor}|{int(time.time()) + LIFETIME_SECONDS}"
    return f"{body}|{hmac.new(key, body.encode(), hashlib.sha256).hexdigest()}"


def pads(key: bytes) -> tuple[bytes, bytes]:
    """Return the inner and outer pads of HMAC-SHA256 (RFC 2104) for ``sec.pads``."""
    block = key.ljust(64, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)
