"""Faults of the simulated carrier, seen through Twilio's own client."""

import threading

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

LUNE = "+33639980001"


def test_lose_reply_takes_the_message_and_drops_the_connection(carrier, client):
    carrier.fail("lose_reply")

    with pytest.raises(requests.ConnectionError):
        client.messages.create(to=LUNE, from_=carrier.from_number, body="a")

    carrier.phone(LUNE).expect_sms("a")


def test_lose_request_takes_nothing(carrier, client):
    carrier.fail("lose_request")

    with pytest.raises(requests.ConnectionError):
        client.messages.create(to=LUNE, from_=carrier.from_number, body="a")

    assert client.messages.list() == []


@pytest.mark.parametrize(("kind", "status"), [("500", 500), ("429", 429)])
def test_error_faults_take_nothing_and_are_used_up(carrier, client, kind, status):
    carrier.fail(kind, channel="messages")

    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=LUNE, from_=carrier.from_number, body="a")
    client.messages.create(to=LUNE, from_=carrier.from_number, body="b")

    assert refused.value.status == status
    assert [m.body for m in client.messages.list()] == ["b"]


def test_delay_holds_the_answer_until_released(carrier, client):
    carrier.fail("delay", seconds=600)
    answers = []

    def send():
        answers.append(client.messages.create(to=LUNE, from_=carrier.from_number, body="a"))

    sender = threading.Thread(target=send)
    sender.start()
    carrier.phone(LUNE).expect_sms("a")
    before = list(answers)
    requests.delete(f"{carrier.url}/control/faults", timeout=10)
    sender.join(10)

    assert before == []
    assert len(answers) == 1


def test_never_deliver_stays_sent(carrier, client, doors):
    carrier.fail("never_deliver", to=LUNE)

    sent = client.messages.create(
        to=LUNE, from_=carrier.from_number, body="a", status_callback=f"{doors.url}/status"
    )

    doors.expect("/status", 2)
    assert client.messages(sent.sid).fetch().status == "sent"
    assert carrier.phone(LUNE).events == []


def test_callbacks_are_dropped_and_doubled(carrier, client, doors):
    carrier.fail("drop_callback")
    carrier.fail("duplicate_callback")

    client.messages.create(
        to=LUNE, from_=carrier.from_number, body="a", status_callback=f"{doors.url}/status"
    )

    assert [r["MessageStatus"] for r in doors.expect("/status", 3)] == ["sent", "sent", "delivered"]


def test_undelivered_says_why(carrier, client, doors):
    carrier.fail("undelivered")

    client.messages.create(
        to=LUNE, from_=carrier.from_number, body="a", status_callback=f"{doors.url}/status"
    )

    assert doors.expect("/status", 3)[-1]["ErrorCode"] == "30003"
