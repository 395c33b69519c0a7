"""Channels and a carrier in memory, with phones that expect things and faults on demand.

A test reads like a story: ``phones["dr-lune"].expect_sms("1 message urgent")``. What no test expected is
found by ``phones.expect_silence()``.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

from telesec.alerts.ports import (
    ChannelKind,
    DeliveryOutcomeUnknown,
    DeliveryReport,
    DeliveryStatus,
    DigitsPressed,
    Notice,
    ProviderEvent,
    Receipt,
    TextReceived,
    VoiceAnswered,
    WebhookRequest,
)
from telesec.foundation.errors import Refused, Unavailable
from telesec.foundation.language import say

SIGNATURE = "X-Fake-Signature"


class WorkerKilled(BaseException):
    """Stands for ``kill -9``: nothing after it runs, and no ``except Exception`` sees it."""


class Fault(StrEnum):
    """What a channel does instead of its work."""

    DOWN = "down"
    REFUSED = "refused"
    LOSE_REPLY = "lose_reply"
    DROP = "drop"
    HANG = "hang"
    KILL_BEFORE_SEND = "kill_before_send"
    KILL_AFTER_SEND = "kill_after_send"


class FakeChannel:
    """One channel that remembers what the provider took.

    Args:
        kind: What it carries.
    """

    def __init__(self, kind: ChannelKind, name: str = "fake") -> None:
        self.kind = kind
        self.name = name
        self.taken: list[Notice] = []
        self.look_ups: list[UUID] = []
        self.stopped: list[str] = []
        self._faults: list[Fault] = []
        self._lock = threading.Condition()
        self._released = threading.Event()

    def fail(self, *faults: Fault) -> None:
        """Make the next sends fail, one fault each."""
        with self._lock:
            self._faults.extend(faults)

    def send(self, notice: Notice) -> Receipt:
        """Take a notice, or do as the next fault says."""
        with self._lock:
            fault = self._faults.pop(0) if self._faults else None
            if fault in {None, Fault.LOSE_REPLY, Fault.KILL_AFTER_SEND}:
                self.taken.append(notice)
                self._lock.notify_all()
        self._break(fault)
        return Receipt(f"fake-{notice.delivery_id}", DeliveryStatus.SENT)

    def wait_until_taken(self, count: int, *, timeout: float = 10) -> None:
        """Wait until so many notices were taken in all; fails after ``timeout`` seconds."""
        with self._lock:
            assert self._lock.wait_for(lambda: len(self.taken) >= count, timeout), f"{len(self.taken)} taken"

    def release(self) -> None:
        """Let every hanging send go; its outcome is unknown."""
        self._released.set()

    def look_up(self, notice: Notice) -> Receipt | None:
        """Return the receipt of a notice that was taken."""
        with self._lock:
            self.look_ups.append(notice.delivery_id)
            known = any(taken.delivery_id == notice.delivery_id for taken in self.taken)
        return Receipt(f"fake-{notice.delivery_id}", DeliveryStatus.SENT) if known else None

    def stop(self, receipt: Receipt) -> None:
        """Hang up a call, or do as the next fault says."""
        with self._lock:
            fault = self._faults.pop(0) if self._faults else None
            if fault is None:
                self.stopped.append(receipt.provider_id)
        self._break(fault)

    def _break(self, fault: Fault | None) -> None:
        match fault:
            case Fault.DOWN | Fault.REFUSED:
                permanent = fault is Fault.REFUSED
                raise Unavailable("carrier_unavailable", say("The carrier refused."), permanent=permanent)
            case Fault.HANG:
                self._released.wait(30)
                raise DeliveryOutcomeUnknown
            case Fault.LOSE_REPLY | Fault.DROP:
                raise DeliveryOutcomeUnknown
            case Fault.KILL_BEFORE_SEND | Fault.KILL_AFTER_SEND:
                raise WorkerKilled
            case None:
                return


@dataclass
class FakePhone:
    """One phone: what reached it and has not been looked at yet."""

    number: str
    unseen: dict[ChannelKind, list[Notice]] = field(default_factory=dict)

    def expect_sms(self, containing: str = "") -> Notice:
        """Take the oldest unseen SMS off the phone; fails when there is none or it says something else."""
        return self._expect(ChannelKind.SMS, containing)

    def expect_call(self) -> Notice:
        """Take the oldest unseen call off the phone."""
        return self._expect(ChannelKind.VOICE, "")

    def expect_nothing(self) -> None:
        """Fail when anything unseen reached this phone."""
        assert not any(self.unseen.values()), [kind for kind, notices in self.unseen.items() if notices]

    def _expect(self, kind: ChannelKind, containing: str) -> Notice:
        waiting = self.unseen.get(kind, [])
        assert waiting, f"no {kind} on {self.number}"
        notice = waiting.pop(0)
        assert containing in notice.text, notice.text
        return notice


class FakePhones:
    """Every phone of a story by name, and the channels that reach them.

    Args:
        numbers: Name → E.164, for instance ``{"dr-lune": "+33639980001"}``.
    """

    def __init__(self, numbers: Mapping[str, str]) -> None:
        self.sms = FakeChannel(ChannelKind.SMS)
        self.voice = FakeChannel(ChannelKind.VOICE)
        self._phones = {name: FakePhone(number) for name, number in numbers.items()}
        self._read: dict[ChannelKind, int] = {}

    @property
    def channels(self) -> dict[ChannelKind, tuple[FakeChannel, ...]]:
        """The channels, as ``Deps`` wants them."""
        return {ChannelKind.SMS: (self.sms,), ChannelKind.VOICE: (self.voice,)}

    def __getitem__(self, name: str) -> FakePhone:
        self._sort()
        return self._phones[name]

    def __iter__(self) -> Iterator[FakePhone]:
        self._sort()
        return iter(self._phones.values())

    def expect_silence(self) -> None:
        """Fail when any phone got something the story did not expect."""
        for phone in self:
            phone.expect_nothing()

    def _sort(self) -> None:
        for channel in (self.sms, self.voice):
            seen = self._read.get(channel.kind, 0)
            for notice in channel.taken[seen:]:
                phone = next(phone for phone in self._phones.values() if phone.number == notice.to)
                phone.unseen.setdefault(channel.kind, []).append(notice)
            self._read[channel.kind] = len(channel.taken)


class FakeCarrier:
    """Webhooks as plain forms: the address says what happened, a header says who asks."""

    name = "fake"

    def verify(self, request: WebhookRequest) -> bool:
        """Return whether the fixed signature is there."""
        return request.headers.get(SIGNATURE) == "right"

    def parse(self, request: WebhookRequest) -> ProviderEvent:
        """Return the event an address and a form stand for."""
        form = dict(request.form)
        parts = urlsplit(request.url).path.strip("/").split("/")
        if parts[-1] == "sms":
            return TextReceived("fake", form["From"], form.get("To", ""), form["Body"])
        delivery_id = UUID(parts[-2])
        match parts[-1]:
            case "voice":
                return VoiceAnswered(delivery_id, "fake")
            case "digits":
                return DigitsPressed(delivery_id, "fake", form.get("Digits", ""))
            case "status":
                return DeliveryReport(delivery_id, "fake", DeliveryStatus(form["Status"]))
            case _:
                raise Refused("bad_webhook", say("This is not a webhook."), status=422)

    def speak(
        self, sentences: tuple[str, ...], *, language: str, gather_url: str | None, digits: int = 2
    ) -> str:
        """Return what would be said, as JSON."""
        return json.dumps(
            {
                "say": sentences,
                "language": language,
                "gather": gather_url,
                "digits": digits if gather_url else 0,
            }
        )

    def text_back(self, text: str) -> str:
        """Return what would be answered, as JSON."""
        return json.dumps({"text": text})
