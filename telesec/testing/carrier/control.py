"""The carrier's own JSON door: what phones got, what they do, faults. Only this machine reaches it."""

from collections.abc import Callable, Mapping
from typing import Final

from flask import Blueprint, Response, jsonify, request

from telesec.testing.carrier import acts
from telesec.testing.carrier.faults import Fault
from telesec.testing.carrier.network import Doors, Network

Act = Callable[[Network, str, Mapping[str, str]], object]

ACTS: Final[Mapping[str, Act]] = {
    "answer": lambda network, number, _: acts.pick_up(network, number, "answer"),
    "decline": lambda network, number, _: acts.pick_up(network, number, "decline"),
    "ring-out": lambda network, number, _: acts.pick_up(network, number, "ring_out"),
    "voicemail": lambda network, number, _: acts.pick_up(network, number, "machine"),
    "press": lambda network, number, sent: acts.press(network, number, sent.get("keys", "")),
    "press-nothing": lambda network, number, _: acts.wait_out(network, number),
    "say": lambda network, number, sent: acts.say_into(network, number, sent.get("words", "")),
    "hang-up": lambda network, number, _: acts.hang_up(network, number),
    "reply": lambda network, number, sent: acts.reply(
        network, number, sent.get("body", ""), to=sent.get("to", "")
    ),
    "ring": lambda network, number, sent: acts.ring(network, line=sent.get("line", ""), from_number=number),
}
"""What a phone can be told to do, by the word in the address."""


def perform(network: Network, number: str, act: str, sent: Mapping[str, str]) -> None:
    """Let a phone do one thing.

    Raises:
        acts.NotNow: The phone is not in the state for it, or nothing is named so.
    """
    if act not in ACTS:
        raise acts.NotNow("no such act")
    ACTS[act](network, number, sent)


def blueprint(network: Network) -> Blueprint:
    """Return the control API."""
    control, views = Blueprint("control", __name__), _Views(network)
    control.register_error_handler(acts.NotNow, lambda error: (jsonify(error=str(error)), 409))
    control.register_error_handler(ValueError, lambda error: (jsonify(error=str(error)), 422))
    control.get("/healthz")(views.health)
    control.get("/phones/<number>/events")(views.events)
    control.post("/control/phones/<number>/<act>")(views.act_on)
    control.post("/control/faults")(views.add_fault)
    control.delete("/control/faults")(views.clear_faults)
    control.post("/control/doors")(views.set_doors)
    control.post("/control/lines")(views.add_line)
    control.get("/control/problems")(views.problems)
    control.get("/control/taken")(views.taken)
    return control


def _body() -> dict[str, str]:
    sent = request.get_json(silent=True)
    return {str(key): str(value) for key, value in sent.items()} if isinstance(sent, dict) else {}


class _Views:
    def __init__(self, network: Network) -> None:
        self._network = network

    def health(self) -> Response:
        return jsonify(status="ok")

    def events(self, number: str) -> Response:
        return jsonify(self._network.events_of(number))

    def act_on(self, number: str, act: str) -> Response:
        perform(self._network, number, act, _body())
        return jsonify(self._network.events_of(number))

    def add_fault(self) -> tuple[Response, int]:
        sent = _body()
        fault = Fault(
            sent.get("kind", ""),
            times=int(sent.get("times", 1)),
            channel=sent.get("channel", ""),
            to=sent.get("to", ""),
            seconds=float(sent.get("seconds", 30)),
        )
        with self._network.change():
            self._network.faults.add(fault)
        return jsonify(waiting=len(self._network.faults.waiting)), 201

    def clear_faults(self) -> Response:
        """Forget waiting faults and let delayed answers go."""
        with self._network.change():
            self._network.faults.waiting.clear()
            self._network.releases += 1
        return jsonify(waiting=0)

    def set_doors(self) -> Response:
        sent = _body()
        names = ("sms_url", "voice_url", "voice_status_url")
        with self._network.change():
            self._network.doors = Doors(*(sent.get(name, "") for name in names))
        return jsonify(sent)

    def add_line(self) -> Response:
        number = _body().get("number", "")
        if not acts.NUMBER.fullmatch(number):
            raise ValueError("a number like +33199000001")
        with self._network.change():
            if number not in self._network.lines:
                self._network.lines.append(number)
        return jsonify(self._network.lines)

    def problems(self) -> Response:
        return jsonify(self._network.problems)

    def taken(self) -> Response:
        return jsonify(self._network.taken())
