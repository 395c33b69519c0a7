"""A protocol written back compiles to itself; an own version less safe than the reference is found."""

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telesec.triage.compiler import compile_document
from telesec.triage.document import ProtocolDoc
from telesec.triage.levels import Level, at_least
from telesec.triage.library import load
from telesec.triage.own_version import weaker
from telesec.triage.patient import PatientFacts, Sex
from telesec.triage.protocol import Effect, Gate, Given
from telesec.triage.reckoning import Case, reckon
from telesec.triage.replay import with_protocol
from telesec.triage.written import document_of

BOOK = load().book
CHEST = BOOK.protocols["douleur_thoracique"]
FLAG, LOWER = CHEST.red_flags[-1], next(q for q in CHEST.deciding if q.effect is Effect.LOWER)


def plain(value):
    if isinstance(value, tuple) and value and hasattr(value[0], "effect"):
        return [{field.name: getattr(one, field.name) for field in fields(one)} for one in value]
    return value


@pytest.mark.parametrize("code", [BOOK.screen.code, *BOOK.protocols])
def test_a_protocol_written_back_compiles_to_itself(code):
    protocol = BOOK.get(code)
    again = compile_document(ProtocolDoc.model_validate_json(document_of(protocol).model_dump_json()), code)

    for field in fields(protocol):
        assert plain(getattr(again, field.name)) == plain(getattr(protocol, field.name)), field.name


def with_flag(**changes):
    return replace(CHEST, red_flags=(*CHEST.red_flags[:-1], replace(FLAG, **changes)))


def with_lower(**changes):
    changed = [replace(q, **changes) if q is LOWER else q for q in CHEST.deciding]
    return replace(CHEST, deciding=tuple(changed))


@pytest.mark.parametrize(
    ("own", "where"),
    [
        (replace(CHEST, red_flags=CHEST.red_flags[:-1]), FLAG.id),
        (with_flag(level=Level.ADMIN), FLAG.id),
        (with_flag(effect=Effect.LOWER), FLAG.id),
        (with_flag(gate=Gate(age_min_months=1)), FLAG.id),
        (with_flag(derive=True), FLAG.id),
        (with_flag(prefill_from="patient.frail"), FLAG.id),
        (with_lower(level=Level.ADMIN), LOWER.id),
        (with_lower(effect=Effect.RAISE), LOWER.id),
        (with_lower(gate=Gate(age_min_months=1)), LOWER.id),
        (replace(CHEST, deciding=(*CHEST.deciding, replace(LOWER, id="own_1"))), "own_1"),
        (replace(CHEST, default=Level.ADMIN), "default"),
        (replace(CHEST, floor=Level.ADMIN), "floor"),
        (replace(CHEST, audience=Gate(age_min_months=1)), "audience"),
        (replace(CHEST, code="autre"), "code"),
        (replace(CHEST, merged=(replace(FLAG, id="dit", merges=("a", "b")),)), "dit"),
    ],
)
def test_a_version_less_safe_than_the_reference_is_found_at_its_place(own, where):
    assert where in {problem.where for problem in weaker(CHEST, own)}


@pytest.mark.parametrize("part", ["also_open", "signs"])
def test_what_a_question_opens_may_not_be_dropped(part):
    protocol, question = next(
        (p, q) for p in BOOK.protocols.values() for q in p.red_flags if getattr(q, part)
    )
    poorer = replace(question, **{part: type(getattr(question, part))()})
    own = replace(protocol, red_flags=tuple(poorer if q is question else q for q in protocol.red_flags))

    assert question.id in {problem.where for problem in weaker(protocol, own)}


def test_the_screen_is_nobodys_own_and_the_same_is_safe():
    assert list(weaker(BOOK.screen, BOOK.screen))
    assert not list(weaker(CHEST, CHEST))


RAISED = replace(
    CHEST,
    default=Level.DOCTOR_NOW,
    floor=Level.SAME_DAY,
    red_flags=(*CHEST.red_flags, replace(FLAG, id="own_1", level=Level.DOCTOR_NOW)),
    deciding=tuple(q for q in CHEST.deciding if q is not LOWER),
)
QUESTIONS = [f"{CHEST.code}.{q.id}" for q in RAISED.questions] + [
    f"{BOOK.screen.code}.{q.id}" for q in BOOK.screen.questions
]


@given(
    answers=st.dictionaries(st.sampled_from(QUESTIONS), st.sampled_from(list(Given))),
    age=st.one_of(st.none(), st.integers(0, 1440)),
    sex=st.sampled_from([None, *Sex]),
)
@settings(max_examples=150)
def test_the_same_answers_never_reach_less_in_a_version_that_passes(answers, age, sex):
    assert not list(weaker(CHEST, RAISED))
    case = Case(CHEST.code, PatientFacts(age_months=age, sex=sex), answers)

    assert at_least(reckon(with_protocol(BOOK, RAISED), case).level, reckon(BOOK, case).level)
