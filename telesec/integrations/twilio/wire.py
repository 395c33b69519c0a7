"""Twilio's bytes ↔ our values. Pure: no socket, no clock, no settings.

What it refuses: a webhook whose signature is missing or wrong, whose fields are not Twilio's, or whose
address is not one of ours. Field names: Twilio's "Request to your application" and "Status callback" pages.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Gather, VoiceResponse

from telesec.alerts.ports import (
    DeliveryReport,
    DeliveryStatus,
    DigitsPressed,
    Notice,
    ProviderEvent,
    TextReceived,
    VoiceAnswered,
    WebhookRequest,
)
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.integrations.twilio.addresses import Door, delivery_url, read_delivery_url

SIGNATURE_HEADER: Final = "x-twilio-signature"
RING_SECONDS: Final = 25
"""Rings this long; most voicemails take over later, and a voicemail is not a human."""
GATHER_SECONDS: Final = 8
MAX_BODY: Final = 1600
"""Characters Twilio carries in one message (error 21617 beyond)."""

_SID = re.compile(r"(SM|MM|CA)[0-9a-fA-F]{32}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_DIGITS = re.compile(r"[0-9*#]{0,20}")
_ERROR_CODE = re.compile(r"[0-9]{0,6}")
_LOCALE: Final[Mapping[str, str]] = {"fr": "fr-FR", "en": "en-GB"}

STATUSES: Final[Mapping[str, DeliveryStatus]] = {
    "accepted": DeliveryStatus.QUEUED,
    "scheduled": DeliveryStatus.QUEUED,
    "queued": DeliveryStatus.QUEUED,
    "initiated": DeliveryStatus.QUEUED,
    "sending": DeliveryStatus.SENDING,
    "ringing": DeliveryStatus.SENDING,
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.DELIVERED,
    "in-progress": DeliveryStatus.ANSWERED,
    "completed": DeliveryStatus.ANSWERED,
    "undelivered": DeliveryStatus.FAILED,
    "failed": DeliveryStatus.FAILED,
    "busy": DeliveryStatus.FAILED,
    "no-answer": DeliveryStatus.FAILED,
    "canceled": DeliveryStatus.FAILED,
}
"""Twilio's words for messages and calls → ours. None of them is an acknowledgement."""

PERMANENT_CODES: Final = frozenset(
    {21211, 21214, 21217, 21219, 21265, 21610, 21612, 21614, 21635, 30005, 30006}
)
"""Errors of the *address*: it is not a number, cannot take SMS or calls, or its owner said STOP.

Everything else (credentials, our own number, limits, outages) may work for the same address later, once
somebody has repaired it, so the step is tried again and the policy goes on meanwhile.
"""


def message_parameters(notice: Notice, *, from_number: str) -> dict[str, str]:
    """Return the arguments of ``messages.create`` for one SMS; the text is at most 1 600 characters."""
    return {
        "to": notice.to,
        "from_": from_number,
        "body": notice.text[:MAX_BODY],
        "status_callback": delivery_url(notice.callback_base, notice.delivery_id, Door.STATUS),
    }


def call_parameters(notice: Notice, *, from_number: str) -> dict[str, object]:
    """Return the arguments of ``calls.create``: Twilio asks us what to say once somebody picks up."""
    return {
        "to": notice.to,
        "from_": from_number,
        "url": delivery_url(notice.callback_base, notice.delivery_id, Door.VOICE),
        "method": "POST",
        "timeout": RING_SECONDS,
        "status_callback": delivery_url(notice.callback_base, notice.delivery_id, Door.STATUS),
        "status_callback_method": "POST",
        "status_callback_event": ["initiated", "ringing", "answered", "completed"],
    }


def attempted_at(delivery_id: UUID) -> datetime:
    """Return when an attempt's id was made, read from its UUID v7 (RFC 9562, section 5.7).

    It bounds a search at the provider and decides nothing else.
    """
    return datetime.fromtimestamp((delivery_id.int >> 80) / 1000, UTC)


class _Form:
    """A posted form: Twilio's ``getall`` for the signature, single values for parsing."""

    def __init__(self, pairs: tuple[tuple[str, str], ...]) -> None:
        self._pairs = pairs

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self._pairs))

    def __len__(self) -> int:
        return len(self._pairs)

    def getall(self, name: str) -> list[str]:
        return [value for key, value in self._pairs if key == name]

    def one(self, name: str, pattern: re.Pattern[str]) -> str:
        """Return the only value of a field; twice, absent or of another shape is not Twilio's."""
        values = self.getall(name)
        if len(values) != 1 or not pattern.fullmatch(values[0]):
            raise _not_twilio()
        return values[0]

    def get(self, name: str, pattern: re.Pattern[str]) -> str:
        """Return the only value of a field, or the empty string when it is absent."""
        return self.one(name, pattern) if self.getall(name) else ""


def _not_twilio() -> Refused:
    return Refused("not_a_provider_request", say("This is not a request of the carrier."), status=422)


def signature_is_right(request: WebhookRequest, *, auth_token: str) -> bool:
    """Return whether Twilio signed this form for this configured address; a missing signature is wrong.

    Source: Twilio, "Validating requests": HMAC-SHA1 over the URL and the sorted fields.
    """
    headers = {name.lower(): value for name, value in request.headers.items()}
    signature = headers.get(SIGNATURE_HEADER, "")
    if not signature.isascii():
        return False
    return bool(RequestValidator(auth_token).validate(request.url, _Form(request.form), signature))


def parse(request: WebhookRequest) -> ProviderEvent:
    """Return what a webhook tells.

    Raises:
        Refused: 422, when a field or the address is not one Twilio would send us.
    """
    form = _Form(request.form)
    target = read_delivery_url(request.url)
    if target is None:
        return _text_received(form)
    delivery_id, door = target
    sid_field = "MessageSid" if form.getall("MessageSid") else "CallSid"
    provider_id = form.one(sid_field, _SID)
    match door:
        case Door.STATUS:
            return _report(form, delivery_id, provider_id)
        case Door.VOICE:
            return VoiceAnswered(delivery_id, provider_id)
        case Door.DIGITS:
            return DigitsPressed(delivery_id, provider_id, form.one("Digits", _DIGITS))


def _report(form: _Form, delivery_id: UUID, provider_id: str) -> DeliveryReport:
    field = "MessageStatus" if form.getall("MessageStatus") else "CallStatus"
    word = form.one(field, re.compile(r"[a-z-]{1,20}"))
    status = STATUSES.get(word, DeliveryStatus.UNKNOWN)
    return DeliveryReport(delivery_id, provider_id, status, form.get("ErrorCode", _ERROR_CODE))


def _text_received(form: _Form) -> TextReceived:
    return TextReceived(
        provider_id=form.one("MessageSid", _SID),
        from_number=form.one("From", _E164),
        to_number=form.one("To", _E164),
        body=form.one("Body", re.compile(rf"[^\x00]{{0,{MAX_BODY}}}", re.DOTALL)),
    )


def voice_document(
    sentences: tuple[str, ...], *, language: str, gather_url: str | None, digits: int = 2
) -> str:
    """Return TwiML that says the sentences and, if asked, waits for so many keys.

    The sentences stand inside ``<Gather>``, so that keys interrupt them, and are said twice: a doctor woken
    at night misses the first. Without digits the call ends; the next step of the policy does the rest.
    """
    response = VoiceResponse()
    locale = _LOCALE.get(language, "fr-FR")
    if gather_url is None:
        for sentence in sentences:
            response.say(sentence, language=locale)
        return str(response)
    for _ in range(2):
        gather = Gather(
            input="dtmf", num_digits=digits, timeout=GATHER_SECONDS, action=gather_url, method="POST"
        )
        for sentence in sentences:
            gather.say(sentence, language=locale)
        response.append(gather)
    response.hangup()
    return str(response)


def text_document(text: str) -> str:
    """Return TwiML that answers an SMS by SMS; no text answers nothing."""
    response = MessagingResponse()
    if text:
        response.message(text[:MAX_BODY])
    return str(response)
