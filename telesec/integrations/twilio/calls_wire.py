"""Twilio's incoming calls ↔ our values. Pure: no socket, no clock, no settings.

Twilio posts to one address when a line rings, again at each ``<Redirect>`` while the caller waits, and once
more when the call is over. Source: Twilio, "TwiML Voice: Your request", fields of every voice request.
"""

import re
from collections import Counter
from typing import Final

from twilio.twiml.voice_response import VoiceResponse

from telesec.alerts.ports import WebhookRequest
from telesec.calls.ports import CallEvent, Progress
from telesec.foundation.errors import Refused
from telesec.foundation.language import say

WAIT_SECONDS: Final = 20
"""The caller hears silence this long between two requests; a call closed on the desk ends at the next."""

_CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_LOCALE: Final = {"fr": "fr-FR", "en": "en-GB"}
_PROGRESS: Final = {
    "ringing": Progress.RINGING,
    "in-progress": Progress.WAITING,
    "completed": Progress.ENDED,
    "busy": Progress.ENDED,
    "no-answer": Progress.ENDED,
    "failed": Progress.ENDED,
    "canceled": Progress.ENDED,
}


def parse_call(request: WebhookRequest) -> CallEvent:
    """Return what Twilio tells of an incoming call; a withheld number (``anonymous``) becomes empty.

    Raises:
        Refused: 422, when a field is missing, repeated or not Twilio's.
    """
    repeated = any(count > 1 for count in Counter(name for name, _ in request.form).values())
    form = dict(request.form)
    progress = _PROGRESS.get(form.get("CallStatus", ""))
    sid, called, caller = form.get("CallSid", ""), form.get("To", ""), form.get("From", "")
    if repeated or progress is None or not _CALL_SID.fullmatch(sid) or not _E164.fullmatch(called):
        raise Refused("not_a_provider_request", say("This is not a request of the carrier."), status=422)
    return CallEvent(sid, progress, called, caller if _E164.fullmatch(caller) else "")


def waiting_document(sentences: tuple[str, ...], *, language: str, again_url: str) -> str:
    """Return TwiML that says sentences, keeps the line open for a while and asks us again."""
    response = VoiceResponse()
    for sentence in sentences:
        response.say(sentence, language=_LOCALE.get(language, "fr-FR"))
    response.pause(length=WAIT_SECONDS)
    response.redirect(again_url, method="POST")
    return str(response)


def ending_document() -> str:
    """Return TwiML that hangs up."""
    response = VoiceResponse()
    response.hangup()
    return str(response)
