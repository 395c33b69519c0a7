"""The pace of scheduling's sweeps."""

from telesec.scheduling import flow
from telesec.scheduling.jobs import SWEEPS


def test_dead_calendar_is_noticed_within_a_minute():
    pace = next(sweep.every_seconds for sweep in SWEEPS if sweep.name == "scheduling.refresh")

    assert flow.READ_EVERY.total_seconds() + pace < 60
