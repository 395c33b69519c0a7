"""What alerts need from a carrier, a mail server or a push service.

A channel takes one notice to one address and says what became of it. Only a human acknowledges;
"delivered" is never an acknowledgement.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable
from uuid import UUID

from telesec.alerts.rules import ChannelKind, DeliveryStatus

__all__ = [
    "CanBeAsked",
    "Carrier",
    "Channel",
    "ChannelKind",
    "DeliveryOutcomeUnknown",
    "DeliveryReport",
    "DeliveryStatus",
    "DigitsPressed",
    "HangsUp",
    "Notice",
    "ProviderEvent",
    "Receipt",
    "TextReceived",
    "VoiceAnswered",
    "WebhookRequest",
]


@dataclass(frozen=True)
class Notice:
    """What one channel is asked to carry; no name, no number and no health data but ``to``.

    Args:
        delivery_id: Our attempt; travels in the status-callback address so that an attempt whose outcome is
            unknown can be looked up at the provider.
        to: E.164 number or e-mail address.
        urgent_count: How many urgent messages wait.
        code: Two digits, valid for this alert only.
        language: ``fr`` or ``en``.
        callback_base: Public URL of this installation, no trailing slash.
        text: The ready sentence for SMS, e-mail and push.
        spoken: Sentences for voice, in order; empty for other channels.
        subject: Of an e-mail that carries no urgent notice; empty for the channel's own.
    """

    delivery_id: UUID
    to: str = field(repr=False)
    urgent_count: int
    code: str
    language: str
    callback_base: str
    text: str
    spoken: tuple[str, ...] = ()
    subject: str = ""


@dataclass(frozen=True)
class Receipt:
    """The provider took the notice."""

    provider_id: str
    status: DeliveryStatus


class Channel(Protocol):
    """One way to reach a person; what a plug-in registers.

    ``send`` and ``look_up`` speak to the network: never inside a transaction. They raise
    ``Unavailable``: ``permanent=True`` when this address can never work (invalid number, blocked), else
    False; and ``DeliveryOutcomeUnknown`` when the request left and no answer came.
    """

    kind: ChannelKind
    name: str

    def send(self, notice: Notice) -> Receipt:
        """Hand the notice to the provider."""
        ...

    def look_up(self, notice: Notice) -> Receipt | None:
        """Find an attempt whose outcome is unknown; None when the provider never got it."""
        ...


@runtime_checkable
class HangsUp(Protocol):
    """What a channel may also offer: end a call of ours that still rings, because somebody took the alert.

    ``stop`` speaks to the network: never inside a transaction. A call somebody has picked up goes on, and one
    that is over stays as it is. It raises ``Unavailable`` or ``DeliveryOutcomeUnknown``: then the phone rings
    to its end, which harms nobody.
    """

    def stop(self, receipt: Receipt) -> None:
        """Hang up unless it was picked up; doing it twice is doing it once."""
        ...


@runtime_checkable
class CanBeAsked(Protocol):
    """What a channel may also offer: tell whether its provider would take a notice now, sending none.

    ``ask`` speaks to the network: never inside a transaction. It raises ``Unavailable``: ``permanent=True``
    when the provider refuses our account, else False.
    """

    def ask(self) -> None:
        """Reach the provider and log in there."""
        ...


class DeliveryOutcomeUnknown(Exception):
    """The request left, no answer came; look it up before repeating."""


@dataclass(frozen=True)
class DeliveryReport:
    """A provider tells what became of an attempt (status callback)."""

    delivery_id: UUID
    provider_id: str
    status: DeliveryStatus
    error_code: str = ""


@dataclass(frozen=True)
class DigitsPressed:
    """A person pressed keys in a voice call of ours."""

    delivery_id: UUID
    provider_id: str
    digits: str


@dataclass(frozen=True)
class VoiceAnswered:
    """A voice call of ours was picked up and asks what to say."""

    delivery_id: UUID
    provider_id: str


@dataclass(frozen=True)
class TextReceived:
    """An SMS came in; ``from_number`` in E.164, ``body`` as typed."""

    provider_id: str
    from_number: str = field(repr=False)
    to_number: str
    body: str = field(repr=False)


ProviderEvent = DeliveryReport | DigitsPressed | VoiceAnswered | TextReceived


@dataclass(frozen=True)
class WebhookRequest:
    """A provider's request as plain values, so that parsing is pure.

    ``form`` keeps repeated keys in order; ``url`` is the configured public URL of the door, never built from
    the Host header.
    """

    url: str
    form: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]


class Carrier(Protocol):
    """The provider's side of ``doors.py``: checks signatures, parses events, words voice answers."""

    name: str

    def verify(self, request: WebhookRequest) -> bool:
        """Return whether the provider's signature is right for this request."""
        ...

    def parse(self, request: WebhookRequest) -> ProviderEvent:
        """Return the event; pure.

        Raises:
            Refused: The request is not one of the provider's (422).
        """
        ...

    def speak(
        self, sentences: tuple[str, ...], *, language: str, gather_url: str | None, digits: int = 2
    ) -> str:
        """Return the provider's document (TwiML) that says sentences and, if asked, gathers ``digits`` keys.

        The code of an alert has two digits, an outcome one. With a ``gather_url`` keys may be pressed while
        the sentences are still being said.
        """
        ...

    def text_back(self, text: str) -> str:
        """Return the provider's document (TwiML) that answers an SMS by SMS; no text answers nothing."""
        ...
