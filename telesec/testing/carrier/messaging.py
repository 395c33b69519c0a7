"""The way of an SMS: taken → sent → on the phone → reported; and back from the phone to telesec."""

from telesec.testing.carrier.network import Network
from telesec.testing.carrier.records import Text
from telesec.testing.carrier.twiml import TEXT_VERBS, BadTwiml, parse

UNREACHABLE = 30003
STOP_WORDS = frozenset({"STOP", "ARRET", "ARRÊT", "UNSUBSCRIBE"})


def carry(network: Network, text: Text) -> None:
    """Take one SMS to its phone and report each step; runs in its own thread."""
    with network.change():
        never = network.faults.take("never_deliver", channel="messages", to=text.to)
        lost = network.faults.take("undelivered", channel="messages", to=text.to)
    _report(network, text)
    with network.change():
        text.status, text.sent_at = "sent", network.clock.now()
    _report(network, text)
    if never:
        return
    with network.change():
        if lost:
            text.status, text.error_code = "undelivered", UNREACHABLE
        else:
            text.status, text.arrived_at = "delivered", network.clock.now()
    _report(network, text)


def _report(network: Network, text: Text) -> None:
    if not text.status_callback:
        return
    fields = {
        "MessageSid": text.sid,
        "SmsSid": text.sid,
        "MessageStatus": text.status,
        "SmsStatus": text.status,
        "From": text.from_number,
        "To": text.to,
    }
    if text.error_code:
        fields["ErrorCode"] = str(text.error_code)
    network.post(text.status_callback, fields)


def reply(network: Network, *, from_number: str, to: str, body: str) -> Text:
    """Send an SMS from a phone to one of our lines; return once telesec's webhook answered."""
    with network.change():
        text = network.new_text("inbound", from_number, to, body)
        text.status, text.sent_at = "received", text.created_at
        text.arrived_at, text.read = text.created_at, True
        if body.strip().upper() in STOP_WORDS:
            network.blocked.add(from_number)
    answer = network.post(
        network.doors.sms_url,
        {
            "MessageSid": text.sid,
            "SmsSid": text.sid,
            "SmsMessageSid": text.sid,
            "SmsStatus": "received",
            "NumMedia": "0",
            "NumSegments": "1",
            "From": from_number,
            "To": to,
            "Body": body,
        },
    )
    if answer and answer.ok and answer.body.strip():
        _answer_by_sms(network, text, answer.body)
    return text


def _answer_by_sms(network: Network, text: Text, document: str) -> None:
    """Carry each ``<Message>`` of telesec's answer back to the phone."""
    try:
        verbs = parse(document, allowed=TEXT_VERBS)
    except BadTwiml as error:
        network.problem(f"12200: answer to an SMS: {error}")
        return
    for verb in verbs:
        with network.change():
            back = network.new_text("outbound-reply", text.to, text.from_number, verb.text)
        carry(network, back)
