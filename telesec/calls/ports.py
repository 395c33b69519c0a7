"""What calls need from a carrier: to be told of calls that come in, and to keep a caller on the line.

A carrier of ``telesec_carriers`` that can do this implements ``Telephony`` beside ``alerts.ports.Carrier``.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from telesec.alerts.ports import Carrier, WebhookRequest
from telesec.foundation.access import Actor
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.triage.library import Library


class Progress(StrEnum):
    """Where an incoming call is: it rings, it is held on the line, the caller is gone."""

    RINGING = "ringing"
    WAITING = "waiting"
    ENDED = "ended"


@dataclass(frozen=True)
class CallEvent:
    """The carrier tells of an incoming call.

    Args:
        provider_id: The carrier's own name for the call.
        called: Our line, E.164.
        from_number: E.164, or empty when the caller withholds it.
    """

    provider_id: str
    progress: Progress
    called: str
    from_number: str = field(default="", repr=False)


@runtime_checkable
class Telephony(Protocol):
    """A carrier that brings calls in. ``parse_call`` and ``keep_on_line`` are pure."""

    name: str

    def verify(self, request: WebhookRequest) -> bool:
        """Return whether the provider's signature is right for this request."""
        ...

    def parse_call(self, request: WebhookRequest) -> CallEvent:
        """Return the event.

        Raises:
            Refused: The request is not one of the provider's (422).
        """
        ...

    def keep_on_line(self, sentences: tuple[str, ...], *, language: str, again_url: str) -> str:
        """Return the provider's document that says sentences, waits a while and asks again."""
        ...

    def end_call(self) -> str:
        """Return the provider's document that hangs up."""
        ...


class PublicAddress(Protocol):
    """The one setting the doors read."""

    @property
    def public_url(self) -> str: ...


class CallDeps(Protocol):
    """The parts handed in."""

    @property
    def settings(self) -> PublicAddress: ...
    @property
    def library(self) -> Library: ...
    @property
    def carriers(self) -> Mapping[str, Carrier]: ...
    def unit_of_work(self, actor: Actor) -> AbstractContextManager[UnitOfWork]: ...
