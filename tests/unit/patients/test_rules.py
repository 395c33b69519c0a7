"""Names as people say them, birth dates as people type them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telesec.patients.rules import (
    fold,
    has_prefix,
    join_numbers,
    name_key,
    parse_birth_date,
    split_numbers,
)

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("left", "right"),
    [("Lefèvre-Œuvrard", "LEFEVRE OEUVRARD"), ("D'Alembert", "d alembert"), ("Zoé", "ZOE"), ("Łuk", "luk")],
)
def test_fold_brings_two_writings_together(left, right):
    assert fold(left) == fold(right)


@given(st.text(max_size=30))
def test_fold_twice_is_once(name):
    assert fold(fold(name)) == fold(name)


def test_has_prefix_finds_letters_in_either_name():
    assert has_prefix("cla", "Étoile", "Zoé Claire")


@pytest.mark.parametrize("letters", ["dhe", "d'he", "d’He", "her", "legoff", "le go", "lego"])
def test_has_prefix_finds_a_name_of_several_words_as_people_type_it(letters):
    assert has_prefix(letters, "D’Hérouville", "Anne") or has_prefix(letters, "Le Goff", "Anne")


def test_has_prefix_wants_every_word():
    assert has_prefix("et zo", "Étoile", "Zoé")
    assert not has_prefix("et ma", "Étoile", "Zoé")


def test_has_prefix_without_letters_finds_all():
    assert has_prefix("", "Étoile", "Zoé")


def test_name_key_ignores_swapped_fields():
    assert name_key("Étoile", "Zoé") == name_key("zoe", "ETOILE")


@pytest.mark.parametrize("typed", ["14/07/1950", "14071950", "14.7.1950", "1950-07-14", " 14 07 1950 "])
def test_parse_birth_date_reads_what_people_type(typed):
    assert parse_birth_date(typed, TODAY) == date(1950, 7, 14)


@pytest.mark.parametrize("typed", ["", "31/02/1950", "27/11/2026", "01/01/1850", "1950-13-01", "hier"])
def test_parse_birth_date_refuses_the_impossible(typed):
    assert parse_birth_date(typed, TODAY) is None


@given(st.lists(st.from_regex(r"\A\+[1-9][0-9]{8,12}\Z"), max_size=5, unique=True))
def test_split_numbers_undoes_join_numbers(numbers):
    assert split_numbers(join_numbers(numbers)) == tuple(numbers)
