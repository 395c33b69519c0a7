"""The rules of the engine one by one, on a tiny library made for each."""

from dataclasses import replace
from datetime import date

import pytest
from triage_strategies import AN_HOUR, run

from telesec.triage.engine import conclude, next_step
from telesec.triage.levels import Level
from telesec.triage.patient import PatientFacts, Sex, Voice
from telesec.triage.protocol import (
    Effect,
    Gate,
    Given,
    LevelText,
    Modifier,
    Protocol,
    Question,
    Rulebook,
    SourceStatus,
    State,
    Text,
)
from telesec.triage.reckoning import Case, reckon

C15, DOC, DAY, H72, ROUTINE, ADMIN = Level
YES, NO, UNKNOWN, REFUSED = Given
ADULT = PatientFacts(age_months=480)
TEXT = Text("Un mot ?", "A word?", "Votre mot ?")


def question(id_, effect=Effect.FLAG, level=C15, **more):
    worse = NO if effect is Effect.LOWER else YES
    return Question(id_, effect, level, TEXT, worse, "source", SourceStatus.SOURCED, **more)


def raising(id_, level, **more):
    return question(id_, Effect.RAISE, level, **more)


def lowering(id_, level, **more):
    return question(id_, Effect.LOWER, level, **more)


def protocol(code, *questions, default=DAY, floor=ADMIN, **more):
    return Protocol(
        code,
        "1.0.0",
        State.REFERENCE,
        "telesec",
        date(2027, 5, 26),
        TEXT,
        default,
        floor,
        red_flags=tuple(q for q in questions if q.effect is Effect.FLAG),
        deciding=tuple(q for q in questions if q.effect is not Effect.FLAG),
        **more,
    )


SCREEN = protocol("screen", question("vital"), question("other"), is_screen=True, floor=DAY)


@pytest.fixture
def book(library):
    def make(*protocols, modifiers=()):
        return Rulebook(SCREEN, {held.code: held for held in protocols}, tuple(modifiers), library.book.texts)

    return make


def level(book, answers=None, patient=ADULT, code="a"):
    """The level when the named questions are answered so and all others "no"."""
    given = answers or {}
    return run(book, Case(code, patient), lambda ref: given.get(ref, NO))[0].level


def asked(book, answers=None, patient=ADULT, code="a", named=()):
    given = answers or {}
    return run(book, Case(code, patient, named=named), lambda ref: given.get(ref, NO))[1]


def test_screen_then_flags_then_raising_then_lowering(book):
    small = book(protocol("a", question("f"), lowering("l", H72), raising("r", DOC)))

    assert asked(small) == ["screen.vital", "screen.other", "a.f", "a.r", "a.l"]


def test_a_named_sign_is_asked_first(book):
    assert asked(book(protocol("a", question("f"))), named=("screen.other",))[:2] == [
        "screen.other",
        "screen.vital",
    ]


def test_the_first_call15_stops_even_by_repeat(book):
    repeat = Modifier("repeat", TEXT, "s", SourceStatus.SOURCED, flag="call.repeat_72h", raise_by=1)
    small = book(protocol("a", question("f"), default=DOC, floor=DOC), modifiers=[repeat])

    assert asked(small, patient=replace(ADULT, repeat_72h=True)) == []
    assert level(small, patient=replace(ADULT, repeat_72h=True)) is C15


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"a.l": YES}, H72),
        ({"a.l": NO}, DAY),
        ({"a.l": UNKNOWN}, DAY),
        ({"a.l": YES, "a.f": UNKNOWN}, DOC),
        ({"a.l": YES, "a.r": YES}, DAY),
        ({"a.l": YES, "a.r": UNKNOWN}, DAY),
        ({"a.l": YES, "a.r": REFUSED}, DAY),
    ],
)
def test_lowering_needs_all_flags_no_and_nothing_raised(book, answers, expected):
    small = book(protocol("a", question("f", level=DOC), raising("r", DAY), lowering("l", H72)))

    assert level(small, answers) is expected
    everything = {"screen.vital": NO, "screen.other": NO, "a.f": NO, "a.r": NO, "a.l": NO} | answers
    assert reckon(small, Case("a", ADULT, everything)).level is expected


def test_a_flag_not_asked_blocks_lowering(book):
    small = book(protocol("a", question("f"), lowering("l", H72)))

    assert reckon(small, Case("a", ADULT, {"a.l": YES})).level is DAY


def test_of_several_lowering_questions_the_least_urgent_counts(book):
    small = book(protocol("a", question("f"), lowering("l", H72), lowering("m", ROUTINE)))

    assert level(small, {"a.l": YES, "a.m": YES}) is ROUTINE


def test_no_lowering_goes_under_the_floor(book):
    assert level(book(protocol("a", question("f"), lowering("l", ADMIN), floor=H72)), {"a.l": YES}) is H72


def test_a_complaint_not_in_the_library_is_at_least_the_doctor(book):
    small = book(protocol("a", question("f"), raising("r", DAY, also_open=("elsewhere",)), default=ROUTINE))

    end, _ = run(small, Case("a", ADULT), lambda ref: UNKNOWN if ref == "a.r" else NO)

    assert (end.level, end.because) == (DOC, ("not_in_library.elsewhere",))


def test_an_opened_complaint_is_asked_next_and_the_most_urgent_wins(book):
    first = protocol("a", question("f"), raising("r", DAY, also_open=("b",)), default=DAY)
    second = protocol("b", question("g"), raising("s", DOC), default=ROUTINE)

    assert level(book(first, second), {"a.r": YES, "b.s": YES}) is DOC
    assert level(book(first, second), {"a.r": YES, "b.g": YES}) is C15
    assert "b.g" not in asked(book(first, second), {"a.r": NO})


def test_complaints_that_open_each_other_end(book):
    first = protocol("a", question("f"), raising("r", DAY, also_open=("b",)))
    second = protocol("b", question("g"), raising("s", DAY, also_open=("a",)))

    assert level(book(first, second), {"a.r": YES, "b.s": YES}) is DAY


def modifier(**more):
    return Modifier("m", TEXT, "s", SourceStatus.SOURCED, **{"raise_to": DOC, **more})


UNDER_ONE = Gate(age_max_months=12)


@pytest.mark.parametrize(
    ("change", "patient", "expected"),
    [
        ({"gate": UNDER_ONE}, PatientFacts(age_months=11), DOC),
        ({"gate": UNDER_ONE}, PatientFacts(age_months=12), DAY),
        ({"gate": UNDER_ONE}, PatientFacts(), DAY),
        ({"gate": UNDER_ONE, "unknown_age": True}, PatientFacts(), DOC),
        ({"gate": UNDER_ONE, "or_flag": "patient.frail"}, PatientFacts(age_months=480, frail=True), DOC),
        ({"flag": "patient.anticoagulant"}, PatientFacts(anticoagulant=True), DOC),
        ({"flag": "patient.anticoagulant"}, PatientFacts(), DAY),
        ({"flag": "call.vulnerable"}, PatientFacts(vulnerable=True), DOC),
    ],
)
def test_a_modifier_concerns_whom_it_says(book, change, patient, expected):
    small = book(protocol("a", question("f")), modifiers=[modifier(**change)])

    assert level(small, patient=patient) is expected


def test_a_sign_asked_about_keeps_its_question_alive(book):
    fever = modifier(flag="patient.anticoagulant", signs_any=frozenset({"fever"}), raise_to=C15)
    small = book(
        protocol("a", question("f"), raising("r", DAY, signs=frozenset({"fever"}))), modifiers=[fever]
    )

    assert level(small, {"a.r": YES}, PatientFacts(anticoagulant=True)) is C15
    assert "a.r" not in asked(small)


def test_two_signs_are_needed_where_two_are_named(book):
    both = modifier(signs=frozenset({"fever", "rash"}))
    small = book(
        protocol(
            "a", question("f"), raising("r", DAY, signs=frozenset({"rash"})), signs=frozenset({"fever"})
        ),
        modifiers=[both],
    )

    assert level(small, {"a.r": YES}) is DOC
    assert level(small, {"a.r": NO}) is DAY


@pytest.mark.parametrize(
    ("default", "expected"),
    [(ROUTINE, DOC), (DAY, DOC), (DOC, C15)],
)
def test_a_repeated_contact_raises(book, default, expected):
    repeat = modifier(flag="call.repeat_72h", raise_to=None, raise_by=1, at_least_if_not_better=DOC)
    small = book(protocol("a", question("f"), default=default), modifiers=[repeat])
    patient = PatientFacts(age_months=480, repeat_72h=True)

    end, _ = run(small, Case("a", patient), lambda _: NO)

    assert end.level is expected
    assert "modifier.m" in end.because


def test_a_fact_of_the_screen_answers_a_question(book):
    small = book(protocol("a", question("f"), raising("r", DOC, prefill_from="screen.other")))

    assert "a.r" not in asked(small)


def test_closing_asks_nothing_more_and_counts_the_rest_as_unknown(book):
    small = book(protocol("a", question("f", level=DOC), default=ROUTINE))
    screened = Case("a", ADULT, {"screen.vital": NO, "screen.other": NO})

    assert conclude(small, screened, seconds_left_today=AN_HOUR).level is DOC
    assert next_step(small, screened, seconds_left_today=AN_HOUR).item.ref == "a.f"


def test_the_screen_alone_is_at_least_today(book):
    assert level(book(), code=None) is DAY


def test_a_text_is_said_in_the_voice_of_the_caller():
    assert TEXT.spoken("fr", Voice.YOU) == "Votre mot\u202f?"
    assert Text("Un mot ?", "A word?").spoken("fr", Voice.YOU) == "Un mot\u202f?"
    assert TEXT.spoken("fr") == "Un mot\u202f?"
    assert TEXT.spoken("en", Voice.YOU) == "A word?"


def test_a_man_spoken_of_is_il_and_a_man_who_calls_is_vous():
    text = Text("Est-elle tombée ?", "Any fall?", "Êtes-vous tombé ?", "Est-il tombé ?")
    about = PatientFacts(sex=Sex.MALE)

    assert text.spoken("fr", about.heard_as) == "Est-il tombé\u202f?"
    assert text.spoken("fr", replace(about, voice=Voice.YOU).heard_as) == "Êtes-vous tombé\u202f?"
    assert text.spoken("fr", PatientFacts().heard_as) == "Est-elle tombée\u202f?"
    assert Text("Un mot ?", "A word?").spoken("fr", about.heard_as) == "Un mot\u202f?"


def test_a_pregnancy_gate_is_open_unless_known_not_to_be():
    gate = Gate(pregnant=True)

    assert [gate.holds(PatientFacts(pregnant=known)) for known in (True, False, None)] == [True, False, None]


def test_the_end_carries_its_deadline_and_the_complaints_own_words(book):
    own = {DAY: LevelText(Text("Dites ceci.", "Say this."), *[TEXT] * 4)}
    small = book(protocol("a", question("f"), texts=own))
    answered = Case("a", ADULT, {"screen.vital": NO, "screen.other": NO, "a.f": NO})

    ends = [
        next_step(small, answered, seconds_left_today=1_234).disposition,
        conclude(small, answered, seconds_left_today=1_234),
    ]

    assert [(end.level, end.deadline_seconds, end.texts.say.en) for end in ends] == [
        (DAY, 1_234, "Say this.")
    ] * 2


def test_a_question_comes_with_the_level_so_far(book):
    small = book(protocol("a", raising("r", DOC), question("f"), default=ROUTINE))
    answered = Case("a", ADULT, {"screen.vital": NO, "screen.other": NO, "a.r": YES})

    assert (next_step(small, answered, seconds_left_today=0).item.ref) == "a.f"
    assert next_step(small, answered, seconds_left_today=0).level is DOC


def test_words_reorder_red_flags_only_among_those_as_urgent_and_after_the_screen(book):
    flags = (question("doctor", level=DOC), question("first"), question("named"))

    order = asked(book(protocol("a", *flags)), named=("a.named", "a.doctor"))

    assert order == ["screen.vital", "screen.other", "a.named", "a.first", "a.doctor"]


def test_a_named_sign_of_the_screen_goes_before_a_more_urgent_one(book):
    screen = protocol("screen", question("vital"), question("named", level=DOC), is_screen=True, floor=DAY)
    small = replace(book(protocol("a", question("f"))), screen=screen)

    assert asked(small, named=("screen.named",))[:2] == ["screen.named", "screen.vital"]


def test_raising_questions_keep_their_order_whatever_their_level(book):
    small = book(protocol("a", question("f"), raising("h", H72), raising("d", DOC), default=ROUTINE))

    assert asked(small, named=("a.f",))[-2:] == ["a.h", "a.d"]


def test_raising_questions_keep_their_order_beside_another_complaint(book):
    first = protocol("a", question("f"), raising("h", H72), raising("d", DOC), default=ROUTINE)
    small = book(first, protocol("b", question("g"), default=ROUTINE))
    told_no = run(small, Case("a", ADULT, also=("b",)), lambda _ref: NO)[1]

    assert [ref for ref in told_no if ref in {"a.h", "a.d"}] == ["a.h", "a.d"]


def test_a_lowering_question_that_opens_a_complaint_lets_its_flags_be_asked(book):
    first = protocol("a", question("f"), lowering("l", H72, also_open=("b",)), default=DOC)
    small = book(first, protocol("b", question("g"), default=ROUTINE))

    assert "b.g" in asked(small, {"a.l": YES})
    assert level(small, {"a.l": YES, "b.g": YES}) is C15


def test_what_may_open_a_known_complaint_is_asked_and_what_can_change_nothing_is_not(book):
    first = protocol("a", raising("opens", DAY, also_open=("b",)), default=DOC)
    nowhere = protocol("a", raising("opens", DAY, also_open=("elsewhere",)), default=DOC)

    assert "a.opens" in asked(book(first, protocol("b", question("g"))))
    assert "a.opens" not in asked(book(nowhere))


def test_a_sign_it_does_not_show_lets_no_question_matter(book):
    raised = Modifier("m", TEXT, "s", SourceStatus.SOURCED, signs=frozenset({"x"}), raise_to=C15)
    plain, shown = raising("r", DAY), raising("r", DAY, signs=frozenset({"x"}))

    assert "a.r" not in asked(book(protocol("a", plain, default=DOC), modifiers=[raised]))
    assert "a.r" in asked(book(protocol("a", shown, default=DOC), modifiers=[raised]))


def test_three_unknown_flags_over_two_complaints_go_to_the_doctor(book):
    first = protocol("a", question("f", level=DAY), raising("r", DAY, also_open=("b",)), default=DAY)
    second = protocol("b", question("g", level=DAY), question("h", level=DAY), default=DAY)
    case = Case("a", ADULT, {"screen.vital": NO, "screen.other": NO, "a.r": YES})
    unknown = {"a.f": UNKNOWN, "b.g": UNKNOWN, "b.h": UNKNOWN}

    assert reckon(book(first, second), case.answered(unknown)).level is DOC


def test_a_refusal_is_the_reason_given(book):
    small = book(protocol("a", question("f", level=DAY)))

    assert reckon(small, Case("a", ADULT, {"a.f": REFUSED})).because == ("refused_answer",)


def test_signs_of_several_complaints_count_together(book):
    raised = Modifier("m", TEXT, "s", SourceStatus.SOURCED, signs=frozenset({"x", "y"}), raise_to=C15)
    first = protocol("a", raising("r", DAY, also_open=("b",)), signs=frozenset({"x"}))
    small = book(first, protocol("b", question("g"), signs=frozenset({"y"})), modifiers=[raised])

    assert level(small, {"a.r": YES}) is C15


def test_a_fact_of_the_call_answers_a_question(book):
    small = book(protocol("a", question("f", level=DOC, prefill_from="call.repeat_72h"), default=DAY))

    assert "a.f" not in asked(small)
    assert level(small, patient=replace(ADULT, repeat_72h=True)) is DOC


def test_no_to_a_sentence_answers_its_questions_unless_one_was_answered_apart(book):
    whole = replace(question("whole", level=DOC), merges=("f", "g"))
    parts = [question("f", level=DOC), question("g", level=DOC)]
    small = book(protocol("a", *parts, lowering("l", H72), merged=(whole,)))
    said = {"screen.vital": NO, "screen.other": NO, "a.whole": NO, "a.l": YES}

    assert reckon(small, Case("a", ADULT, said)).level is H72
    assert reckon(small, Case("a", ADULT, {**said, "a.g": YES})).level is DOC
    assert reckon(small, Case("a", ADULT, {"a.l": YES})).level is DAY


def test_a_complaint_only_a_lowering_yes_would_open_makes_questions_under_it_idle(book):
    first = protocol("a", question("f"), raising("r", DAY), lowering("l", H72, also_open=("b",)), default=H72)
    small = book(first, protocol("b", question("g"), default=DOC, floor=DOC))

    assert "a.r" not in asked(small, {"a.l": YES})
    assert "a.r" in asked(small)
