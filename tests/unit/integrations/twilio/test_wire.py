"""Twilio's bytes ↔ our values: forms out, webhooks in, signatures, TwiML."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from telesec.alerts.ports import (
    DeliveryReport,
    DeliveryStatus,
    DigitsPressed,
    Notice,
    TextReceived,
    VoiceAnswered,
    WebhookRequest,
)
from telesec.foundation.errors import Refused
from telesec.foundation.ids import new_id
from telesec.integrations.twilio import wire
from telesec.integrations.twilio.addresses import Door, delivery_url, read_delivery_url

TOKEN = "a-token-of-the-tests"
BASE = "https://desk.example"
DELIVERY = UUID("019abcde-0000-7000-8000-000000000001")
SID = "SM" + "0" * 32
CALL = "CA" + "1" * 32
NOTICE = Notice(
    delivery_id=DELIVERY,
    to="+33639980001",
    urgent_count=1,
    code="47",
    language="fr",
    callback_base=BASE,
    text="1 message urgent vous attend. Répondez 1 47. desk.example",
)


def signed(url: str, *form: tuple[str, str]) -> WebhookRequest:
    fields = dict(form)
    signature = RequestValidator(TOKEN).compute_signature(url, fields)
    return WebhookRequest(url=url, form=form, headers={"X-Twilio-Signature": signature})


def at(door: Door, *form: tuple[str, str]) -> WebhookRequest:
    return WebhookRequest(url=delivery_url(BASE, DELIVERY, door), form=form, headers={})


def test_message_parameters_carry_the_delivery_in_the_callback():
    parameters = wire.message_parameters(NOTICE, from_number="+33199000001")

    assert parameters == {
        "to": "+33639980001",
        "from_": "+33199000001",
        "body": NOTICE.text,
        "status_callback": f"{BASE}/hooks/twilio/deliveries/{DELIVERY}/status",
    }


def test_call_parameters_ask_for_every_event():
    parameters = wire.call_parameters(NOTICE, from_number="+33199000001")

    assert parameters["url"] == f"{BASE}/hooks/twilio/deliveries/{DELIVERY}/voice"
    assert parameters["status_callback_event"] == ["initiated", "ringing", "answered", "completed"]


def test_message_body_is_cut_at_the_provider_limit():
    parameters = wire.message_parameters(replace(NOTICE, text="é" * 2000), from_number="+33199000001")

    assert len(parameters["body"]) == 1600


@pytest.mark.parametrize("door", list(Door))
def test_delivery_url_reads_back(door):
    assert read_delivery_url(delivery_url(BASE, DELIVERY, door)) == (DELIVERY, door)


@pytest.mark.parametrize(
    "path",
    [
        "/hooks/twilio/sms",
        "/hooks/twilio/deliveries/",
        "/hooks/twilio/deliveries/x/status",
        f"/hooks/twilio/deliveries/{DELIVERY}/other",
        f"/hooks/twilio/deliveries/{DELIVERY}",
        f"/hooks/twilio/deliveries/{{{DELIVERY}}}/status",
        f"/hooks/twilio/deliveries/{str(DELIVERY).upper()}/status",
    ],
)
def test_other_addresses_are_no_delivery(path):
    assert read_delivery_url(BASE + path) is None


def test_signature_of_the_published_example_is_right():
    """The example of Twilio's "Validating requests" page."""
    request = WebhookRequest(
        url="https://mycompany.com/myapp.php?foo=1&bar=2",
        form=(
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ),
        headers={"x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
    )

    assert wire.signature_is_right(request, auth_token="12345")


def test_signature_is_refused_when_missing():
    request = replace(signed(f"{BASE}/hooks/twilio/sms", ("Body", "1 47")), headers={})

    assert not wire.signature_is_right(request, auth_token=TOKEN)


@pytest.mark.parametrize("signature", ["", "AAAA", "é" * 28, "\x00" * 28])
def test_signature_is_refused_when_forged(signature):
    request = signed(f"{BASE}/hooks/twilio/sms", ("Body", "1 47"))

    assert not wire.signature_is_right(
        replace(request, headers={"X-Twilio-Signature": signature}), auth_token=TOKEN
    )


def test_signature_is_refused_for_another_address():
    request = signed("https://attacker.example/hooks/twilio/sms", ("Body", "1 47"))

    assert not wire.signature_is_right(replace(request, url=f"{BASE}/hooks/twilio/sms"), auth_token=TOKEN)


@pytest.mark.parametrize(
    "form",
    [(), (("Body", "1 48"),), (("Body", "1 47"), ("Extra", "1")), (("Body", "1 47"), ("Body", "1 48"))],
)
def test_signature_is_refused_for_another_form(form):
    request = signed(f"{BASE}/hooks/twilio/sms", ("Body", "1 47"))

    assert not wire.signature_is_right(replace(request, form=form), auth_token=TOKEN)


def test_signature_counts_repeated_keys():
    url = f"{BASE}/hooks/twilio/sms"
    form = (("To", "a"), ("To", "b"))
    signature = RequestValidator(TOKEN).compute_signature(url, wire._Form(form))

    request = WebhookRequest(url=url, form=form, headers={"X-Twilio-Signature": signature})

    assert wire.signature_is_right(request, auth_token=TOKEN)
    assert not wire.signature_is_right(replace(request, form=(("To", "b"),)), auth_token=TOKEN)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("queued", DeliveryStatus.QUEUED),
        ("sent", DeliveryStatus.SENT),
        ("delivered", DeliveryStatus.DELIVERED),
        ("undelivered", DeliveryStatus.FAILED),
        ("a-new-word", DeliveryStatus.UNKNOWN),
    ],
)
def test_message_status_becomes_ours(word, status):
    event = wire.parse(at(Door.STATUS, ("MessageSid", SID), ("MessageStatus", word)))

    assert event == DeliveryReport(DELIVERY, SID, status)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("initiated", DeliveryStatus.QUEUED),
        ("ringing", DeliveryStatus.SENDING),
        ("in-progress", DeliveryStatus.ANSWERED),
        ("completed", DeliveryStatus.ANSWERED),
        ("busy", DeliveryStatus.FAILED),
        ("no-answer", DeliveryStatus.FAILED),
    ],
)
def test_call_status_becomes_ours(word, status):
    event = wire.parse(at(Door.STATUS, ("CallSid", CALL), ("CallStatus", word)))

    assert event == DeliveryReport(DELIVERY, CALL, status)


def test_error_code_is_kept():
    event = wire.parse(
        at(Door.STATUS, ("MessageSid", SID), ("MessageStatus", "undelivered"), ("ErrorCode", "30003"))
    )

    assert event == DeliveryReport(DELIVERY, SID, DeliveryStatus.FAILED, "30003")


def test_voice_and_digits_are_told_apart_by_their_door():
    answered = wire.parse(at(Door.VOICE, ("CallSid", CALL), ("CallStatus", "in-progress")))
    pressed = wire.parse(at(Door.DIGITS, ("CallSid", CALL), ("Digits", "47")))

    assert answered == VoiceAnswered(DELIVERY, CALL)
    assert pressed == DigitsPressed(DELIVERY, CALL, "47")


def test_incoming_text_is_parsed():
    request = WebhookRequest(
        url=f"{BASE}/hooks/twilio/sms",
        form=(("MessageSid", SID), ("From", "+33639980001"), ("To", "+33199000001"), ("Body", "1 47")),
        headers={},
    )

    assert wire.parse(request) == TextReceived(SID, "+33639980001", "+33199000001", "1 47")


GOOD_TEXT = {"MessageSid": SID, "From": "+33639980001", "To": "+33199000001", "Body": "1 47"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("MessageSid", "SM' or 1=1"),
        ("MessageSid", SID + "0"),
        ("From", "+33 6 39 98 00 01"),
        ("From", "sip:a@b"),
        ("From", "+٣٣٦٣٩٩٨٠٠٠١"),
        ("From", "+33639980001\n"),
        ("To", ""),
        ("Body", "a\x00b"),
        ("Body", "x" * 1601),
        ("Body", None),
    ],
)
def test_hostile_texts_are_refused(field, value):
    form = tuple((key, v) for key, v in (GOOD_TEXT | {field: value}).items() if v is not None)

    with pytest.raises(Refused) as refused:
        wire.parse(WebhookRequest(url=f"{BASE}/hooks/twilio/sms", form=form, headers={}))

    assert refused.value.status == 422


def test_a_field_given_twice_is_refused():
    form = (*GOOD_TEXT.items(), ("From", "+33639980002"))

    with pytest.raises(Refused):
        wire.parse(WebhookRequest(url=f"{BASE}/hooks/twilio/sms", form=form, headers={}))


@pytest.mark.parametrize("digits", ["4٧", "47; drop", "4" * 21])
def test_hostile_digits_are_refused(digits):
    with pytest.raises(Refused):
        wire.parse(at(Door.DIGITS, ("CallSid", CALL), ("Digits", digits)))


@given(st.lists(st.tuples(st.sampled_from([*GOOD_TEXT, "Digits", "CallSid", "CallStatus"]), st.text())))
def test_any_form_is_an_event_or_refused(form):
    for url in (f"{BASE}/hooks/twilio/sms", *(delivery_url(BASE, DELIVERY, door) for door in Door)):
        try:
            event = wire.parse(WebhookRequest(url=url, form=tuple(form), headers={}))
        except Refused:
            continue
        assert event.provider_id


def test_attempt_time_is_read_from_its_id():
    early, late = new_id(), new_id()

    assert wire.attempted_at(early) <= wire.attempted_at(late)
    assert wire.attempted_at(UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")).isoformat() == (
        "2022-02-22T19:22:22+00:00"
    )


def test_voice_document_gathers_two_digits_twice():
    document = wire.voice_document(
        ("Un message urgent.", "Tapez 4 7."), language="fr", gather_url=f"{BASE}/d?a=1&b=2"
    )

    assert document.count("<Gather") == 2
    assert document.count('numDigits="2"') == 2
    assert 'action="https://desk.example/d?a=1&amp;b=2"' in document
    assert document.index("Un message urgent.") > document.index("<Gather")


def test_voice_document_gathers_one_digit_for_an_outcome():
    document = wire.voice_document(("Tapez 1.",), language="fr", gather_url=f"{BASE}/d", digits=1)

    assert 'numDigits="1"' in document


def test_voice_document_escapes_what_it_says():
    document = wire.voice_document(("</Say><Dial>+33199000009</Dial>",), language="en", gather_url=None)

    assert "<Dial>" not in document
    assert 'language="en-GB"' in document


def test_nothing_to_say_is_an_empty_document():
    assert wire.voice_document((), language="fr", gather_url=None).endswith("<Response />")


@pytest.mark.parametrize("code", [21211, 21610, 21614])
def test_address_errors_are_permanent(code):
    assert code in wire.PERMANENT_CODES


@pytest.mark.parametrize("code", [20003, 20429, 21603, 21606, 30001, 30003, 30008])
def test_our_own_and_passing_errors_are_not_permanent(code):
    assert code not in wire.PERMANENT_CODES
