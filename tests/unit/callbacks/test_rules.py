"""When a promised call is due."""

from datetime import UTC, datetime, timedelta

import pytest

from telesec.callbacks.rules import LATEST_PROMISE, Urgency, earlier, promise_fits, urgency

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(-1, Urgency.LATE), (0, Urgency.LATE), (15, Urgency.SOON), (16, Urgency.LATER)],
)
def test_urgency_counts_to_the_promise(minutes, expected):
    assert urgency(NOW + timedelta(minutes=minutes), NOW) is expected


def test_promise_fits_between_now_and_a_month():
    assert promise_fits(NOW, NOW)
    assert promise_fits(NOW + LATEST_PROMISE, NOW)
    assert not promise_fits(NOW - timedelta(minutes=2), NOW)
    assert not promise_fits(NOW + LATEST_PROMISE + timedelta(seconds=1), NOW)


def test_earlier_keeps_the_first_promise():
    assert earlier(NOW, NOW + timedelta(hours=1)) == NOW
