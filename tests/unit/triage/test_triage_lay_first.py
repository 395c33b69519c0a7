"""What lay callers name is asked first; everyday messages ask for no questions, dangerous ones do."""

from pathlib import Path

import pytest
import yaml

from telesec.triage.library import load
from telesec.triage.patient import PatientFacts

LIBRARY = load()
NOBODY = PatientFacts()
HEARD = yaml.safe_load((Path(__file__).parents[2] / "data/lay_first.yaml").read_text("utf-8"))


@pytest.mark.parametrize(("words", "complaints", "first"), HEARD["signs"])
def test_the_sign_a_caller_names_is_asked_first(words, complaints, first):
    found = LIBRARY.find(words, NOBODY)

    assert set(first.split()) <= set(found.named)
    vital = any(LIBRARY.book.screen.code in ref for ref in found.named)
    assert vital or set(complaints.split()) & set(found.candidates)


@pytest.mark.parametrize("words", HEARD["everyday"])
def test_an_everyday_message_asks_for_no_questions(words):
    assert not LIBRARY.words.red_flags(words, LIBRARY.book, NOBODY)


@pytest.mark.parametrize("words", HEARD["dangerous"])
def test_a_dangerous_message_asks_for_the_questions(words):
    assert LIBRARY.words.red_flags(words, LIBRARY.book, NOBODY)
