"""What watches the installation tells states and counts, never a name."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from telesec.app import create_app
from telesec.foundation.database import Database


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
