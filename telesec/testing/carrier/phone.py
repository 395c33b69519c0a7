"""A simulated phone as a test speaks of it: ``carrier.phone("+336…").expect_sms("1 47")``.

Every ``expect`` waits on the network's condition, at most ``timeout`` seconds, and says what came instead.
What was expected counts as seen; ``CarrierServer.expect_nothing_else`` fails on the rest.
"""

from collections.abc import Callable
from typing import Final

from telesec.testing.carrier import acts
from telesec.testing.carrier.network import Network
from telesec.testing.carrier.records import PhoneCall, Text

TIMEOUT: Final = 10.0


class Phone:
    """One number somebody holds."""

    def __init__(self, network: Network, number: str) -> None:
        self._network = network
        self.number = number

    @property
    def events(self) -> list[dict[str, object]]:
        """Everything this phone got and did, oldest first, as the JSON list shows it."""
        return self._network.events_of(self.number)

    def expect_sms(self, contains: str = "", *, timeout: float = TIMEOUT) -> Text:
        """Return the first unseen SMS that contains some words, and mark it seen."""
        found: list[Text] = []

        def arrived() -> bool:
            found[:] = [
                text
                for text in self._network.texts.values()
                if text.to == self.number and text.arrived_at and not text.read and contains in text.body
            ]
            return bool(found)

        self._expect(arrived, f"an SMS with {contains!r}", timeout)
        with self._network.change():
            found[0].read = True
        return found[0]

    def expect_call(self, *, timeout: float = TIMEOUT) -> PhoneCall:
        """Return the call that rings here and was not seen before, and mark it seen."""
        found: list[PhoneCall] = []

        def rings() -> bool:
            found[:] = [
                call
                for call in self._network.calls.values()
                if call.phone == self.number and call.status == "ringing" and not call.heard
            ]
            return bool(found)

        self._expect(rings, "a call", timeout)
        with self._network.change():
            found[0].heard = True
        return found[0]

    def answer(self) -> PhoneCall:
        """Pick up what rings."""
        return acts.pick_up(self._network, self.number, "answer")

    def decline(self) -> PhoneCall:
        """Refuse what rings: busy."""
        return acts.pick_up(self._network, self.number, "decline")

    def ring_out(self) -> PhoneCall:
        """Let it ring until the carrier gives up: no-answer, at once."""
        return acts.pick_up(self._network, self.number, "ring_out")

    def voicemail(self) -> PhoneCall:
        """Let the voicemail pick up: it listens and never presses a key."""
        return acts.pick_up(self._network, self.number, "machine")

    def press(self, keys: str, *, timeout: float = TIMEOUT) -> PhoneCall:
        """Answer if it rings, wait until keys are asked for, press them."""
        call = self._network.live_call(self.number)
        if call and call.status == "ringing":
            self.answer()
        self._expect(lambda: self._is("gathering"), "a call that waits for keys", timeout)
        return acts.press(self._network, self.number, keys)

    def press_nothing(self, *, timeout: float = TIMEOUT) -> PhoneCall:
        """Wait until keys are asked for, or the call pauses, and let that time pass at once."""
        self._expect(lambda: self._is("gathering") or self._is("pausing"), "a call that waits", timeout)
        return acts.wait_out(self._network, self.number)

    def say(self, words: str, *, timeout: float = TIMEOUT) -> PhoneCall:
        """Wait for the beep and speak into the recording."""
        self._expect(lambda: self._is("recording"), "a call that records", timeout)
        return acts.say_into(self._network, self.number, words)

    def hang_up(self) -> PhoneCall:
        """End the call."""
        return acts.hang_up(self._network, self.number)

    def reply(self, body: str, *, to: str = "") -> Text:
        """Send an SMS to whoever wrote last, or to a line; returns once telesec has taken it."""
        return acts.reply(self._network, self.number, body, to=to)

    def ring(self, line: str) -> PhoneCall:
        """Call a line."""
        return acts.ring(self._network, line=line, from_number=self.number)

    def expect_said(self, contains: str, *, timeout: float = TIMEOUT) -> str:
        """Return the sentence containing some words, heard in this phone's newest call."""
        heard: list[str] = []

        def said() -> bool:
            mine = [call for call in self._network.calls.values() if call.phone == self.number]
            heard[:] = [s for s in (mine[-1].spoken if mine else []) if contains in s]
            return bool(heard)

        self._expect(said, f"a voice saying {contains!r}", timeout)
        return heard[0]

    def expect_status(self, status: str, *, timeout: float = TIMEOUT) -> PhoneCall:
        """Return this phone's newest call once it has a status, for instance ``completed``."""
        mine: list[PhoneCall] = []

        def reached() -> bool:
            mine[:] = [call for call in self._network.calls.values() if call.phone == self.number]
            return bool(mine) and mine[-1].status == status

        self._expect(reached, f"a call that is {status}", timeout)
        return mine[-1]

    def expect_end(self, status: str = "completed", *, timeout: float = TIMEOUT) -> PhoneCall:
        """Return this phone's newest call once it ended so *and* telesec has been told."""
        call = self.expect_status(status, timeout=timeout)
        self._expect(lambda: call.told, "a call whose end was reported", timeout)
        return call

    def _is(self, state: str) -> bool:
        call = self._network.live_call(self.number)
        return bool(call and getattr(call, state))

    def _expect(self, holds: Callable[[], bool], what: str, timeout: float) -> None:
        if not self._network.wait_until(holds, timeout):
            raise AssertionError(f"{self.number} expected {what}; it has {self.events}")
