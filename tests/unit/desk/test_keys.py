"""One place knows the keys: what a template names stands in the table, and the table promises no other."""

import re
from pathlib import Path

from telesec.desk.keys import DIGITS, KEYS, PLACES, SIGNS, Place, taught

TEMPLATES = Path(__file__).parents[3] / "telesec" / "desk" / "templates"
BY_SCRIPT = {"ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End", "+"}
"""Moves inside a list are the lists' own, on whatever row the keyboard is; so is the button of the rest."""


def named():
    """Return every key a template names; digits and signs are a loop's, the bar's keys the table's."""
    found = {*DIGITS, *SIGNS} | {key.name for key in KEYS.values() if key.view}
    for path in TEMPLATES.rglob("*.html"):
        for value in re.findall(r'aria-keyshortcuts="([^"{]+)"', path.read_text(encoding="utf-8")):
            found |= set(value.split())
    return found


def test_every_key_of_a_page_is_in_the_table_and_every_key_of_the_table_on_a_page():
    known = {name for key in KEYS.values() for name in key.names}

    assert named() == known - BY_SCRIPT


def test_every_key_is_taught_once():
    shown = [key for _, keys in taught() for key in keys]

    assert sorted(map(str, shown)) == sorted(map(str, KEYS.values()))
    assert set(PLACES) == set(Place)


def test_no_two_keys_of_one_place_are_the_same():
    for _, keys in taught():
        names = [name for key in keys for name in key.names]
        assert len(names) == len(set(names))


def test_a_cap_is_what_is_printed_for_the_reader():
    assert [KEYS["yes"].cap("fr"), KEYS["yes"].cap("en"), KEYS["next"].cap("fr")] == ["O", "Y", "F2"]
