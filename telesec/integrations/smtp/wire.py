"""Notices ↔ Internet messages, addresses of servers, reply codes. Pure.

A mail says what SECURITY.md lists and nothing more: the notice's ready sentence, as plain text. No HTML, no
picture, no name, no link but one the sentence itself carries.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from telesec.alerts.ports import Notice

PORTS: Final[Mapping[str, int]] = {"smtp": 587, "smtps": 465}
SUBJECTS: Final[Mapping[str, str]] = {"fr": "Message urgent", "en": "Urgent message"}
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_ENHANCED = re.compile(r"([245])\.([0-9]{1,3})\.([0-9]{1,3})\b")
_NO_SUCH_MAILBOX: Final = frozenset({550, 551, 553})
_DISABLED_MAILBOX: Final = "1"


@dataclass(frozen=True)
class Server:
    """Where to hand mail in.

    Args:
        encrypted: True speaks TLS from the first byte (``smtps``), False asks for STARTTLS (``smtp``).
    """

    host: str
    port: int
    encrypted: bool
    user: str = ""
    password: str = field(default="", repr=False)


def read_server(url: str) -> Server:
    """Return the server of ``smtp://user:password@host:587`` or ``smtps://…:465``.

    Raises:
        ValueError: It is not such an address.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in {"", "/"} or parts.query:
        raise ValueError("not an SMTP address")
    return Server(
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        encrypted=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def is_address(text: str) -> bool:
    """Return whether this is an address one mail goes to: ASCII, one recipient, no display name."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


def message_id(notice: Notice, *, sender: str) -> str:
    """Return the message's identity: the same for each repeat of one attempt, so that a mailbox can tell."""
    return f"<{notice.delivery_id}@{sender.rpartition('@')[2]}>"


def build(notice: Notice, *, sender: str, now: datetime) -> EmailMessage:
    """Return the message (RFC 5322), seven-bit clean; ``Auto-Submitted`` (RFC 3834) keeps robots quiet."""
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"] = sender
    message["To"] = notice.to
    message["Subject"] = notice.subject or SUBJECTS.get(notice.language, SUBJECTS["fr"])
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(notice, sender=sender)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(notice.text + "\n")
    message["Content-Language"] = notice.language
    return message


def is_permanent(code: int, text: str) -> bool:
    """Return whether a refused recipient can never work: no such mailbox, or one that is closed.

    The enhanced code (RFC 3463) decides where there is one: 5.1.x names the address, 5.2.1 a disabled
    mailbox; 5.7.x is policy, that is, about us. Without one: 550, 551, 553 (RFC 5321, section 4.2.3). A
    full mailbox (552, 5.2.2) empties.
    """
    found = _ENHANCED.match(text.strip())
    if found is None:
        return code in _NO_SUCH_MAILBOX
    level, subject, detail = found.groups()
    return level == "5" and (subject == "1" or (subject == "2" and detail == _DISABLED_MAILBOX))
