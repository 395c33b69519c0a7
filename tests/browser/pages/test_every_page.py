"""No page of telesec, in no size or scheme, breaks a rule of axe or its screen, or prints a button."""

import sys
from pathlib import Path

import pytest

from telesec.app import create_app

sys.path.insert(0, str(Path(__file__).parent))
import states
from table import NO_PAGES, TABLE
from visitor import wrong_of


@pytest.mark.parametrize("part", [part for part in TABLE if part not in states.MORE])
def test_no_page_breaks_a_rule_or_its_screen(browser, world, part):
    assert not wrong_of(browser, world, TABLE[part])


def test_every_page_has_its_row(deps):
    rules = [rule for rule in create_app(deps).url_map.iter_rules() if "GET" in rule.methods]
    ours = {rule.endpoint for rule in rules if not rule.rule.startswith("/api/")}

    known = {look.endpoint for looks in TABLE.values() for look in looks} - {"no page at all"}

    assert known | set(NO_PAGES) == ours
    assert known & set(NO_PAGES) == set()
