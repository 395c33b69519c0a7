"""Passwords: Argon2id (RFC 9106), at most one hash per core at once, and what may be one.

No composition rules (NIST SP 800-63B-4 §3.1.1.2): at least twelve characters, and not one of those
everybody tries first.
"""

import os
import threading
import unicodedata
from functools import cached_property
from importlib import resources

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from telesec.accounts.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.foundation.lengths import refuse_longer_secret

ITERATIONS = 2


class PasswordHasher:
    """Hashes and checks; one per process, so that its count of running hashes is the process's.

    Args:
        memory_kib: Cost; 47104 takes about 57 ms. Tests say 1024.
    """

    def __init__(self, memory_kib: int) -> None:
        self._memory_kib = memory_kib
        self._slots = threading.BoundedSemaphore(os.cpu_count() or 1)

    def hash(self, password: str) -> str:
        """Return the PHC string of a password."""
        derive = Argon2id(
            salt=os.urandom(16), length=32, iterations=ITERATIONS, lanes=1, memory_cost=self._memory_kib
        )
        with self._slots:
            return derive.derive_phc_encoded(_bytes(password))

    def matches(self, password: str, stored: str | None) -> bool:
        """Return whether a password is the stored one.

        An account without a password, or none at all, costs the same time as a real one.
        """
        with self._slots:
            try:
                Argon2id.verify_phc_encoded(_bytes(password), stored or self._nobodys)
            except InvalidKey:
                return False
        return stored is not None

    @cached_property
    def _nobodys(self) -> str:
        """A hash with today's cost that no password opens."""
        derive = Argon2id(
            salt=os.urandom(16), length=32, iterations=ITERATIONS, lanes=1, memory_cost=self._memory_kib
        )
        return derive.derive_phc_encoded(os.urandom(32))


def check_new(password: str, email: str) -> None:
    """Refuse a password that is too short, too long, or among the first an attacker tries.

    Raises:
        Refused: With what to do; never quotes the password.
    """
    whole = unicodedata.normalize("NFC", password)
    refuse_longer_secret(whole, LONGEST_PASSWORD, "password", code="password_length")
    if len(whole) < SHORTEST_PASSWORD:
        raise Refused(
            "password_length",
            say("Choose a password of at least %(count)s characters.", count=SHORTEST_PASSWORD),
            status=422,
            field="password",
        )
    plain = password.casefold().strip()
    if plain in _common() or plain in {email.casefold(), email.casefold().split("@")[0]}:
        raise Refused(
            "password_common",
            say("Attackers try this password first. Choose another, for instance four unrelated words."),
            status=422,
            field="password",
        )


def _common() -> frozenset[str]:
    """Return the passwords of twelve characters and more that lists of breaches put first."""
    text = resources.files("telesec.accounts").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(line.strip().casefold() for line in text.splitlines() if line.strip())


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFC", password)[: LONGEST_PASSWORD * 4].encode()
