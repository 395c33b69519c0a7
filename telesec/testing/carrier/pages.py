"""Pages where simulated phones ring. Server-made, no script, nothing from elsewhere, French and English."""

from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.testing.carrier import acts
from telesec.testing.carrier.control import perform
from telesec.testing.carrier.network import Network
from telesec.testing.carrier.words import translate

COOKIE: Final = "carrier_language"
SHOWN: Final = 50
RENEW_SECONDS: Final = "3"
"""Sent as the ``Refresh`` header; each page that renews itself has a link that stops it (WCAG 2.2.1)."""
KEYPAD: Final = ("123", "456", "789", "*0#")


def language() -> str:
    """Return the reader's language: the address, then the cookie, then the browser; French by default."""
    asked = request.args.get("lang") or request.cookies.get(COOKIE, "")
    if asked in {"fr", "en"}:
        return asked
    return request.accept_languages.best_match(["fr", "en"]) or "fr"


def blueprint(network: Network) -> Blueprint:
    """Return the pages of one carrier."""
    pages, views = Blueprint("pages", __name__, template_folder="templates"), _Views(network)
    pages.get("/")(views.index)
    pages.get("/phones/<number>")(views.one)
    pages.get("/phones/<number>/reply")(views.write)
    pages.post("/phones/<number>/<act>")(views.act_on)
    pages.get("/ring")(views.ring_form)
    pages.post("/ring")(views.ring)
    return pages


def show(template: str, status: int = 200, **values: object) -> Response:
    """Render a page in the reader's language and remember the choice."""
    tongue = language()
    page = render_template(
        f"carrier/{template}",
        lang=tongue,
        other="en" if tongue == "fr" else "fr",
        calm=request.args.get("renew") == "off",
        _=lambda words: translate(tongue, words),
        **values,
    )
    answer = make_response(page, status)
    if values.get("renews") and request.args.get("renew") != "off":
        answer.headers["Refresh"] = RENEW_SECONDS
    answer.set_cookie(COOKIE, tongue, httponly=True, samesite="Strict")
    return answer


class _Views:
    def __init__(self, network: Network) -> None:
        self._network = network

    def _phone(self, number: str, status: int = 200, problem: str = "") -> Response:
        if not acts.NUMBER.fullmatch(number):
            return show("missing.html", 404)
        network = self._network
        with network.condition:
            live = network.live_call(number)
        events = list(reversed(network.events_of(number)))[:SHOWN]
        shown: dict[str, object] = {"number": number, "call": live, "events": events, "keypad": KEYPAD}
        shown |= {"problem": problem, "renews": not (live and live.recording)}
        return show("phone.html", status, **shown)

    def _ring(self, status: int = 200, problem: str = "") -> Response:
        with self._network.condition:
            lines, phones = list(self._network.lines), list(self._network.phones)
        return show("ring.html", status, lines=lines, phones=phones, problem=problem)

    def _reply(self, number: str, status: int = 200, problem: str = "") -> Response:
        typed, lines = request.form.get("body", ""), self._network.lines
        return show("reply.html", status, number=number, lines=lines, problem=problem, typed=typed)

    def index(self) -> Response:
        network = self._network
        with network.condition:
            rows = [
                {
                    "number": number,
                    "call": network.live_call(number),
                    "texts": sum(t.to == number and bool(t.arrived_at) for t in network.texts.values()),
                    "calls": sum(c.phone == number for c in network.calls.values()),
                }
                for number in network.phones
            ]
        return show("phones.html", rows=rows, renews=True)

    def one(self, number: str) -> Response:
        return self._phone(number)

    def write(self, number: str) -> Response:
        return self._reply(number)

    def act_on(self, number: str, act: str) -> AnyResponse:
        try:
            perform(self._network, number, act, request.form)
        except acts.NotNow as error:
            if act == "reply":
                return self._reply(number, 409, str(error))
            return self._phone(number, 409, str(error))
        return redirect(url_for("pages.one", number=number), 303)

    def ring_form(self) -> Response:
        return self._ring()

    def ring(self) -> AnyResponse:
        number = request.form.get("from", "").replace(" ", "")
        line = request.form.get("line", "").replace(" ", "")
        try:
            perform(self._network, number, "ring", {"line": line})
        except acts.NotNow as error:
            return self._ring(409, str(error))
        return redirect(url_for("pages.one", number=number), 303)
