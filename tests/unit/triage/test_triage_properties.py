"""What must hold for every answer of every person, whatever the protocol."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from triage_strategies import AN_HOUR, cases, patients, refs_of, run

from telesec.triage.engine import conclude
from telesec.triage.levels import Level, most_urgent
from telesec.triage.library import load
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import Effect, Given
from telesec.triage.reckoning import Case, reckon, situate

BOOK = load().book
CASES = cases(BOOK)
EFFECTS = {p.ref(q): q.effect for p in (BOOK.screen, *BOOK.protocols.values()) for q in p.questions}


def ask(book, case):
    """Run a case from its first question with the answers it holds."""
    return run(book, replace(case, answers={}), case.answers.__getitem__)


MERGED = {
    p.ref(q): tuple(f"{p.code}.{id_}" for id_ in q.merges)
    for p in (BOOK.screen, *BOOK.protocols.values())
    for q in p.merged
}


def answers_to(case, asked):
    """Return what was answered, a sentence that says several taken apart."""
    return {part: case.answers[part] for ref in asked for part in MERGED.get(ref, (ref,))}


@given(case=CASES)
def test_triage_is_total(case):
    disposition, asked = ask(BOOK, case)

    assert disposition.because
    assert disposition.texts.say.fr
    opened = situate(BOOK, replace(case, answers=answers_to(case, asked))).protocols
    apart = [ref for ref in asked if ref not in MERGED]
    assert len(apart) <= 6 + 15 * max(1, len(opened) - 1) or case.patient.age_months is None


@given(case=CASES)
def test_empty_answers_reach_the_default_or_worse(case):
    protocol = BOOK.protocols[case.code] if case.code else BOOK.screen

    assert reckon(BOOK, replace(case, answers={})).level.urgency >= protocol.default.urgency


@settings(max_examples=300)
@given(case=CASES)
def test_early_stop_gives_the_level_of_all_answers(case):
    disposition, _ = ask(BOOK, case)

    assert disposition.level is reckon(BOOK, case).level


@settings(max_examples=200)
@given(case=CASES, data=st.data(), worse=st.sampled_from(list(Given)))
def test_a_worse_answer_never_lowers(case, data, worse):
    ref = data.draw(st.sampled_from(refs_of(BOOK, case.code)))
    best = Given.YES if EFFECTS[ref] is Effect.LOWER else Given.NO

    before, _ = ask(BOOK, case.answered({ref: best}))
    after, _ = ask(BOOK, case.answered({ref: worse}))

    assert after.level.urgency >= before.level.urgency


@given(case=CASES)
def test_level_is_never_under_a_positive_flag(case):
    positive = [
        item.question.level
        for item in situate(BOOK, case).items
        if item.positive and item.question.effect is not Effect.LOWER
    ]

    disposition, _ = ask(BOOK, case)

    assert disposition.level.urgency >= most_urgent(positive).urgency


@given(case=CASES)
def test_lowering_needs_every_red_flag_refuted(case):
    protocol = BOOK.protocols[case.code] if case.code else BOOK.screen
    flags = [item for item in situate(BOOK, case).items if item.question.effect is Effect.FLAG]

    disposition, _ = ask(BOOK, case)

    if any(item.given is not Given.NO for item in flags):
        assert disposition.level.urgency >= protocol.default.urgency


@settings(max_examples=300)
@given(case=CASES, data=st.data())
def test_closing_early_is_as_urgent_as_any_completion(case, data):
    known = {
        ref: Given.UNKNOWN if given_ is Given.REFUSED else given_ for ref, given_ in case.answers.items()
    }
    asked = data.draw(st.sets(st.sampled_from(refs_of(BOOK, case.code))))
    partial = replace(case, answers={ref: known[ref] for ref in asked})

    closed = conclude(BOOK, partial, seconds_left_today=AN_HOUR)
    finished, _ = run(BOOK, partial, known.__getitem__)

    assert closed.level.urgency >= finished.level.urgency


def opening(first, question, then):
    """Return the book in which one question of a complaint opens another complaint of the library."""
    protocol = BOOK.protocols[first]
    changed = tuple(replace(q, also_open=(then,) if q.id == question else ()) for q in protocol.deciding)
    return replace(BOOK, protocols={**BOOK.protocols, first: replace(protocol, deciding=changed)})


BOTH = opening("ordonnance_medicament", "question_dose", "douleur_abdominale")


@settings(max_examples=300)
@given(case=cases(BOTH), second=cases(BOTH))
def test_two_complaints_reach_the_more_urgent(case, second):
    answers = {**second.answers, **case.answers, "ordonnance_medicament.question_dose": Given.YES}
    case = replace(case, code="ordonnance_medicament", answers=answers)

    chained, _ = ask(BOTH, case)

    assert chained.level is reckon(BOTH, case).level
    for code in ("ordonnance_medicament", "douleur_abdominale"):
        assert chained.level.urgency >= reckon(BOTH, replace(case, code=code)).level.urgency


@given(case=CASES, order=st.randoms(use_true_random=False))
def test_modifiers_commute_and_are_idempotent(case, order):
    shuffled = list(BOOK.modifiers + BOOK.modifiers)
    order.shuffle(shuffled)

    assert reckon(replace(BOOK, modifiers=tuple(shuffled)), case).level is reckon(BOOK, case).level


@given(case=CASES)
def test_modifiers_never_lower(case):
    bare = replace(BOOK, modifiers=())

    assert reckon(BOOK, case).level.urgency >= reckon(bare, case).level.urgency


@given(case=CASES)
def test_replay_gives_the_same_disposition(case):
    stored = replace(case, patient=PatientFacts.from_data(case.patient.as_data()))

    assert ask(BOOK, stored) == ask(BOOK, case)


@given(case=CASES, level=st.sampled_from(list(Level)))
def test_words_and_people_only_raise(case, level):
    raised = reckon(BOOK, replace(case, raised=(("words.x", level),))).level

    assert raised.urgency >= max(reckon(BOOK, case).level.urgency, level.urgency)


@given(case=CASES, data=st.data())
def test_words_that_name_a_sign_change_the_order_only(case, data):
    named = data.draw(st.sets(st.sampled_from(refs_of(BOOK, None)), max_size=3))

    named_first, _ = ask(BOOK, replace(case, named=tuple(named)))

    assert named_first.level is ask(BOOK, case)[0].level


@given(code=st.sampled_from([None, *BOOK.protocols]), patient=patients)
def test_a_person_who_knows_nothing_goes_to_15(code, patient):
    disposition, _ = run(BOOK, Case(code, patient), lambda _: Given.UNKNOWN)

    assert disposition.level is Level.CALL15_NOW
