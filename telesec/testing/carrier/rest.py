"""Twilio's REST API 2010-04-01: Messages and Calls, with its error codes.

Compared with the provider's own OpenAPI document through ``tests/data/twilio_paths.json``.
"""

import hmac
import io
import re
import wave
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request

from telesec.testing.carrier.acts import NUMBER, start
from telesec.testing.carrier.calling import CallRun
from telesec.testing.carrier.listing import page_of
from telesec.testing.carrier.messaging import carry
from telesec.testing.carrier.network import ApiRequest, Network
from telesec.testing.carrier.records import PhoneCall
from telesec.testing.carrier.twiml import BadTwiml, parse

BASE: Final = "/2010-04-01/Accounts/<account_sid>"
MESSAGES: Final = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    21201: (400, "No 'To' number is specified"),
    21205: (400, "Url is not valid"),
    21211: (400, "Invalid 'To' Phone Number"),
    21220: (400, "Call is not in-progress. Cannot redirect."),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number provided is not a valid, SMS-capable inbound number"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    12100: (400, "Document parse failure"),
}
WEB_ADDRESS: Final = re.compile(r"https?://[^\s/]+(/\S*)?")


class ApiError(Exception):
    """One of Twilio's error codes."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def error_body(code: int) -> dict[str, Any]:
    """Return Twilio's error document."""
    status, message = MESSAGES[code]
    more_info = f"https://www.twilio.com/docs/errors/{code}"
    return {"code": code, "message": message, "more_info": more_info, "status": status}


def drop_connection() -> Response:
    """Close the connection without an answer, as a network does that fails after the request left."""
    socket = request.environ["werkzeug.socket"]
    socket.shutdown(2)
    return Response(status=500)


def blueprint(network: Network) -> Blueprint:
    """Return the API of one account."""
    api = Blueprint("rest", __name__)
    views = _Views(network)

    @api.before_request
    def authenticate() -> Response | None:
        login = request.authorization
        known = (
            login is not None
            and login.type == "basic"
            and hmac.compare_digest(login.username or "", network.account_sid)
            and hmac.compare_digest((login.password or "").encode(), network.auth_token.encode())
        )
        account = (request.view_args or {}).get("account_sid")
        if not known:
            raise ApiError(20003)
        if account != network.account_sid:
            raise ApiError(20404)
        return views.early_fault()

    @api.errorhandler(ApiError)
    def refuse(error: ApiError) -> tuple[Response, int]:
        return jsonify(error_body(error.code)), MESSAGES[error.code][0]

    @api.after_request
    def remember(response: Response) -> Response:
        source = request.form if request.method == "POST" else request.args
        pairs = tuple(source.items(multi=True))
        with network.change():
            network.requests.append(ApiRequest(request.method, request.path, pairs, response.status_code))
        return response

    api.get(f"{BASE}.json")(views.fetch_account)
    api.get(f"{BASE}/Messages.json")(views.list_messages)
    api.post(f"{BASE}/Messages.json")(views.create_message)
    api.get(f"{BASE}/Messages/<sid>.json")(views.fetch_message)
    api.get(f"{BASE}/Calls.json")(views.list_calls)
    api.post(f"{BASE}/Calls.json")(views.create_call)
    api.get(f"{BASE}/Calls/<sid>.json")(views.fetch_call)
    api.post(f"{BASE}/Calls/<sid>.json")(views.update_call)
    api.get(f"{BASE}/Recordings/<sid>.wav")(views.fetch_recording)
    return api


class _Views:
    def __init__(self, network: Network) -> None:
        self._network = network

    def fetch_account(self, account_sid: str) -> Response:
        return jsonify(sid=account_sid, status=self._network.account_status, type="Full")

    def early_fault(self) -> Response | None:
        """Strike a creating request before it is taken, if a fault waits for it."""
        if request.method != "POST":
            return None
        channel = "messages" if "/Messages" in request.path else "calls"
        with self._network.change():
            faults, to = self._network.faults, request.form.get("To", "")
            hit = next(
                (k for k in ("lose_request", "500", "429") if faults.take(k, channel=channel, to=to)), None
            )
        if hit == "lose_request":
            return drop_connection()
        if hit:
            raise ApiError(20500 if hit == "500" else 20429)
        return None

    def _answer(self, body: dict[str, Any], *, channel: str, to: str) -> tuple[Response, int] | Response:
        network = self._network
        with network.change():
            lost = network.faults.take("lose_reply", channel=channel, to=to)
            late = network.faults.take("delay", channel=channel, to=to)
            releases = network.releases
        if lost:
            return drop_connection()
        if late:
            network.wait_until(lambda: network.releases > releases, late.seconds)
        return jsonify(body), 201

    def _numbers(self, missing_to: int) -> tuple[str, str]:
        to, sender = request.form.get("To", ""), request.form.get("From", "")
        if not to:
            raise ApiError(missing_to)
        if not NUMBER.fullmatch(to):
            raise ApiError(21211)
        if not sender:
            raise ApiError(21603)
        if sender not in self._network.lines:
            raise ApiError(21606)
        return to, sender

    def create_message(self, account_sid: str) -> tuple[Response, int] | Response:
        to, sender = self._numbers(21604)
        body = request.form.get("Body", "")
        if not body:
            raise ApiError(21602)
        if len(body) > 1600:
            raise ApiError(21617)
        callback = request.form.get("StatusCallback", "")
        if callback and not WEB_ADDRESS.fullmatch(callback):
            raise ApiError(21205)
        with self._network.change():
            if to in self._network.blocked:
                raise ApiError(21610)
            text = self._network.new_text("outbound-api", sender, to, body)
            text.status_callback = callback
            answer = text.as_json(account_sid)
        start("text", run=carry, args=(self._network, text))
        return self._answer(answer, channel="messages", to=to)

    def fetch_message(self, account_sid: str, sid: str) -> Response:
        with self._network.condition:
            text = self._network.texts.get(sid)
            if text is None:
                raise ApiError(20404)
            return jsonify(text.as_json(account_sid))

    def list_messages(self, account_sid: str) -> Response:
        with self._network.condition:
            rows = [text.as_json(account_sid) for text in reversed(self._network.texts.values())]
        return jsonify(
            page_of("messages", rows, request.args.to_dict(), path=request.path, dates=("DateSent",))
        )

    def create_call(self, account_sid: str) -> tuple[Response, int] | Response:
        to, sender = self._numbers(21201)
        form = request.form
        if bool(form.get("Url")) == bool(form.get("Twiml")):
            raise ApiError(21205)
        for name in ("Url", "StatusCallback"):
            if form.get(name) and not WEB_ADDRESS.fullmatch(form[name]):
                raise ApiError(21205)
        with self._network.change():
            call = self._network.new_call("outbound-api", sender, to)
            call.url, call.twiml = form.get("Url", ""), _twiml(form.get("Twiml", ""))
            call.timeout = float(form.get("Timeout", 60))
            call.status_callback = form.get("StatusCallback", "")
            call.events = tuple(form.getlist("StatusCallbackEvent")) or ("completed",)
            call.detect_machine = "MachineDetection" in form
            answer = call.as_json(account_sid)
        start("call", run=CallRun(self._network, call).place)
        return self._answer(answer, channel="calls", to=to)

    def fetch_call(self, account_sid: str, sid: str) -> Response:
        with self._network.condition:
            return jsonify(self._call(sid).as_json(account_sid))

    def list_calls(self, account_sid: str) -> Response:
        with self._network.condition:
            rows = [call.as_json(account_sid) for call in reversed(self._network.calls.values())]
        dates = ("StartTime", "EndTime")
        return jsonify(page_of("calls", rows, request.args.to_dict(), path=request.path, dates=dates))

    def update_call(self, account_sid: str, sid: str) -> Response:
        form = request.form
        with self._network.change():
            call = self._call(sid)
            if form.get("Status") in {"completed", "canceled"}:
                if not call.is_over:
                    call.ended_by = "api"
            elif form.get("Twiml") or form.get("Url"):
                if call.status != "in-progress":
                    raise ApiError(21220)
                twiml = _twiml(form.get("Twiml", ""))
                call.redirect = ("Twiml", twiml) if twiml else ("Url", form["Url"])
            return jsonify(call.as_json(account_sid))

    def fetch_recording(self, account_sid: str, sid: str) -> Response:  # noqa: ARG002 - part of the address
        """Return one second of silence: what was said stays in the events list."""
        sound = io.BytesIO()
        with wave.open(sound, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(bytes(16000))
        return Response(sound.getvalue(), mimetype="audio/x-wav")

    def _call(self, sid: str) -> PhoneCall:
        call = self._network.calls.get(sid)
        if call is None:
            raise ApiError(20404)
        return call


def _twiml(document: str) -> str:
    try:
        if document:
            parse(document)
    except BadTwiml:
        raise ApiError(12100) from None
    return document
