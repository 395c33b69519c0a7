"""Where a carrier tells of incoming calls: ``POST /hooks/<carrier>/calls``.

A request is believed for its signature alone, computed over the configured public address and never over
the Host header. The answer is the carrier's own document: a word, then waiting, until the call is closed.
"""

from flask import Blueprint, Response, request

from telesec.alerts.ports import WebhookRequest
from telesec.calls import flow
from telesec.calls.ports import CallDeps, Telephony
from telesec.foundation.errors import Forbidden, NotFound
from telesec.foundation.language import say
from telesec.web.access import public
from telesec.web.language import render

WAIT = say("Somebody will answer you in a moment.")


def blueprint(deps: CallDeps) -> Blueprint:
    """Return the door of every carrier that brings calls in."""
    doors = Blueprint("call_doors", __name__)

    @doors.post("/hooks/<carrier>/calls")
    @public("the carrier's signature is checked")
    def incoming_call(carrier: str) -> Response:
        telephony = deps.carriers.get(carrier)
        if not isinstance(telephony, Telephony):
            raise NotFound
        url = deps.settings.public_url.rstrip("/") + request.path
        asked = WebhookRequest(url, tuple(request.form.items(multi=True)), dict(request.headers))
        if not telephony.verify(asked):
            raise Forbidden(code="bad_signature")
        heard = flow.receive(deps, telephony.parse_call(asked))
        return Response(_document(telephony, heard, url), mimetype="text/xml")

    return doors


def _document(telephony: Telephony, heard: flow.Heard, url: str) -> str:
    """Return what the caller meets next, in the carrier's words."""
    if heard.over:
        return telephony.end_call()
    sentences = (render(WAIT, heard.language),) if heard.greet else ()
    return telephony.keep_on_line(sentences, language=heard.language, again_url=url)
