"""What the simulated carrier remembers: texts, calls, and what each phone got.

Shapes are Twilio's (API 2010-04-01, Messages and Calls): ``as_json`` answers exactly its fields, with dates
in RFC 2822 and numbers of things as strings.
"""

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final
from uuid import uuid4

API_VERSION: Final = "2010-04-01"
FINAL_CALL_STATUSES: Final = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


def new_sid(prefix: str) -> str:
    """Return an identifier of Twilio's shape: two letters and 32 hexadecimal digits."""
    return prefix + uuid4().hex


def rfc2822(at: datetime | None) -> str | None:
    """Return a date as Twilio writes it, or None."""
    return format_datetime(at.replace(microsecond=0)) if at else None


GSM7: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_TWICE: Final = frozenset("^{}\\[~]|€\f")


def segments(body: str) -> int:
    """Return how many SMS a text takes (3GPP TS 23.038: 160/153 in GSM-7, 70/67 in UCS-2)."""
    if all(char in GSM7 or char in GSM7_TWICE for char in body):
        length = sum(2 if char in GSM7_TWICE else 1 for char in body)
        return 1 if length <= 160 else -(-length // 153)
    length = len(body.encode("utf-16-be")) // 2
    return 1 if length <= 70 else -(-length // 67)


@dataclass
class Text:
    """One SMS. ``read`` tells that a test or a person has seen it."""

    sid: str
    direction: str
    from_number: str
    to: str
    body: str
    created_at: datetime
    status: str = "queued"
    sent_at: datetime | None = None
    arrived_at: datetime | None = None
    error_code: int | None = None
    status_callback: str = ""
    read: bool = False

    def as_json(self, account_sid: str) -> dict[str, Any]:
        """Return Twilio's message resource."""
        uri = f"/{API_VERSION}/Accounts/{account_sid}/Messages/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "api_version": API_VERSION,
            "body": self.body,
            "date_created": rfc2822(self.created_at),
            "date_sent": rfc2822(self.sent_at),
            "date_updated": rfc2822(self.arrived_at or self.sent_at or self.created_at),
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": None,
            "from": self.from_number,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": str(segments(self.body)),
            "price": None,
            "price_unit": "EUR",
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }


@dataclass
class PhoneCall:
    """One call, as Twilio sees it and as the person at the phone hears it.

    Args:
        spoken: What was said into the line, in order.
        pickup: What the person did while it rang: ``answer``, ``decline``, ``machine``, ``ring_out``.
        keys: Keys pressed and not yet taken.
        gathering: Whether a ``<Gather>`` waits for keys; ``impatient`` lets its time pass at once.
        pausing: Whether a ``<Pause>`` keeps the person waiting; ``impatient`` ends it too.
        recording: Whether a ``<Record>`` listens; ``voice`` is what the caller said into it.
        ended_by: ``person`` or ``api`` once somebody ended it.
        redirect: (kind, value) of a new document posted to the call: ``Twiml`` or ``Url``.
        told: Whether the end was reported, if anybody listens.
        heard: Whether a test or a person has seen it ring.
    """

    sid: str
    direction: str
    from_number: str
    to: str
    created_at: datetime
    status: str = "queued"
    url: str = ""
    method: str = "POST"
    twiml: str = ""
    timeout: float = 60
    status_callback: str = ""
    events: tuple[str, ...] = ("completed",)
    detect_machine: bool = False
    start_at: datetime | None = None
    end_at: datetime | None = None
    answered_by: str | None = None
    spoken: list[str] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)
    pickup: str = ""
    keys: str = ""
    gathering: bool = False
    impatient: bool = False
    pausing: bool = False
    recording: bool = False
    voice: str = ""
    ended_by: str = ""
    redirect: tuple[str, str] | None = None
    sequence: int = 0
    told: bool = False
    heard: bool = False

    @property
    def phone(self) -> str:
        """The number of the simulated person: the called one, or the caller of an incoming call."""
        return self.from_number if self.direction == "inbound" else self.to

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen on the line."""
        return self.status in FINAL_CALL_STATUSES

    @property
    def duration(self) -> int:
        """Whole seconds from answer to end; 0 when never answered."""
        return int((self.end_at - self.start_at).total_seconds()) if self.start_at and self.end_at else 0

    def as_json(self, account_sid: str) -> dict[str, Any]:
        """Return Twilio's call resource."""
        uri = f"/{API_VERSION}/Accounts/{account_sid}/Calls/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "answered_by": self.answered_by if self.detect_machine else None,
            "api_version": API_VERSION,
            "caller_name": None,
            "date_created": rfc2822(self.created_at),
            "date_updated": rfc2822(self.end_at or self.start_at or self.created_at),
            "direction": self.direction,
            "duration": str(self.duration) if self.is_over else None,
            "end_time": rfc2822(self.end_at),
            "forwarded_from": None,
            "from": self.from_number,
            "from_formatted": self.from_number,
            "group_sid": None,
            "parent_call_sid": None,
            "phone_number_sid": None,
            "price": None,
            "price_unit": "EUR",
            "queue_time": "0",
            "start_time": rfc2822(self.start_at),
            "status": self.status,
            "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
            "to": self.to,
            "to_formatted": self.to,
            "trunk_sid": None,
            "uri": f"{uri}.json",
        }
