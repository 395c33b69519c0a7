"""A short ``telesec chaos``: everybody at once, then processes killed and stopped under load."""

import tempfile
from pathlib import Path

import pytest

from telesec.testing.chaos.run import Plan, in_demo
from telesec.testing.demo.running import RunningDemo

NEVER = 10_000


@pytest.fixture(scope="module")
def demo():
    with (
        tempfile.TemporaryDirectory(prefix="telesec-chaos-", ignore_cleanup_errors=True) as name,
        RunningDemo(Path(name) / "data") as running,
    ):
        yield running


@pytest.mark.parametrize(
    "plan",
    [
        Plan(seconds=8, seed=7, programs=20, desks=64, pause_seconds=NEVER),
        Plan(seconds=12, seed=7, programs=8, desks=3, pause_seconds=2),
    ],
    ids=["64 desks and 20 programs at once", "everything breaks"],
)
def test_what_was_acknowledged_is_there(demo, plan):
    result = in_demo(demo, plan)

    found = result.findings
    assert (found.lost, found.doubled, found.disagreements) == ([], [], []), result.broke
    assert result.operations
    assert bool(result.broke) == (plan.pause_seconds != NEVER)
