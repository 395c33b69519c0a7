"""No state of a page that a morning seldom shows breaks a rule of axe or its screen, or prints a button."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import states
from table import TABLE
from visitor import wrong_of


@pytest.mark.parametrize("part", states.MORE)
def test_no_state_breaks_a_rule_or_its_screen(browser, world, clock, part):
    states.MORE[part](world, clock)

    assert not wrong_of(browser, world, TABLE[part])
