"""The simulated carrier, spoken to with Twilio's own client and with plain HTTP."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from telesec.integrations.twilio.carrier import TwilioCarrier
from telesec.testing.carrier import CarrierServer
from telesec.testing.carrier.client import twilio_client

LUNE = "+33639980001"
SOLEIL = "+33639980002"


def say(*sentences: str) -> str:
    return "".join(f"<Say>{sentence}</Say>" for sentence in sentences)


def test_sms_arrives_and_is_reported_in_order(carrier, client, doors):
    sent = client.messages.create(
        to=LUNE, from_=carrier.from_number, body="1 47", status_callback=f"{doors.url}/status"
    )

    got = carrier.phone(LUNE).expect_sms("1 47")
    reports = doors.expect("/status", 3)

    assert sent.status == "queued"
    assert got.sid == sent.sid
    assert [r["MessageStatus"] for r in reports] == ["queued", "sent", "delivered"]
    assert client.messages(sent.sid).fetch().status == "delivered"


def test_webhooks_are_signed_for_their_address(carrier, client, doors):
    client.messages.create(
        to=LUNE, from_=carrier.from_number, body="é", status_callback=f"{doors.url}/status?x=1"
    )

    doors.expect("/status", 3)
    _, form, signature = doors.got[0]

    validator = RequestValidator(carrier.auth_token)
    assert validator.validate(f"{doors.url}/status?x=1", form, signature)
    assert not validator.validate(f"{doors.url}/status?x=2", form, signature)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"to": "0639980001"}, 21211),
        ({"to": ""}, 21604),
        ({"from_": "+33199000099"}, 21606),
        ({"from_": ""}, 21603),
        ({"body": "a" * 1601}, 21617),
        ({"body": ""}, 21602),
        ({"status_callback": "not an address"}, 21205),
    ],
)
def test_wrong_messages_are_refused_with_the_providers_codes(carrier, client, changed, code):
    arguments = {"to": LUNE, "from_": carrier.from_number, "body": "a"} | changed

    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(**arguments)

    assert refused.value.code == code


def test_a_wrong_password_is_20003(carrier):
    client = twilio_client(carrier, "wrong")

    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=LUNE, from_=carrier.from_number, body="a")

    assert (refused.value.status, refused.value.code) == (401, 20003)


def test_stop_blocks_the_number(carrier, client):
    carrier.phone(LUNE).reply("STOP", to=carrier.from_number)

    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=LUNE, from_=carrier.from_number, body="a")

    assert refused.value.code == 21610


def test_lists_filter_by_number_and_time(carrier, client):
    for number in (LUNE, SOLEIL):
        client.messages.create(to=number, from_=carrier.from_number, body="a")
        carrier.phone(number).expect_sms()
    now = datetime.now(UTC)  # noqa: TID251 - the carrier runs on the real clock

    assert [m.to for m in client.messages.list(to=LUNE)] == [LUNE]
    assert len(client.messages.list(date_sent_after=now - timedelta(hours=1))) == 2
    assert client.messages.list(date_sent_before=now - timedelta(hours=1)) == []
    assert len(client.messages.list(date_sent=now.date(), page_size=1)) == 2


def test_call_gathers_keys_and_ends(carrier, client, doors):
    doors.answers["/voice"] = (
        f'<Response><Gather numDigits="2" action="{doors.url}/digits">{say("Code")}</Gather></Response>'
    )
    doors.answers["/digits"] = f"<Response>{say('Merci')}</Response>"
    created = client.calls.create(
        to=LUNE,
        from_=carrier.from_number,
        url=f"{doors.url}/voice",
        status_callback=f"{doors.url}/status",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    phone = carrier.phone(LUNE)

    phone.expect_call()
    phone.press("47")
    phone.expect_said("Merci")
    phone.expect_status("completed")

    assert doors.expect("/digits")[0]["Digits"] == "47"
    assert [r["CallStatus"] for r in doors.expect("/status", 4)] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert client.calls(created.sid).fetch().status == "completed"
    assert carrier.problems == []


@pytest.mark.parametrize(
    ("act", "status"), [("decline", "busy"), ("ring_out", "no-answer"), ("voicemail", "completed")]
)
def test_call_not_taken_by_a_human_ends_so(carrier, client, doors, act, status):
    doors.answers["/voice"] = (
        f'<Response><Gather numDigits="2" action="{doors.url}/digits">{say("Code")}</Gather></Response>'
    )
    client.calls.create(to=LUNE, from_=carrier.from_number, url=f"{doors.url}/voice")
    phone = carrier.phone(LUNE)
    phone.expect_call()

    getattr(phone, act)()
    phone.expect_status(status)

    assert doors.at("/digits") == []


def test_call_without_keys_goes_on_after_the_gather(carrier, client, doors):
    doors.answers["/voice"] = (
        f'<Response><Gather numDigits="2" action="/d">{say("Code")}</Gather>{say("Au revoir")}</Response>'
    )
    client.calls.create(to=LUNE, from_=carrier.from_number, url=f"{doors.url}/voice")
    phone = carrier.phone(LUNE)
    phone.expect_call()
    phone.answer()

    phone.press_nothing()

    phone.expect_said("Au revoir")
    phone.expect_status("completed")


def test_call_is_busy_while_another_rings(carrier, client):
    for _ in range(2):
        client.calls.create(to=LUNE, from_=carrier.from_number, twiml="<Response><Say>a</Say></Response>")
        carrier.network.wait_until(lambda: carrier.network.live_call(LUNE) is not None, 5)

    busy = carrier.phone(LUNE).expect_status("busy")

    assert busy.start_at is None


def test_the_account_can_end_and_redirect_a_call(carrier, client):
    twiml = '<Response><Say>un</Say><Pause length="60"/></Response>'
    call = client.calls.create(to=LUNE, from_=carrier.from_number, twiml=twiml)
    phone = carrier.phone(LUNE)
    phone.expect_call()
    phone.answer()
    phone.expect_said("un")

    client.calls(call.sid).update(twiml=twiml.replace("un", "deux"))
    phone.expect_said("deux")
    client.calls(call.sid).update(status="completed")

    phone.expect_status("completed")


def test_a_document_with_another_verb_is_a_problem(carrier, client, doors):
    doors.answers["/voice"] = "<Response><Dial>+33199000009</Dial></Response>"
    client.calls.create(to=LUNE, from_=carrier.from_number, url=f"{doors.url}/voice")
    phone = carrier.phone(LUNE)
    phone.expect_call()

    phone.answer()

    phone.expect_said("application error")
    assert "12100" in carrier.problems[0]


def test_a_person_rings_a_line_and_leaves_words(carrier, doors):
    carrier.listen_at(voice_url=f"{doors.url}/calls", voice_status_url=f"{doors.url}/ended")
    doors.answers["/calls"] = (
        f'<Response>{say("Cabinet des Lilas")}<Record action="{doors.url}/recorded"/></Response>'
    )
    phone = carrier.phone(SOLEIL)

    phone.ring(carrier.from_number)
    phone.expect_said("Cabinet des Lilas")
    phone.say("C'est Bruno")

    recorded = doors.expect("/recorded")[0]
    sound = requests.get(
        recorded["RecordingUrl"] + ".wav", auth=(carrier.account_sid, carrier.auth_token), timeout=10
    )
    assert doors.expect("/calls")[0]["CallStatus"] == "ringing"
    assert doors.expect("/ended")[0]["CallStatus"] == "completed"
    assert sound.content.startswith(b"RIFF")


def test_a_caller_can_give_up(carrier, doors):
    carrier.listen_at(voice_url=f"{doors.url}/calls")
    doors.answers["/calls"] = f'<Response>{say("Bonjour")}<Pause length="600"/></Response>'
    phone = carrier.phone(SOLEIL)
    phone.ring(carrier.from_number)
    phone.expect_said("Bonjour")

    phone.hang_up()

    phone.expect_status("completed")


def test_a_waiting_caller_is_redirected_until_telesec_hangs_up(carrier, doors):
    carrier.listen_at(voice_url=f"{doors.url}/calls")
    doors.answers["/calls"] = (
        f"<Response><Pause length='20'/><Redirect>{doors.url}/again</Redirect></Response>"
    )
    doors.answers["/again"] = "<Response><Hangup/></Response>"
    phone = carrier.phone(SOLEIL)
    phone.ring(carrier.from_number)

    phone.press_nothing()

    phone.expect_status("completed")
    assert doors.expect("/again")[0]["CallStatus"] == "in-progress"


def test_a_reply_is_announced(carrier, doors):
    carrier.listen_at(sms_url=f"{doors.url}/sms")

    carrier.phone(LUNE).reply("1 47")

    form = doors.expect("/sms")[0]
    assert (form["From"], form["To"], form["Body"]) == (LUNE, carrier.from_number, "1 47")
    assert carrier.problems == []


def test_a_reply_is_answered_by_sms(carrier, doors):
    carrier.listen_at(sms_url=f"{doors.url}/sms")
    doors.answers["/sms"] = TwilioCarrier("").text_back("C'est noté <47>")

    carrier.phone(LUNE).reply("1 47", to=carrier.from_number)

    assert carrier.phone(LUNE).expect_sms("C'est noté <47>").direction == "outbound-reply"
    assert carrier.problems == []


def test_a_voice_document_answers_no_sms(carrier, doors):
    carrier.listen_at(sms_url=f"{doors.url}/sms")
    doors.answers["/sms"] = f"<Response>{say('Bonjour')}</Response>"

    carrier.phone(LUNE).reply("1 47", to=carrier.from_number)

    assert "12200" in carrier.problems[0]


def test_what_nobody_expected_fails(carrier, client):
    client.messages.create(to=LUNE, from_=carrier.from_number, body="a")
    carrier.network.wait_until(lambda: bool(carrier.network.events_of(LUNE)), 5)

    with pytest.raises(AssertionError):
        carrier.expect_nothing_else()
    carrier.phone(LUNE).expect_sms()

    carrier.expect_nothing_else()


def test_expect_says_what_came_instead(carrier):
    with pytest.raises(AssertionError, match="expected a call"):
        carrier.phone(LUNE).expect_call(timeout=0.01)


def test_state_is_found_again(tmp_path):
    with CarrierServer(state_dir=tmp_path) as carrier:
        client = twilio_client(carrier)
        client.messages.create(to=LUNE, from_=carrier.from_number, body="a")
        carrier.phone(LUNE).expect_sms()
        client.calls.create(to=LUNE, from_=carrier.from_number, twiml="<Response><Say>a</Say></Response>")
        carrier.phone(LUNE).expect_call()

    with CarrierServer(state_dir=tmp_path) as carrier:
        events = requests.get(f"{carrier.url}/phones/{LUNE}/events", timeout=10).json()

    assert [e["type"] for e in events] == ["sms", "call"]
    assert events[0]["status"] == "delivered"
    assert json.loads((tmp_path / "network.json").read_text())["phones"] == [LUNE]
