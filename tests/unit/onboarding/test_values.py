"""What people type in cells, and what is told when it cannot be understood."""

from datetime import date
from uuid import uuid4

import pytest

from telesec.onboarding import candidates, columns, values
from telesec.onboarding.columns import ImportKind
from telesec.onboarding.doubles import doubles
from telesec.onboarding.sheet import Line
from telesec.onboarding.values import Unclear
from telesec.patients.bulk import NewPatient
from telesec.patients.rules import Sex

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    "typed",
    ["14/07/1989", "14.07.1989", "14-7-1989", "14 07 1989", "14071989", "1989-07-14", "19890714", "14/07/89",
     "14 juillet 1989", "vendredi 14 juil. 1989", "14-juil-1989", "1989-07-14T00:00"],
)  # fmt: skip
def test_birth_dates_are_read_as_the_french_write_them(typed):
    assert values.birth_date(typed, TODAY) == date(1989, 7, 14)


def test_first_of_a_month_and_empty_are_read():
    assert values.birth_date("1er août 1950", TODAY) == date(1950, 8, 1)
    assert values.birth_date("", TODAY) is None


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("07/14/1989", values.NOT_A_DATE),
        ("31/02/1980", values.NOT_A_DATE),
        ("32703", values.NOT_A_DATE),
        ("hier", values.NOT_A_DATE),
        ("14/07/15", values.FOUR_DIGITS),
        ("14/07/2030", values.NOT_BORN),
        ("14/07/1889", values.NOT_BORN),
    ],
)
def test_birth_dates_that_are_none_say_why(typed, why):
    with pytest.raises(Unclear) as caught:
        values.birth_date(typed, TODAY)

    assert caught.value.sentence == why


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("06 39 98 00 10", ("+33639980010",)),
        ("639980010", ("+33639980010",)),
        ("33639980010", ("+33639980010",)),
        ("06/39/98/00/10", ("+33639980010",)),
        ("06.39.98.00.10 / 01 99 00 00 01", ("+33639980010", "+33199000001")),
        ("", ()),
    ],
)
def test_numbers_are_read_with_the_zero_a_spreadsheet_dropped(typed, numbers):
    assert values.phones(typed) == numbers


@pytest.mark.parametrize("typed", ["123", "06 39", "#VALUE!"])
def test_numbers_that_are_none_are_told(typed):
    with pytest.raises(Unclear):
        values.phones(typed)


@pytest.mark.parametrize(
    ("typed", "length"), [("20", 20), ("20 min", 20), ("0:20", 20), ("1 h 30", 90), ("1h", 60)]
)
def test_lengths_are_read(typed, length):
    assert values.minutes(typed) == length


@pytest.mark.parametrize("typed", ["", "3", "9 h", "vingt"])
def test_lengths_that_are_none_are_told(typed):
    with pytest.raises(Unclear):
        values.minutes(typed)


def test_titles_of_practice_software_are_known_and_the_family_name_used_wins():
    titles = (
        "Civilité",
        "Nom de naissance",
        "NOM D'USAGE",
        "Prénom(s)",
        "Né(e) le",
        "Tél. portable",
        "Ville",
    )

    placed = columns.found(ImportKind.PATIENTS, titles)

    assert placed == {"sex": 0, "birth_name": 1, "family_name": 2, "birth_date": 4, "phone": 5}
    assert columns.missing(ImportKind.PATIENTS, placed) == ()
    assert columns.missing(ImportKind.PATIENTS, {"phone": 0})[0].name == "family_name"


def test_lines_become_patients_and_every_fault_is_told_with_its_line():
    placed = {"family_name": 0, "birth_name": 1, "birth_date": 2, "sex": 3, "phone": 4}
    lines = [
        Line(2, ("", "Lilas", "14/07/1946", "Mme", "0639980010")),
        Line(3, ("", "", "hier", "zz", "12")),
    ]

    read = candidates.patients(lines, placed, TODAY)

    assert read.good == {
        2: NewPatient("Lilas", "", date(1946, 7, 14), Sex.FEMALE, ("+33639980010",)),
    }
    assert [(one.line, one.field) for one in read.problems] == [
        (3, "family_name"),
        (3, "phone"),
        (3, "birth_date"),
        (3, "sex"),
    ]


def test_practitioners_are_known_by_their_last_word_where_it_is_one_only():
    lune, soleil = uuid4(), uuid4()
    people = {"dr lune": lune, "dr soleil": soleil}
    placed = {"name": 0, "duration": 1, "practitioners": 2}
    lines = [Line(2, ("Bilan", "20", "Mme Lune, Dr Soleil")), Line(3, ("Bilan 2", "20", "Dr Mars"))]

    read = candidates.appointment_types(lines, placed, people)

    assert read.good[2].practitioner_ids == (lune, soleil)
    assert read.good[2].code == "bilan"
    assert [(one.line, one.field) for one in read.problems] == [(3, "practitioners")]


def test_instruction_whose_last_day_is_over_is_a_fault():
    read = candidates.instructions([Line(2, ("Fermé", "24/12/2025"))], {"text": 0, "until": 1}, {}, TODAY)

    assert [one.field for one in read.problems] == ["until"]


def patient(family, given, born=None, *phones):
    return NewPatient(family, given, date(born, 7, 14) if born else None, Sex.UNKNOWN, phones)


def test_doubles_are_told_from_those_alike():
    here = [patient("Lefèvre", "Zoé", 1946), patient("Martin", "Paul", None, "+33639980010")]
    new = {
        2: patient("LEFEVRE", "Zoe", 1946),
        3: patient("Zoé", "Lefèvre", 1946),
        4: patient("Lefebvre", "Zoé", 1946),
        5: patient("Lefèvre", "Zoé", 1989),
        6: patient("Martin", "Paul", 1950, "+33639980010"),
        7: patient("Martin", "Paul"),
        8: patient("Petit", "Ana", 2001),
        9: patient("Petit", "Ana", 2001),
        10: patient("Petit", "Léo", 2001),
    }

    found = doubles(new, here)

    assert found.same == {2: 0, 3: 0, 6: 0, 9: 8}
    assert found.alike == {4: 0, 7: 0}


@pytest.mark.parametrize(
    ("typed", "level"), [("", None), ("Aujourd'hui", "same_day"), ("du jour", "same_day"), ("72 h", "h48_72")]
)
def test_for_which_calls_a_type_is_kept_is_read(typed, level):
    assert values.kept_for(typed) == level


@pytest.mark.parametrize(("typed", "hours"), [("", None), ("2", 2), ("24 h", 24), ("72", 72)])
def test_hours_before_kept_slots_are_given_back_are_read(typed, hours):
    assert values.hours_before(typed) == hours


@pytest.mark.parametrize("typed", ["0", "73", "-2", "deux"])
def test_hours_out_of_range_are_unclear(typed):
    with pytest.raises(Unclear):
        values.hours_before(typed)


def test_a_level_nobody_knows_is_unclear():
    with pytest.raises(Unclear):
        values.kept_for("vital")
