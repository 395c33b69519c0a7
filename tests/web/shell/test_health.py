"""What watches the installation tells states and counts, never a name."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from telesec.alerts.ports import ChannelKind
from telesec.app import create_app
from telesec.foundation.addresses import AddressGuard, networks
from telesec.foundation.database import Database
from telesec.foundation.http_client import guarded_requests_session
from telesec.integrations.twilio.gateway import Account, SmsChannel, VoiceChannel
from telesec.testing.carrier import CarrierServer
from telesec.testing.installation import wait_for


@pytest.fixture
def worker_beats(deps, clock):
    """Write the heartbeat of a worker that lives."""
    with deps.database.session((), "test") as session:
        session.execute(
            text("insert into procrastinate_workers (last_heartbeat) values (:at)"), {"at": clock.now()}
        )
        session.commit()


def test_ready_with_a_database_and_a_live_worker(client, worker_beats):
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json["parts"] == {"database": True, "worker": True, "alerts": True}


def test_not_ready_when_the_worker_is_silent(client, worker_beats, clock):
    clock.advance(minutes=2)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json["parts"]["worker"] is False


def test_not_ready_without_a_database_but_alive(deps, tmp_path):
    away = Database(f"postgresql://x@/x?host={tmp_path}", b"0" * 32)
    client = create_app(deps.with_parts(database=away)).test_client()

    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_metrics_name_endpoints_and_states_only(client, ada):
    ada.get("/desk")
    ada.get("/desk/calls/00000000-0000-0000-0000-000000000007/00000000-0000-0000-0000-000000000007")

    words = client.get("/metrics").text

    assert 'endpoint="desk.idle"' in words
    assert "00000000-0000" not in words


def test_a_beat_from_the_near_past_is_enough(client, worker_beats, clock):
    clock.advance(seconds=timedelta(seconds=50).total_seconds())

    assert client.get("/readyz").status_code == 200


def test_ready_tells_what_the_carrier_last_answered_and_stays_ready_without_it(deps, worker_beats):
    with CarrierServer() as carrier:
        guard = AddressGuard(networks(["127.0.0.0/8"]))
        account = Account(
            sid=carrier.account_sid, auth_token=carrier.auth_token, base_url=carrier.url,
            from_number=carrier.from_number, session=lambda: guarded_requests_session(guard),
        )  # fmt: skip
        channels = {
            ChannelKind.SMS: (SmsChannel(account),),
            ChannelKind.VOICE: (VoiceChannel(replace(account, auth_token="wrong")),),
        }
        client = create_app(deps.with_parts(channels=channels)).test_client()
        first = client.get("/readyz")

        assert wait_for(lambda: "unknown" not in client.get("/readyz").json["outside"].values())
        last = client.get("/readyz")
        words = client.get("/metrics").text

    assert first.json["outside"].keys() == {"sms", "voice"}
    assert last.json["outside"] == {"sms": "ok", "voice": "refused"}
    assert last.status_code == 200
    assert 'telesec_outside_up{channel="voice"} 0.0' in words
    assert {request.method for request in carrier.requests} == {"GET"}


def test_metrics_tell_ages_and_counts(client, worker_beats, clock, cast):
    clock.advance(seconds=30)

    words = client.get("/metrics").text

    assert "telesec_worker_silent_seconds 30.0" in words
    assert "telesec_database_up 1.0" in words
    assert 'telesec_calendars{health="refused"} 0.0' in words


def test_metrics_are_read_from_the_database_every_15_seconds_at_most(client, worker_beats, clock):
    client.get("/metrics")
    clock.advance(seconds=14)
    early = client.get("/metrics").text
    clock.advance(seconds=2)
    late = client.get("/metrics").text

    assert "telesec_worker_silent_seconds 0.0" in early
    assert "telesec_worker_silent_seconds 16.0" in late


def test_metrics_say_that_the_database_is_away(deps, tmp_path):
    away = Database(f"postgresql://x@/x?host={tmp_path}", b"0" * 32)

    answer = create_app(deps.with_parts(database=away)).test_client().get("/metrics")

    assert answer.status_code == 200
    assert "telesec_database_up 0.0" in answer.text
