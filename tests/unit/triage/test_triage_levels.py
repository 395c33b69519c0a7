"""The urgency scale."""

import re

import pytest

from telesec.triage.levels import Level, deadline_seconds, least_urgent, most_urgent, raised_by


def test_levels_stand_in_order():
    assert sorted(Level, key=lambda level: -level.urgency) == list(Level)


def test_most_urgent_of_none_is_the_least():
    assert most_urgent([]) is Level.ADMIN


def test_least_urgent_of_none_is_refused():
    with pytest.raises(ValueError, match="empty"):
        least_urgent([])


@pytest.mark.parametrize(
    ("level", "seconds"),
    [
        (Level.CALL15_NOW, 0),
        (Level.DOCTOR_NOW, 900),
        (Level.SAME_DAY, 7200),
        (Level.H48_72, 259_200),
        (Level.ROUTINE, None),
        (Level.ADMIN, None),
    ],
)
def test_deadlines(level, seconds):
    assert deadline_seconds(level, seconds_left_today=7200) == seconds


def test_words_on_a_message():
    assert [level.word for level in Level] == ["vital", "urgent", "today", "routine", "routine", "routine"]


def test_raising_stops_at_15():
    assert raised_by(Level.SAME_DAY, 1) is Level.DOCTOR_NOW
    assert raised_by(Level.DOCTOR_NOW, 5) is Level.CALL15_NOW


def said_to_callers(library):
    """Return every sentence of a level said to a caller, of all complaints and of one."""
    held = [("all", library.book.texts), *((one.code, one.texts) for one in library.protocols)]
    return [
        (f"{code} {level}", part)
        for code, texts in held
        for level, own in texts.items()
        for part in (own.say, own.safety_net)
    ]


OF_HER = re.compile(r"\b(elle|seule)\b|\b[Aa]idez-la\b")
TO_THE_PATIENT = re.compile(r"vous sentez|vous êtes en danger|restez pas seul|rappelée|vous faut|vous aide\b")


def test_who_calls_for_somebody_is_not_spoken_to_as_the_patient(library):
    wrong = [
        (where, text)
        for where, part in said_to_callers(library)
        for text in (part.fr, part.he)
        if TO_THE_PATIENT.search(text)
    ]

    assert not wrong


def test_what_speaks_of_the_patient_is_also_said_to_the_patient_and_of_a_man(library):
    wrong = [
        (where, part.fr)
        for where, part in said_to_callers(library)
        if OF_HER.search(part.fr) and not (part.you and part.he)
    ]

    assert not wrong
    for where, part in said_to_callers(library):
        assert not OF_HER.search(part.you + part.he), where


@pytest.mark.parametrize("level", [Level.SAME_DAY, Level.H48_72, Level.ROUTINE])
def test_below_an_emergency_the_caller_hears_where_to_turn_at_night(library, level):
    heard = library.book.texts[level].safety_net

    assert re.search("La nuit.* 116 117, sinon le 15", heard.fr)
    assert re.search("[Aa]t night.* 116 117, otherwise 15", heard.en)
