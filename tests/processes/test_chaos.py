"""A short ``telesec chaos``: real processes are killed and stopped under load, nothing is lost."""

from telesec.testing.chaos.run import Plan, run


def test_what_was_acknowledged_survives_everything_that_breaks():
    result = run(Plan(seconds=12, seed=7, programs=8, desks=3, pause_seconds=2))

    found = result.findings
    assert (found.lost, found.doubled, found.disagreements) == ([], [], []), result.broke
    assert result.operations
    assert result.broke
