"""What lay callers say, from their words through the protocol they reach to the level."""

from pathlib import Path

import pytest
import yaml
from triage_strategies import run

from telesec.triage.levels import Level, at_least
from telesec.triage.library import load
from telesec.triage.patient import PatientFacts, Sex
from telesec.triage.protocol import Given
from telesec.triage.reckoning import Case

LIBRARY = load()
CALLS = yaml.safe_load((Path(__file__).parents[2] / "data/lay_words.yaml").read_text("utf-8"))
OFFERED = 4


def reached(words, age, sex, complaints):
    """Return the person, what the words found, and the first complaint they reach of those they may."""
    months = int(age[:-1]) * (12 if age.endswith("y") else 1)
    patient = PatientFacts(age_months=months, sex=Sex(sex))
    found = LIBRARY.find(words, patient)
    meant = [code for code in found.candidates[:OFFERED] if code in complaints.split()]
    assert meant, (words, found.candidates)
    return Case(meant[0], patient, named=found.first, raised=found.raised)


@pytest.mark.parametrize("call", CALLS["emergencies"], ids=lambda call: call[0][:40])
def test_an_emergency_in_a_callers_own_words_reaches_the_15(call):
    *who, flags = call
    end, asked = run(LIBRARY.book, reached(*who), said_yes(flags.split()))

    assert end.level is Level.CALL15_NOW, asked


@pytest.mark.parametrize("call", CALLS["ordinary"], ids=lambda call: call[0][:40])
def test_an_ordinary_call_in_a_callers_own_words_stays_under_the_doctor(call):
    end, asked = run(LIBRARY.book, reached(*call), lambda _ref: Given.NO)

    assert not at_least(end.level, Level.DOCTOR_NOW), asked


def said_yes(flags):
    """Return answers: yes to these questions and to a sentence that says one of them, no to all others."""
    positive = set(flags)
    for held in LIBRARY.protocols:
        positive |= {
            held.ref(whole)
            for whole in held.merged
            if {f"{held.code}.{id_}" for id_ in whole.merges} & positive
        }
    return lambda ref: Given.YES if ref in positive else Given.NO


def test_every_flag_named_is_one_of_the_library():
    named = {flag for call in CALLS["emergencies"] for flag in call[-1].split()}

    assert named <= set(LIBRARY.questions)
