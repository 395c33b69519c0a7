"""Time-based one-time passwords (RFC 6238): six digits, 30 s, SHA-1, one step of tolerance each way.

A step is single use: what matched once, and every step before it, never matches again.
"""

import base64
import hmac
import os
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_SECONDS = 30
SECRET_BYTES = 20
_NEAR = (0, -1, 1)


def new_secret() -> bytes:
    """Return a fresh secret of 160 bits, as RFC 4226 section 4 recommends."""
    return os.urandom(SECRET_BYTES)


def from_base32(text: str) -> bytes:
    """Return the secret as an authenticator's address or a person writes it."""
    plain = "".join(text.split()).upper()
    return base64.b32decode(plain + "=" * (-len(plain) % 8))


def to_base32(secret: bytes) -> str:
    """Return a secret as authenticators take it by hand."""
    return base64.b32encode(secret).decode().rstrip("=")


def code_at(secret: bytes, now: datetime) -> str:
    """Return the code an authenticator shows at this moment."""
    return _totp(secret).generate(int(now.timestamp())).decode()


def matching_step(secret: bytes, code: str, *, last_step: int | None, now: datetime) -> int | None:
    """Return the step a code belongs to, or None when it is wrong or was used.

    Args:
        secret: The person's secret.
        code: As typed; spaces are forgiven.
        last_step: The newest step already used.
        now: The present moment.
    """
    typed = "".join(code.split()).encode()
    present = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in (present + offset for offset in _NEAR):
        right = hmac.compare_digest(_totp(secret).generate(step * STEP_SECONDS), typed)
        if right and (last_step is None or step > last_step):
            found = step
    return found


def address(secret: bytes, email: str) -> str:
    """Return the ``otpauth://`` address an authenticator reads from a picture."""
    return _totp(secret).get_provisioning_uri(email, "telesec")


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, 6, SHA1(), STEP_SECONDS)  # noqa: S303 - RFC 6238's default
