"""The way of a call: initiated → ringing → picked up or not → what TwiML says → ended, each step reported.

One thread runs one call. A person's acts (``phone.py``, the pages, the control API) only set fields of the
call; this thread waits for them.
"""

from collections.abc import Callable
from typing import Final

from telesec.testing.carrier.network import Network
from telesec.testing.carrier.records import PhoneCall, new_sid
from telesec.testing.carrier.twiml import BadTwiml, Verb, parse

MAX_DOCUMENTS: Final = 1000
"""A waiting caller is redirected every few seconds; a loop without a pause ends here."""
CHARACTERS_PER_SECOND: Final = 15
"""How fast a voice reads; keys are awaited while it speaks, so a Gather lasts that much longer."""
APOLOGY: Final = "We are sorry, an application error has occurred. Goodbye."
TEXT_TYPES: Final = ("text/xml", "application/xml", "text/html")


class LineEnded(Exception):
    """Somebody hung up, or the account ended the call, or the carrier stops."""


class Redirected(Exception):
    """The account posted a new document to the call in progress."""


class CallRun:
    """Runs one call to its end; ``place`` for ours, ``receive`` for one that comes in."""

    def __init__(self, network: Network, call: PhoneCall) -> None:
        self._network = network
        self._call = call

    def place(self) -> None:
        """Ring a phone for the account, and speak if it is picked up."""
        network, call = self._network, self._call
        with network.change():
            never = network.faults.take("never_deliver", channel="calls", to=call.to)
            broken = network.faults.take("undelivered", channel="calls", to=call.to)
            busy = network.live_call(call.to) is not None
        if never:
            return
        self._report("initiated", "initiated")
        if broken:
            self._end("failed")
            return
        if busy:
            self._end("busy")
            return
        self._set("ringing")
        self._report("ringing", "ringing")
        self._await_pickup()

    def _await_pickup(self) -> None:
        call = self._call
        self._network.wait_until(lambda: bool(call.pickup or call.ended_by), call.timeout)
        if call.ended_by:
            self._end("canceled")
        elif call.pickup in {"answer", "machine"}:
            with self._network.change():
                call.answered_by = "human" if call.pickup == "answer" else "machine_start"
                call.status, call.start_at = "in-progress", self._network.clock.now()
            self._report("answered", "in-progress")
            self._converse(call.twiml, call.url)
            self._end("completed")
        else:
            self._end("busy" if call.pickup == "decline" else "no-answer")

    def receive(self) -> None:
        """Let a call of a simulated person reach telesec's voice door."""
        self._set("ringing")
        if not self._network.doors.voice_url:
            self._end("no-answer")
            return
        self._converse("", self._network.doors.voice_url)
        self._end("completed" if self._call.start_at else "failed")

    def _converse(self, document: str, url: str) -> None:
        """Run documents one after the other until one ends the call; errors end it with an apology."""
        try:
            for _ in range(MAX_DOCUMENTS):
                try:
                    verbs = parse(document) if document else self._fetch(url, {})
                    after = self._run(verbs)
                except Redirected:
                    kind, value = self._take_redirect()
                    document, url = (value, "") if kind == "Twiml" else ("", value)
                    continue
                if after is None:
                    return
                document, url = "", after
            self._fail("too many documents in one call")
        except BadTwiml as error:
            self._fail(str(error))
        except LineEnded:
            return

    def _take_redirect(self) -> tuple[str, str]:
        with self._network.change():
            redirect, self._call.redirect = self._call.redirect, None
        if redirect is None:
            raise LineEnded
        return redirect

    def _fail(self, reason: str) -> None:
        self._network.problem(f"12100: {reason}")
        with self._network.change():
            self._call.spoken.append(APOLOGY)

    def _fetch(self, url: str, fields: dict[str, str]) -> tuple[Verb, ...]:
        answer = self._network.post(url, self._fields(self._call.status) | fields)
        if answer is None or not answer.ok:
            raise BadTwiml("no document came")
        if not answer.content_type.startswith(TEXT_TYPES):
            raise BadTwiml(f"a document of type {answer.content_type or 'nothing'}")
        verbs = parse(answer.body)
        if self._call.start_at is None:
            with self._network.change():
                self._call.status, self._call.start_at = "in-progress", self._network.clock.now()
        return verbs

    def _run(self, verbs: tuple[Verb, ...]) -> str | None:
        """Run a document; return the address of the next one, or None when the call is to end.

        An action's answer replaces the document: its verbs are run in place.
        """
        pending = list(verbs)
        while pending:
            verb = pending.pop(0)
            match verb.name:
                case "Hangup":
                    return None
                case "Redirect":
                    return verb.text
                case "Say":
                    self._speak(verb.text)
                case "Pause":
                    self._pause(verb.seconds("length", 1))
                case _:
                    pending = self._listen(verb) or pending
        return None

    def _pause(self, seconds: float) -> None:
        """Let the caller wait; ``acts.wait_out`` makes the time pass at once."""
        call = self._call
        with self._network.change():
            call.pausing, call.impatient = True, False
        try:
            self._wait(lambda: call.impatient, seconds)
        finally:
            with self._network.change():
                call.pausing = False

    def _listen(self, verb: Verb) -> list[Verb] | None:
        """Gather or record; return what the action answered, or None when nothing came."""
        if verb.name == "Record":
            fields = self._record(verb)
        elif self._gather(verb):
            fields = {"Digits": self._call.pressed[-1]}
        else:
            return None
        return [*self._act(verb, fields), Verb("Hangup")]

    def _act(self, verb: Verb, fields: dict[str, str]) -> tuple[Verb, ...]:
        action = verb.attributes.get("action", "") or self._call.url
        return self._fetch(action, fields)

    def _gather(self, verb: Verb) -> bool:
        """Speak, then wait for keys; return whether some came. A voicemail presses none."""
        call = self._call
        wanted = int(verb.seconds("numDigits", 0))
        finish = verb.attributes.get("finishOnKey", "#")
        spoken = 0
        for child in verb.children:
            if child.name == "Say":
                self._speak(child.text)
                spoken += len(child.text)
        if call.pickup == "machine":
            return False
        with self._network.change():
            call.gathering, call.keys, call.impatient = True, "", False
        seconds = verb.seconds("timeout", 5) + spoken / CHARACTERS_PER_SECOND
        try:
            self._wait(
                lambda: (
                    call.impatient
                    or (0 < wanted <= len(call.keys))
                    or bool(finish and set(finish) & set(call.keys))
                ),
                seconds,
            )
        finally:
            with self._network.change():
                call.gathering = False
                keys = call.keys[:wanted] if wanted else call.keys
                keys = "".join(key for key in keys if key not in finish)
        if keys:
            with self._network.change():
                call.pressed.append(keys)
        return bool(keys)

    def _record(self, verb: Verb) -> dict[str, str]:
        """Listen until the person spoke or hung up; tell the recording's own callback in both cases."""
        call = self._call
        with self._network.change():
            call.recording = True
        try:
            self._wait(lambda: bool(call.voice), verb.seconds("maxLength", 3600))
        finally:
            with self._network.change():
                call.recording = False
            sid = new_sid("RE")
            base, account = self._network.base_url, self._network.account_sid
            fields = {
                "RecordingSid": sid,
                "RecordingUrl": f"{base}/2010-04-01/Accounts/{account}/Recordings/{sid}",
                "RecordingDuration": str(max(1, len(call.voice) // CHARACTERS_PER_SECOND)),
            }
            told = verb.attributes.get("recordingStatusCallback", "")
            if told and call.voice:
                done = {"RecordingStatus": "completed", "CallSid": call.sid}
                self._network.post(told, fields | done)
        return fields

    def _wait(self, holds: Callable[[], bool], seconds: float) -> None:
        call = self._call
        self._network.wait_until(lambda: bool(call.ended_by or call.redirect) or holds(), seconds)
        self._check_line()

    def _speak(self, sentence: str) -> None:
        with self._network.change():
            self._call.spoken.append(sentence)
        self._check_line()

    def _check_line(self) -> None:
        if self._call.ended_by or self._network.closed:
            raise LineEnded
        if self._call.redirect:
            raise Redirected

    def _set(self, status: str) -> None:
        with self._network.change():
            self._call.status = status

    def _end(self, status: str) -> None:
        with self._network.change():
            self._call.status, self._call.end_at = status, self._network.clock.now()
        self._report("completed", status)
        with self._network.change():
            self._call.told = True

    def _report(self, event: str, status: str) -> None:
        call = self._call
        url = call.status_callback
        if call.direction == "inbound":
            url = self._network.doors.voice_status_url
        if not url or event not in call.events:
            return
        with self._network.change():
            sequence, call.sequence = call.sequence, call.sequence + 1
        extra = {"CallbackSource": "call-progress-events", "SequenceNumber": str(sequence)}
        if call.is_over:
            extra["CallDuration"] = str(call.duration)
        self._network.post(url, self._fields(status) | extra)

    def _fields(self, status: str) -> dict[str, str]:
        call = self._call
        fields = {
            "CallSid": call.sid,
            "CallStatus": status,
            "From": call.from_number,
            "To": call.to,
            "Caller": call.from_number,
            "Called": call.to,
            "Direction": call.direction,
        }
        if call.detect_machine and call.answered_by:
            fields["AnsweredBy"] = call.answered_by
        return fields
