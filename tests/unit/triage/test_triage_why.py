"""Every id the engine gives as a reason has words; the answer that decided is named with what was said."""

import pytest

from telesec.triage.engine import conclude
from telesec.triage.expected import answered_case
from telesec.triage.levels import Level
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import Given
from telesec.triage.reckoning import Case
from telesec.triage.records import CHANGED
from telesec.triage.standing import NOT_USABLE
from telesec.triage.why import NO_AGE, RULES, reasons


def told(library, because, answers=(), raised=()):
    return reasons(because, library.questions, library.book.modifiers, dict(answers), raised)


def test_every_case_of_the_library_ends_with_reasons_in_words(library):
    for protocol in library.book.protocols.values():
        for expected in protocol.cases:
            case, _ = answered_case(library.book, protocol, expected)
            end = conclude(library.book, case, seconds_left_today=0)

            whys = told(library, end.because, case.answers)

            assert whys
            assert all((why.text is None) != (why.rule is None) for why in whys)


@pytest.mark.parametrize("answers", [Given.UNKNOWN, Given.REFUSED])
def test_what_is_not_known_or_refused_is_said(library, answers):
    case = Case("mal_de_dos", PatientFacts(age_months=480), {})
    protocol = library.book.protocols["mal_de_dos"]
    said = {protocol.ref(flag): answers for flag in protocol.red_flags}

    end = conclude(library.book, case.answered(said), seconds_left_today=0)

    assert any(why.given is answers for why in told(library, end.because, said))


@pytest.mark.parametrize("ref", [*RULES, "words.veut_mourir", NOT_USABLE, *CHANGED[1]])
def test_every_rule_has_a_sentence(library, ref):
    assert told(library, [ref])[0].rule


def test_the_secretarys_own_reason_is_quoted(library):
    (why,) = told(library, ["raised_by_person"], raised=("pâle", "très pâle"))

    assert why.rule.params["reason"] == "très pâle"


def test_answers_come_before_rules(library):
    flag = "tronc_commun.respire_mal"

    first, last = told(library, ["floor.mal_de_dos", flag], {flag: Given.YES})

    assert (first.given, last.rule) == (Given.YES, RULES["floor"])
    assert library.questions[flag].level is Level.CALL15_NOW


def test_an_age_nobody_knows_is_said_once_instead_of_the_ages_it_might_be(library):
    because = ["modifier.age_lt_1y", "modifier.age_ge_75_or_frail"]

    whys = reasons(because, library.questions, library.book.modifiers, {}, age_known=False)

    assert [why.rule for why in whys] == [NO_AGE]
    assert {why.rule for why in told(library, because)} == {None}
