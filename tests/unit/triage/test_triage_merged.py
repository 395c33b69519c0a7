"""Several questions in one sentence: no answers each, anything else is the worst; words only reorder."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from triage_strategies import AN_HOUR, cases, run

from telesec.triage.checks import merges
from telesec.triage.engine import next_step
from telesec.triage.levels import Level
from telesec.triage.library import load
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import Given
from telesec.triage.reckoning import Case, reckon, situate, told

LIBRARY = load()
BOOK = LIBRARY.book
ADULT = PatientFacts(age_months=480)
YES, NO, UNKNOWN, REFUSED = Given
APART = replace(
    BOOK,
    screen=replace(BOOK.screen, merged=()),
    protocols={code: replace(held, merged=()) for code, held in BOOK.protocols.items()},
)


def first(case):
    return next_step(BOOK, case, seconds_left_today=AN_HOUR).item


def test_the_screen_is_said_in_two_sentences():
    item = first(Case(None, ADULT))
    after = first(Case(None, ADULT, told(item, NO)))

    assert (item.ref, after.ref) == ("tronc_commun.eveil_souffle_couleur", "tronc_commun.sang_avc_poitrine")


def test_no_answers_each_of_its_questions():
    assert told(first(Case(None, ADULT)), NO) == dict.fromkeys(
        ("tronc_commun.ne_repond_pas", "tronc_commun.respire_mal", "tronc_commun.bleu_gris"), NO
    )


@pytest.mark.parametrize("given_", [YES, UNKNOWN, REFUSED])
def test_anything_else_leads_to_the_15(given_):
    step = next_step(BOOK, Case(None, ADULT, told(first(Case(None, ADULT)), given_)), seconds_left_today=1)

    assert step.item is None
    assert step.level is Level.CALL15_NOW
    assert "tronc_commun.eveil_souffle_couleur" in step.disposition.because


def test_who_cannot_be_asked_all_of_it_is_asked_one_by_one():
    baby = PatientFacts(age_months=6)
    answers = dict.fromkeys(
        ("tronc_commun.ne_repond_pas", "tronc_commun.respire_mal", "tronc_commun.bleu_gris"), NO
    )

    assert first(Case(None, baby, answers)).ref == "tronc_commun.saigne_beaucoup"


def test_a_named_sign_is_asked_by_itself_first():
    named = ("tronc_commun.bleu_gris",)

    assert first(Case(None, ADULT, named=named)).ref == "tronc_commun.bleu_gris"
    assert first(Case(None, ADULT, {"tronc_commun.bleu_gris": NO}, named=named)).question.merges


def test_one_open_question_is_asked_by_itself():
    answers = {"tronc_commun.ne_repond_pas": NO, "tronc_commun.respire_mal": NO}

    assert first(Case(None, ADULT, answers)).ref == "tronc_commun.bleu_gris"


@settings(max_examples=200)
@given(case=cases(BOOK))
def test_one_sentence_reaches_the_level_of_its_questions(case):
    empty = replace(case, answers={})

    together, _ = run(BOOK, empty, case.answers.__getitem__)
    apart, _ = run(APART, empty, case.answers.__getitem__)

    assert together.level is apart.level


def said(protocol, *ids):
    """Return the protocol with one sentence that says some of its questions."""
    return replace(protocol, merged=(replace(BOOK.screen.merged[0], merges=ids),))


@pytest.mark.parametrize(
    "ids",
    [
        ("queue_cheval", "faiblesse"),  # the 15 and the doctor
        ("jambe", "plus6sem"),  # one that lowers
        ("cancer", "cancer"),
        ("cancer", "nobody"),
    ],
)
def test_a_sentence_says_questions_of_one_level_that_raise(ids):
    protocol = BOOK.protocols["mal_de_dos"]

    assert {problem.where for problem in merges(said(protocol, *ids))} == {"eveil_souffle_couleur"}
    assert not list(merges(protocol))


def test_a_sentence_says_no_red_flag_under_the_doctor_for_unknowns_are_counted():
    protocol = BOOK.protocols["toux_rhume"]
    sentence = replace(BOOK.screen.merged[0], merges=("peu_sang", "poumon_fragile"), level=Level.SAME_DAY)

    assert list(merges(replace(protocol, merged=(sentence,))))


def test_yes_to_a_sentence_under_the_15_goes_on_with_what_can_still_raise():
    child = PatientFacts(age_months=60)
    yes = {"eruption_cutanee.enceinte_plaques_bleus": YES}

    disposition, asked = run(BOOK, Case("eruption_cutanee", child), lambda ref: YES if "bleus" in ref else NO)

    assert disposition.level is Level.DOCTOR_NOW
    assert asked.count(*yes) == 1
    assert asked.index("eruption_cutanee.enceinte_plaques_bleus") < asked.index(
        "eruption_cutanee.plaques_partout"
    )


def test_what_the_caller_speaks_of_is_asked_first_among_equals():
    protocol = BOOK.protocols["traumatisme_cranien"]
    worst = [flag for flag in protocol.red_flags if flag.level is protocol.red_flags[0].level]
    screened = dict.fromkeys((BOOK.screen.ref(question) for question in BOOK.screen.questions), NO)

    item = first(Case(protocol.code, ADULT, screened, named=(protocol.ref(worst[-1]),)))

    assert item.question is worst[-1]


def test_the_words_find_the_questions_that_speak_of_them():
    about = LIBRARY.find("il est tombé sur la tête, il a vomi", ADULT).about

    assert any("vomi" in ref for ref in about)


def test_who_calls_again_rises_by_one_level_and_further_unless_better():
    answers = dict.fromkeys((item.ref for item in situate(BOOK, Case("toux_rhume", ADULT)).items), NO)
    again = replace(ADULT, repeat_72h=True)

    once = reckon(BOOK, Case("toux_rhume", ADULT, answers)).level
    better = reckon(BOOK, Case("toux_rhume", replace(again, not_better=False), answers)).level
    same = reckon(BOOK, Case("toux_rhume", again, answers)).level

    assert (once, better, same) == (Level.H48_72, Level.SAME_DAY, Level.DOCTOR_NOW)


def test_other_complaints_are_asked_after_the_first_and_the_worst_counts():
    case = Case("ordonnance_medicament", ADULT, also=("douleur_abdominale",))

    together, asked = run(BOOK, case, lambda _: NO)
    alone, _ = run(BOOK, replace(case, code="douleur_abdominale", also=()), lambda _: NO)

    assert together.level is alone.level
    assert any(ref.startswith("douleur_abdominale.") for ref in asked)
