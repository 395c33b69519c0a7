"""The Twilio channels against the simulated carrier over HTTP: sent, refused, lost, found again."""

from dataclasses import replace
from uuid import UUID

import pytest

from telesec.alerts.ports import ChannelKind, DeliveryOutcomeUnknown, DeliveryStatus, Notice, Receipt
from telesec.foundation.addresses import AddressGuard, networks
from telesec.foundation.errors import Unavailable
from telesec.foundation.http_client import guarded_requests_session
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.integrations.twilio.carrier import TwilioCarrier
from telesec.integrations.twilio.gateway import Account, SmsChannel, VoiceChannel
from telesec.testing.carrier.listener import Listener

LUNE = "+33639980001"
LOOPBACK = networks(["127.0.0.0/8"])


def account_of(carrier, *, allowed=LOOPBACK, **changed) -> Account:
    guard = AddressGuard(allowed)
    account = Account(
        sid=carrier.account_sid,
        auth_token=carrier.auth_token,
        base_url=carrier.url,
        from_number=carrier.from_number,
        session=lambda: guarded_requests_session(guard),
    )
    return replace(account, **changed)


@pytest.fixture
def sms(carrier) -> SmsChannel:
    return SmsChannel(account_of(carrier))


@pytest.fixture
def voice(carrier) -> VoiceChannel:
    return VoiceChannel(account_of(carrier))


def notice(carrier, *, to: str = LUNE, code: str = "47", delivery_id: UUID | None = None) -> Notice:
    return Notice(
        delivery_id=delivery_id or new_id(),
        to=to,
        urgent_count=1,
        code=code,
        language="fr",
        callback_base=carrier.url,
        text=f"1 message urgent vous attend. Répondez 1 {code}. desk.example",
        spoken=("Un message urgent vous attend.",),
    )


def test_sms_reaches_the_phone(carrier, sms):
    receipt = sms.send(notice(carrier))

    text = carrier.phone(LUNE).expect_sms("Répondez 1 47")
    assert receipt.provider_id == text.sid
    assert receipt.status is DeliveryStatus.QUEUED
    assert sms.kind is ChannelKind.SMS


def test_sms_is_one_segment(carrier, sms):
    sms.send(notice(carrier))
    carrier.phone(LUNE).expect_sms()

    (text,) = carrier.network.texts.values()

    assert text.as_json(carrier.account_sid)["num_segments"] == "1"


def test_voice_rings_the_phone(carrier, voice):
    receipt = voice.send(notice(carrier))

    call = carrier.phone(LUNE).expect_call()
    assert receipt.provider_id == call.sid
    assert call.timeout == 25


@pytest.mark.parametrize("kind", ["lose_reply", "delay"])
def test_lost_answer_is_unknown_and_found_again(carrier, sms, kind):
    sent = notice(carrier)
    carrier.fail(kind)

    with pytest.raises(DeliveryOutcomeUnknown):
        sms.send(sent)
    found = sms.look_up(sent)

    assert found is not None
    assert found.provider_id == carrier.phone(LUNE).expect_sms().sid


def test_lost_answer_of_a_call_is_unknown_and_found_again(carrier, voice):
    sent = notice(carrier)
    carrier.fail("lose_reply", channel="calls")

    with pytest.raises(DeliveryOutcomeUnknown):
        voice.send(sent)
    found = voice.look_up(sent)

    assert found is not None
    assert found.provider_id == carrier.phone(LUNE).expect_call().sid


@pytest.mark.parametrize("kind", ["lose_request", "500"])
def test_request_that_was_not_taken_is_unknown_and_not_found(carrier, sms, voice, kind):
    sent = notice(carrier)
    for channel in (sms, voice):
        carrier.fail(kind)

        with pytest.raises(DeliveryOutcomeUnknown):
            channel.send(sent)

        assert channel.look_up(sent) is None


def test_look_up_does_not_take_another_code(carrier, sms):
    sms.send(notice(carrier, code="12"))
    carrier.phone(LUNE).expect_sms()

    assert sms.look_up(notice(carrier, code="47")) is None


def test_look_up_finds_a_message_though_more_wait_meanwhile(carrier, sms):
    attempt = notice(carrier)
    sent = sms.send(attempt)

    found = sms.look_up(
        replace(attempt, text=f"3 messages urgents vous attendent. Répondez 1 {attempt.code}.")
    )

    assert found is not None
    assert found.provider_id == sent.provider_id


def test_look_up_does_not_take_an_older_message(carrier, sms):
    sms.send(notice(carrier))
    later = UUID(int=new_id().int + (60_000 << 80))

    assert sms.look_up(notice(carrier, delivery_id=later)) is None


def test_look_up_does_not_take_another_number(carrier, sms):
    sms.send(notice(carrier, to="+33639980002"))

    assert sms.look_up(notice(carrier)) is None


def test_look_up_does_not_take_what_another_of_our_numbers_sent(carrier, sms):
    carrier.network.lines.append("+33199000002")
    SmsChannel(account_of(carrier, from_number="+33199000002")).send(notice(carrier))

    assert sms.look_up(notice(carrier)) is None


def test_look_up_does_not_take_an_answer_to_an_sms(carrier, sms):
    attempt = notice(carrier)
    with Listener() as doors:
        carrier.listen_at(sms_url=f"{doors.url}/sms")
        doors.answers["/sms"] = TwilioCarrier("").text_back(attempt.text)
        carrier.phone(LUNE).reply("?", to=carrier.from_number)

    assert sms.look_up(attempt) is None


def test_look_up_of_a_call_among_several_finds_none(carrier, voice):
    attempt = notice(carrier)
    voice.send(notice(carrier))
    voice.send(notice(carrier))

    assert voice.look_up(attempt) is None


@pytest.mark.parametrize("to", ["0639980001", "+33", "lune@example.org"])
def test_wrong_number_is_permanent(carrier, sms, voice, to):
    for channel in (sms, voice):
        with pytest.raises(Unavailable) as refused:
            channel.send(notice(carrier, to=to))

        assert refused.value.permanent


def test_number_that_said_stop_is_permanent(carrier, sms):
    carrier.phone(LUNE).reply("STOP", to=carrier.from_number)

    with pytest.raises(Unavailable) as refused:
        sms.send(notice(carrier))

    assert refused.value.permanent


def test_too_many_requests_may_pass(carrier, sms):
    carrier.fail("429")

    with pytest.raises(Unavailable) as refused:
        sms.send(notice(carrier))

    assert not refused.value.permanent


@pytest.mark.parametrize("changed", [{"auth_token": "wrong"}, {"from_number": "+33199000099"}])
def test_our_own_mistakes_are_not_the_numbers_fault(carrier, changed):
    sms = SmsChannel(account_of(carrier, **changed))

    with pytest.raises(Unavailable) as refused:
        sms.send(notice(carrier))

    assert not refused.value.permanent


def test_carrier_that_does_not_listen_is_unavailable_not_unknown(carrier):
    sms = SmsChannel(account_of(carrier, base_url="http://127.0.0.1:9"))

    with pytest.raises(Unavailable):
        sms.send(notice(carrier))
    with pytest.raises(Unavailable):
        sms.look_up(notice(carrier))


def test_address_outside_the_allowed_networks_is_not_reached(carrier):
    sms = SmsChannel(account_of(carrier, allowed=()))

    with pytest.raises(Unavailable) as refused:
        sms.send(notice(carrier))

    assert not refused.value.permanent
    assert carrier.requests == []


class Chatter:
    """A session whose answer the guard refuses after the request left: too long, too slow, compressed."""

    def request(self, *_sent, **_more):
        raise Unavailable("response_refused", say("No."))


def test_an_answer_the_guard_refuses_is_unknown(carrier):
    sms = SmsChannel(account_of(carrier, session=Chatter))

    with pytest.raises(DeliveryOutcomeUnknown):
        sms.send(notice(carrier))


def test_errors_carry_no_number(carrier, sms):
    with pytest.raises(Unavailable) as refused:
        sms.send(notice(carrier, to="+3363998000x"))

    assert "+336" not in f"{refused.value!r} {refused.value.sentence}"
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_failed_look_up_is_unavailable(carrier):
    sms = SmsChannel(account_of(carrier, auth_token="wrong"))

    with pytest.raises(Unavailable):
        sms.look_up(notice(carrier))


def test_stop_ends_a_call_that_rings(carrier, voice):
    receipt = voice.send(notice(carrier))
    call = carrier.phone(LUNE).expect_call()

    voice.stop(receipt)

    assert carrier.network.wait_until(lambda: call.status == "canceled", 5)


def test_stop_of_a_call_that_is_over_changes_nothing(carrier, voice):
    receipt = voice.send(notice(carrier))
    call = carrier.phone(LUNE).expect_call()
    voice.stop(receipt)
    carrier.network.wait_until(lambda: call.is_over, 5)

    voice.stop(receipt)

    assert call.status == "canceled"


def test_stop_says_when_the_carrier_does_not_know_the_call(voice):
    with pytest.raises(Unavailable):
        voice.stop(Receipt("CA" + "0" * 32, DeliveryStatus.SENT))
