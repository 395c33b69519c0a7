"""What a person does with a simulated phone. Each act needs its moment, else it is refused."""

import re
import threading

from telesec.testing.carrier.calling import CallRun
from telesec.testing.carrier.messaging import reply as send_reply
from telesec.testing.carrier.network import Network
from telesec.testing.carrier.records import PhoneCall, Text

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
KEYS = re.compile(r"[0-9*#]{1,20}")


class NotNow(Exception):
    """The phone is not in the state this act needs; the message says which."""


def start(name: str, *, run: object, args: tuple[object, ...] = ()) -> None:
    """Start one journey (a call, a text) in a thread that never keeps the process alive."""
    threading.Thread(target=run, args=args, name=f"carrier-{name}", daemon=True).start()  # type: ignore[arg-type]


def _live(network: Network, number: str, status: str) -> PhoneCall:
    call = network.live_call(number)
    if call is None or call.status != status or (status == "ringing" and call.direction == "inbound"):
        raise NotNow("no call in progress" if status == "in-progress" else "it does not ring")
    return call


def pick_up(network: Network, number: str, how: str) -> PhoneCall:
    """Answer, decline, let it ``ring_out``, or let the voicemail (``machine``) pick up."""
    if how not in {"answer", "decline", "machine", "ring_out"}:
        raise NotNow("answer, decline, machine or ring_out")
    with network.change():
        call = _live(network, number, "ringing")
        call.pickup, call.heard = how, True
    return call


def press(network: Network, number: str, keys: str) -> PhoneCall:
    """Press keys while the call waits for some."""
    if not KEYS.fullmatch(keys):
        raise NotNow("keys are 0 to 9, * and #")
    with network.change():
        call = _live(network, number, "in-progress")
        if not call.gathering:
            raise NotNow("the call does not wait for keys")
        call.keys += keys
    return call


def wait_out(network: Network, number: str) -> PhoneCall:
    """Press nothing: let the time of the present wait, for keys or in a pause, pass at once."""
    with network.change():
        call = _live(network, number, "in-progress")
        if not call.gathering and not call.pausing:
            raise NotNow("the call does not wait for keys")
        call.impatient = True
    return call


def say_into(network: Network, number: str, words: str) -> PhoneCall:
    """Speak into a recording."""
    with network.change():
        call = _live(network, number, "in-progress")
        if not call.recording:
            raise NotNow("the call does not record")
        call.voice = words or "…"
    return call


def hang_up(network: Network, number: str) -> PhoneCall:
    """End the call, whoever made it; a caller may also give up while it rings."""
    with network.change():
        call = network.live_call(number)
        if call is None or (call.status == "ringing" and call.direction != "inbound"):
            raise NotNow("no call in progress")
        call.ended_by = "person"
    return call


def reply(network: Network, number: str, body: str, *, to: str = "") -> Text:
    """Send an SMS to a line of ours: the given one, or the one that wrote last."""
    if not NUMBER.fullmatch(number) or not 0 < len(body) <= 1600:
        raise NotNow("a number, and 1 to 1600 characters")
    with network.condition:
        wrote = [text.from_number for text in network.texts.values() if text.to == number]
    line = to or (wrote[-1] if wrote else network.lines[0])
    return send_reply(network, from_number=number, to=line, body=body)


def ring(network: Network, *, line: str, from_number: str) -> PhoneCall:
    """Call a line of ours from a simulated phone."""
    if not NUMBER.fullmatch(line) or not NUMBER.fullmatch(from_number) or line == from_number:
        raise NotNow("two different numbers like +33639980001")
    with network.change():
        if network.live_call(from_number):
            raise NotNow("this phone is on a call")
        call = network.new_call("inbound", from_number, line)
        call.heard = True
    start("call", run=CallRun(network, call).receive)
    return call
