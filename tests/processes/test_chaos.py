"""A short ``telesec chaos``: everybody at once, then processes killed and stopped under load."""

import tempfile
from pathlib import Path

from telesec.testing.chaos.run import Plan, in_demo
from telesec.testing.demo.running import RunningDemo

NEVER = 10_000
EVERYBODY = Plan(seconds=8, seed=7, programs=20, desks=64, pause_seconds=NEVER)
BROKEN = Plan(seconds=12, seed=7, programs=8, desks=3, pause_seconds=2)


def test_what_was_acknowledged_is_there_with_everybody_at_work_and_when_everything_breaks():
    """In this order: what breaks a demo leaves it without the calendars it was started with."""
    with (
        tempfile.TemporaryDirectory(prefix="telesec-chaos-", ignore_cleanup_errors=True) as name,
        RunningDemo(Path(name) / "data") as demo,
    ):
        for plan in (EVERYBODY, BROKEN):
            result = in_demo(demo, plan)

            found = result.findings
            assert (found.lost, found.doubled, found.disagreements) == ([], [], []), result.broke
            assert result.operations
            assert bool(result.broke) == (plan is BROKEN)
