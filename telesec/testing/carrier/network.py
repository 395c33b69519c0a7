"""The simulated telephone network: one lock, one condition, everything that happened.

Whoever changes something does it inside ``change()``; whoever waits uses ``wait_until``, which returns as
soon as the condition holds. Nothing here sleeps.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from telesec.foundation.clock import Clock, SystemClock
from telesec.testing.carrier.faults import Faults
from telesec.testing.carrier.records import PhoneCall, Text, new_sid
from telesec.testing.carrier.webhooks import Answer, Signer

KEPT: Final = 5000
"""How many texts and how many calls are remembered."""
SAVE_SECONDS: Final = 1.0
"""How often what is kept between two starts is written, at most: a busy network has no time for more."""


@dataclass
class Doors:
    """Where the carrier announces what comes in from outside; empty: nobody listens."""

    sms_url: str = ""
    voice_url: str = ""
    voice_status_url: str = ""


@dataclass(frozen=True)
class ApiRequest:
    """One request telesec sent, for comparison with the provider's table."""

    method: str
    path: str
    parameters: tuple[tuple[str, str], ...]
    status: int


@dataclass
class Network:
    """Texts, calls, phones and faults of one carrier.

    Args:
        account_sid: ``AC`` and 32 hexadecimal digits.
        auth_token: Signs webhooks and opens the API.
        lines: Numbers the account owns: allowed as ``From``.
        state_file: Where everything is kept between two starts; None keeps nothing.
        problems: What telesec did that Twilio's debugger would report; a test expects none.
    """

    account_sid: str
    auth_token: str
    lines: list[str]
    doors: Doors = field(default_factory=Doors)
    clock: Clock = field(default_factory=SystemClock)
    state_file: Path | None = None
    texts: dict[str, Text] = field(default_factory=dict)
    calls: dict[str, PhoneCall] = field(default_factory=dict)
    phones: list[str] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    faults: Faults = field(default_factory=Faults)
    problems: list[str] = field(default_factory=list)
    requests: list[ApiRequest] = field(default_factory=list)
    base_url: str = "https://api.twilio.com"
    account_status: str = "active"
    closed: bool = False
    releases: int = 0

    def __post_init__(self) -> None:
        self.condition = threading.Condition(threading.RLock())
        self.signer = Signer(self.auth_token)
        self._saving, self._changed, self._ended = threading.Lock(), False, threading.Event()
        self._load()
        if self.state_file is not None:
            threading.Thread(target=self._save_now_and_then, name="carrier-keeps", daemon=True).start()

    @contextmanager
    def change(self) -> Iterator[None]:
        """Hold the lock, then wake everybody who waits; the new state is kept a moment later."""
        with self.condition:
            yield
            self._changed = True
            self.condition.notify_all()

    def wait_until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until a condition holds (checked under the lock), at most so long; return whether it does."""
        with self.condition:
            return self.condition.wait_for(lambda: self.closed or holds(), seconds) and not self.closed

    def close(self) -> None:
        """Let everybody who waits go home, and keep what there is."""
        with self.change():
            self.closed = True
        self._ended.set()
        self._save()

    def know_phone(self, number: str) -> None:
        """Put a number on the list of phones."""
        if number not in self.phones and number not in self.lines:
            self.phones.append(number)

    def problem(self, sentence: str) -> None:
        """Remember what Twilio's debugger would report."""
        with self.change():
            self.problems = [*self.problems[-99:], sentence]

    def post(self, url: str, fields: Mapping[str, str]) -> Answer | None:
        """Post a webhook, as often as the faults say; None when it was dropped or nobody listens."""
        with self.change():
            dropped = self.faults.take("drop_callback", to=fields.get("To", ""))
            doubled = None if dropped else self.faults.take("duplicate_callback", to=fields.get("To", ""))
        if dropped or not url or self.closed:
            return None
        everything = {"AccountSid": self.account_sid, "ApiVersion": "2010-04-01", **fields}
        answer = self.signer.post(url, everything)
        if doubled:
            answer = self.signer.post(url, everything)
        if not answer.ok and not self.closed:
            self.problem(f"11200: {url} answered {answer.status or answer.body}")
        return answer

    def new_text(self, direction: str, from_number: str, to: str, body: str) -> Text:
        """Make a text; the caller holds the lock."""
        text = Text(new_sid("SM"), direction, from_number, to, body, self.clock.now())
        self.texts[text.sid] = text
        self.know_phone(from_number if direction == "inbound" else to)
        for sid in list(self.texts)[:-KEPT]:
            del self.texts[sid]
        return text

    def new_call(self, direction: str, from_number: str, to: str) -> PhoneCall:
        """Make a call; the caller holds the lock."""
        call = PhoneCall(new_sid("CA"), direction, from_number, to, self.clock.now())
        self.calls[call.sid] = call
        self.know_phone(call.phone)
        for sid in [old.sid for old in self.calls.values() if old.is_over][: max(0, len(self.calls) - KEPT)]:
            del self.calls[sid]
        return call

    def live_call(self, number: str) -> PhoneCall | None:
        """Return the call that rings or is spoken on one phone, newest first."""
        mine = (call for call in reversed(self.calls.values()) if call.phone == number)
        return next((call for call in mine if call.status in {"ringing", "in-progress"}), None)

    def events_of(self, number: str) -> list[dict[str, Any]]:
        """Return everything one phone got and did, oldest first."""
        with self.condition:
            texts = [
                text_event(t) for t in self.texts.values() if number in {t.to, t.from_number} and t.arrived_at
            ]
            calls = [call_event(c) for c in self.calls.values() if c.phone == number and c.status != "queued"]
        return sorted([*texts, *calls], key=lambda event: event["at"])

    def taken(self) -> list[dict[str, str]]:
        """Return whom telesec asked to reach, and where it wants to hear what became of it, oldest first."""
        with self.condition:
            return [
                {"kind": kind, "to": one.to, "status_callback": one.status_callback}
                for kind, records in (("text", self.texts), ("call", self.calls))
                for one in records.values()
                if one.direction == "outbound-api"
            ]

    def _save_now_and_then(self) -> None:
        self._save()
        while not self._ended.wait(SAVE_SECONDS):
            self._save()

    def _save(self) -> None:
        """Write the state if it changed; the lock is held only to look at it."""
        if self.state_file is None:
            return
        with self._saving:
            with self.condition:
                if not self._changed and self.state_file.exists():
                    return
                self._changed = False
                texts, calls = list(self.texts.values()), list(self.calls.values())
                phones, blocked = list(self.phones), sorted(self.blocked)
            state = {
                "texts": [asdict(text) for text in texts],
                "calls": [asdict(call) for call in calls],
                "phones": phones,
                "blocked": blocked,
            }
            self._write(self.state_file, state)

    @staticmethod
    def _write(path: Path, state: Mapping[str, Any]) -> None:
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(state, default=datetime.isoformat))
        fresh.replace(path)

    def _load(self) -> None:
        if self.state_file is None or not self.state_file.exists():
            return
        state = json.loads(self.state_file.read_text())
        for text in state["texts"]:
            self.texts[text["sid"]] = Text(**_with_dates(text))
        for call in state["calls"]:
            known = PhoneCall(**_with_dates(call) | {"events": tuple(call["events"])})
            if not known.is_over:
                known.status = "failed"
            self.calls[known.sid] = known
        self.phones, self.blocked = state["phones"], set(state["blocked"])


def _with_dates(record: dict[str, Any]) -> dict[str, Any]:
    return {
        key: datetime.fromisoformat(value) if key.endswith("_at") and value else value
        for key, value in record.items()
    }


def text_event(text: Text) -> dict[str, Any]:
    """Return an SMS as the events list shows it."""
    return {
        "type": "sms",
        "id": text.sid,
        "direction": "sent" if text.direction == "inbound" else "received",
        "at": (text.arrived_at or text.created_at).isoformat(),
        "from": text.from_number,
        "to": text.to,
        "text": text.body,
        "status": text.status,
    }


def call_event(call: PhoneCall) -> dict[str, Any]:
    """Return a call as the events list shows it."""
    return {
        "type": "call",
        "id": call.sid,
        "direction": "made" if call.direction == "inbound" else "received",
        "at": call.created_at.isoformat(),
        "from": call.from_number,
        "to": call.to,
        "spoken": list(call.spoken),
        "pressed": list(call.pressed),
        "status": call.status,
        "answered_by": call.answered_by,
        "waits_for_keys": call.gathering,
    }
