"""Twilio's side of the doors: signatures, events, what a call says."""

from telesec.alerts.ports import ProviderEvent, WebhookRequest
from telesec.calls.ports import CallEvent
from telesec.integrations.twilio import calls_wire, wire


class TwilioCarrier:
    """Believes a webhook only when Twilio signed it for the configured address with our token."""

    name = "twilio"

    def __init__(self, auth_token: str) -> None:
        self._auth_token = auth_token

    def verify(self, request: WebhookRequest) -> bool:
        """Return whether the signature is right; a missing one is not."""
        return wire.signature_is_right(request, auth_token=self._auth_token)

    def parse(self, request: WebhookRequest) -> ProviderEvent:
        """Return the event; pure."""
        return wire.parse(request)

    def speak(
        self, sentences: tuple[str, ...], *, language: str, gather_url: str | None, digits: int = 2
    ) -> str:
        """Return TwiML; with a ``gather_url``, so many keys are awaited there."""
        return wire.voice_document(sentences, language=language, gather_url=gather_url, digits=digits)

    def text_back(self, text: str) -> str:
        """Return TwiML that answers an SMS by SMS; no text answers nothing."""
        return wire.text_document(text)

    def parse_call(self, request: WebhookRequest) -> CallEvent:
        """Return what is told of an incoming call; pure."""
        return calls_wire.parse_call(request)

    def keep_on_line(self, sentences: tuple[str, ...], *, language: str, again_url: str) -> str:
        """Return TwiML that says sentences, waits and asks again."""
        return calls_wire.waiting_document(sentences, language=language, again_url=again_url)

    def end_call(self) -> str:
        """Return TwiML that hangs up."""
        return calls_wire.ending_document()
