"""Times as people read them."""

from datetime import UTC, date, datetime

import pytest

from telesec.desk.wording import wording
from telesec.patients.rules import parse_birth_date

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "read"),
    [
        (59, "59\u202fs"),
        (3_540, "59\u202fmin"),
        (3_659, "1\u202fh"),
        (3_900, "1\u202fh\u202f05"),
        (86_400, "1\u202fj"),
    ],
)
def test_length_has_at_most_two_parts(seconds, read):
    assert wording("fr", "Europe/Paris", NOON).length(seconds) == read


@pytest.mark.parametrize(
    ("language", "name", "said"),
    [
        ("fr", "Dr Lune", "le docteur Lune"),
        ("fr", "Mme Saule", "Mme Saule"),
        ("fr", "Drouet Anne", "Drouet Anne"),
        ("en", "Dr Lune", "Dr Lune"),
    ],
)
def test_a_doctor_is_called_as_one_speaks(language, name, said):
    assert wording(language, "Europe/Paris", NOON).called(name) == said


@pytest.mark.parametrize(("language", "said"), [("fr", "05/11/2026"), ("en", "5 Nov 2026")])
def test_a_day_with_its_year_cannot_be_taken_for_another(language, said):
    assert wording(language, "Europe/Paris", NOON).dated(date(2026, 11, 5)) == said


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_birth_date_reads_as_its_field_takes_it(language):
    born = wording(language, "Europe/Paris", NOON).born(date(1951, 3, 14))

    assert born == "14/03/1951"
    assert parse_birth_date(born, NOON.date()) == date(1951, 3, 14)
