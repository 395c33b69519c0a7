"""A form sent while its session was locked: nothing of it is done, nothing of it is lost.

It travels sealed in the lock screen, which shows no content, and is offered again once the password was
given. Refuses to keep secrets, files, and what another session sealed.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.vault import installation
from telesec.vault.envelope import Unreadable

KIND = "kept_form"
NEVER = frozenset({"csrf_token", "code", "password", "secret", "typed"})
"""Fields that are typed anew: secrets, codes, and the token of the form."""
LONGEST = 500_000
"""Bytes of a form that is kept; the lock screen must be able to send it back."""


@dataclass(frozen=True)
class KeptForm:
    """A form as it was sent: the path it goes to, and its fields in order."""

    path: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)


def seal(uow: UnitOfWork, session_id: UUID, path: str, fields: Iterable[tuple[str, str]]) -> str:
    """Return a form as text nobody can read, for this session alone; empty when there is nothing to keep."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    kept = [(name, value) for name, value in fields if name not in NEVER]
    whole = json.dumps([path, kept], ensure_ascii=False).encode()
    if not any(value.strip() for _, value in kept) or len(whole) > LONGEST:
        return ""
    return urlsafe_b64encode(installation.seal(uow, KIND, session_id, form=whole)["form"]).decode()


def unseal(uow: UnitOfWork, session_id: UUID, sealed: str) -> KeptForm | None:
    """Return the form that was sealed for this session; None for anything else."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    try:
        blob = urlsafe_b64decode(sealed.encode())
        path, fields = json.loads(installation.unseal(uow, KIND, session_id, form=blob)["form"])
    except (Unreadable, Error, ValueError, UnicodeEncodeError):
        return None
    return KeptForm(path, tuple((name, value) for name, value in fields))
