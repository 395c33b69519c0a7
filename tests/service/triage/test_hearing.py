"""Ticking what was told in any order, taking an answer back, the caller's own words, what is left to ask."""

from itertools import permutations

import pytest

from telesec.foundation.errors import NotFound, Refused
from telesec.triage import hearing, reads, records, service
from telesec.triage.hearing import TickHeard
from telesec.triage.levels import Level
from telesec.triage.protocol import Given
from telesec.triage.service import AnswerQuestion

YES, NO = Given.YES, Given.NO
BACK = "mal_de_dos"


@pytest.fixture
def signs(deps, cast, uow_as):
    def read(view):
        with uow_as(cast.ada) as uow:
            return [sign.id for sign in hearing.signs(reads.session(uow, deps.library, view.id))]

    return read


def to_the_end(run, view):
    while view.question:
        view = run(service.answer, AnswerQuestion(view.id, view.question.id, NO))
    return view


def own(refs, code, level, library):
    """Return the questions of one complaint at one level, of some refs."""
    return [ref for ref in refs if ref.startswith(f"{code}.") and library.questions[ref].level is level]


def test_signs_are_those_of_the_complaint_then_of_the_screen_worst_first(adopted, start, signs, deps):
    found = signs(start("mal_de_dos"))

    screen = [ref.startswith("tronc_commun.") for ref in found]
    assert screen == sorted(screen)
    levels = [deps.library.questions[ref].level.urgency for ref in found if ref.startswith("mal_de_dos.")]
    assert levels == sorted(levels, reverse=True)


def test_ticks_are_stored_one_by_one_and_no_order_changes_the_level(adopted, start, run, signs, deps):
    first = signs(start(BACK))
    told = own(first, BACK, Level.DOCTOR_NOW, deps.library)[:3]
    assert len(told) == 3

    ends = [run(hearing.tick, TickHeard(start(BACK).id, order)) for order in permutations(told)]

    assert {dict(end.answers).keys() == set(told) for end in ends} == {True}
    assert {to_the_end(run, end).level for end in ends} == {Level.DOCTOR_NOW}


def test_ticks_come_out_as_the_same_answers_to_the_questions_shown(adopted, start, run, signs, deps):
    told = own(signs(start(BACK)), BACK, Level.DOCTOR_NOW, deps.library)[0]
    ticked = to_the_end(run, run(hearing.tick, TickHeard(start(BACK).id, [told])))

    view = start(BACK)
    while view.question:
        asked = deps.library.questions[view.question.id]
        said = YES if view.question.id == told or told.partition(".")[2] in asked.merges else NO
        view = run(service.answer, AnswerQuestion(view.id, view.question.id, said))

    assert ticked.level is view.level


def test_a_vital_sign_that_is_ticked_ends_at_the_15(adopted, start, run):
    view = run(hearing.tick, TickHeard(start(BACK).id, ["tronc_commun.respire_mal"]))

    assert view.disposition.level is Level.CALL15_NOW


@pytest.mark.parametrize("told", [[], ["tronc_commun.nothing"], ["tronc_commun.eveil_souffle_couleur"]])
def test_tick_refuses_nothing_and_what_is_no_sign(adopted, start, run, told):
    view = start(BACK)

    with pytest.raises(Refused):
        run(hearing.tick, TickHeard(view.id, told))

    assert run(service.answer, AnswerQuestion(view.id, view.question.id, NO)).answers


def test_nothing_that_lowers_can_be_ticked(adopted, start, signs, deps):
    for code in ("mal_de_dos", "douleur_thoracique", "toux_rhume"):
        if deps.library.book.get(code) is not None:
            effects = {deps.library.questions[ref].effect.value for ref in signs(start(code))}
            assert "lower" not in effects


def test_undo_asks_the_last_question_again(adopted, start, run):
    view = start(BACK)
    after = run(service.answer, AnswerQuestion(view.id, view.question.id, NO))
    assert len(after.answers) > 1

    back = run(hearing.undo, view.id)

    assert (back.question.id, back.answers) == (view.question.id, ())


def test_undo_goes_back_answer_by_answer_and_the_other_answer_counts(adopted, start, run):
    view = first = start(BACK)
    for _ in range(2):
        view = run(service.answer, AnswerQuestion(view.id, view.question.id, NO))

    run(hearing.undo, view.id)
    back = run(hearing.undo, view.id)
    assert back.question.id == first.question.id
    again = run(service.answer, AnswerQuestion(view.id, back.question.id, YES))

    assert dict(again.answers) == {back.question.id: YES} or again.disposition is not None


def test_undo_takes_all_ticks_of_one_act_back(adopted, start, run, signs, deps):
    view = start(BACK)
    told = own(signs(view), BACK, Level.DOCTOR_NOW, deps.library)[:2]
    run(hearing.tick, TickHeard(view.id, told))

    assert run(hearing.undo, view.id).answers == ()


def test_an_answer_taken_back_keeps_its_row(adopted, start, run, deps, cast, uow_as):
    view = start(BACK)
    run(service.answer, AnswerQuestion(view.id, view.question.id, NO))
    run(hearing.undo, view.id)
    run(service.answer, AnswerQuestion(view.id, view.question.id, NO))

    with uow_as(cast.ada) as uow:
        record = records.opened(uow, records.found(uow, view.id))
        kept = uow.session.query(records.TriageAnswer).filter_by(session_id=view.id).count()

    assert kept == 2 * len(record.answers)
    assert record.content.withdrawn == tuple(range(1, len(record.answers) + 1))


def test_undo_of_the_last_answer_opens_a_judged_session_again(adopted, start, run):
    end = to_the_end(run, start(BACK))
    assert end.disposition

    back = run(hearing.undo, end.id)

    assert back.question
    assert back.disposition is None


def test_undo_refuses_where_the_alert_is_out_and_where_nothing_is_answered(adopted, start, run):
    view = start(words="mal à la poitrine")
    with pytest.raises(Refused, match="nothing_answered"):
        run(hearing.undo, view.id)
    run(service.answer, AnswerQuestion(view.id, view.question.id, YES))

    with pytest.raises(Refused, match="alert_is_out"):
        run(hearing.undo, view.id)


def test_undo_and_ticks_refuse_another_practices_secretary(adopted, start, run, cast):
    view = start(BACK)

    with pytest.raises(NotFound):
        run(hearing.undo, view.id, who=cast.stranger)
    with pytest.raises(NotFound):
        run(hearing.tick, TickHeard(view.id, ["tronc_commun.respire_mal"]), who=cast.stranger)


def test_the_callers_own_words_stay_with_the_session_and_its_choice(adopted, start, deps, cast, uow_as):
    view = start(words="  ma mère a mal au dos depuis lundi ")

    with uow_as(cast.ada) as uow:
        kept = reads.session(uow, deps.library, view.id).words

    assert kept == "ma mère a mal au dos depuis lundi"


def test_left_to_ask_is_what_is_really_asked_if_everything_is_no(adopted, start, run):
    view = start(BACK)
    foreseen, asked = view.ahead, 0

    while view.question:
        assert view.ahead.questions == foreseen.questions - asked
        view, asked = run(service.answer, AnswerQuestion(view.id, view.question.id, NO)), asked + 1

    assert (asked, view.ahead) == (foreseen.questions, None)
    assert foreseen.seconds > 2 * asked


BLUE = "tronc_commun.bleu_gris"


@pytest.fixture
def chips(deps, cast, uow_as):
    def read(view):
        with uow_as(cast.ada) as uow:
            return {
                one.id: (one.said, one.told)
                for one in hearing.heard(reads.session(uow, deps.library, view.id))
            }

    return read


def test_signs_in_the_callers_words_are_shown_as_written_and_asked_first(adopted, start, chips):
    view = start(words="mal au ventre, levres bleues")

    assert chips(view)[BLUE] == ("lèvres bleues", False)
    assert view.question.id == BLUE


def test_what_is_denied_or_not_said_is_no_chip(adopted, start, chips):
    assert chips(start(words="mal au ventre, sans lèvres bleues")) == {}
    assert chips(start(BACK)) == {}


def untick(run, view, ref):
    return run(lambda uow, library, one: hearing.untick(uow, library, one, ref), view.id)


def test_a_sign_ticked_stands_as_a_yes_and_unticked_is_asked_again(adopted, start, run, signs, chips, deps):
    view = start(BACK)
    ref = own(signs(view), BACK, Level.DOCTOR_NOW, deps.library)[0]
    ticked = run(hearing.tick, TickHeard(view.id, [ref]))
    assert (dict(ticked.answers), chips(view)) == ({ref: YES}, {ref: ("", True)})

    back = untick(run, view, ref)

    assert (back.answers, chips(view)) == ((), {})
    assert (back.question.id, back.level) == (view.question.id, view.level)


def test_a_yes_given_early_is_taken_back_alone(adopted, start, run, signs, deps):
    view = start(BACK)
    ref = own(signs(view), BACK, Level.DOCTOR_NOW, deps.library)[0]
    view = run(hearing.tick, TickHeard(view.id, [ref]))
    for _ in range(2):
        view = run(service.answer, AnswerQuestion(view.id, view.question.id, NO))
    others = {one: given for one, given in view.answers if one != ref}
    assert others

    back = untick(run, view, ref)

    assert dict(back.answers) == others
    assert to_the_end(run, back).level is to_the_end(run, start(BACK)).level


def test_a_sign_answered_no_is_no_chip(adopted, start, run, chips):
    view = start(words="mal au ventre, lèvres bleues")

    run(service.answer, AnswerQuestion(view.id, BLUE, NO))

    assert BLUE not in chips(view)


def test_untick_refuses_what_is_no_yes_and_what_called_the_15(adopted, start, run):
    view = start(words="mal au ventre, lèvres bleues")
    with pytest.raises(Refused, match="not_ticked"):
        untick(run, view, BLUE)
    run(hearing.tick, TickHeard(view.id, [BLUE]))

    with pytest.raises(Refused, match="alert_is_out"):
        untick(run, view, BLUE)


def test_strangers_take_no_chip_back(adopted, start, cast, uow_as, deps):
    view = start(words="mal au ventre, lèvres bleues")
    with uow_as(cast.stranger) as uow, pytest.raises(NotFound):
        hearing.untick(uow, deps.library, view.id, BLUE)


def test_no_chip_once_it_is_judged(adopted, start, run, chips):
    view = start(words="mal au ventre, lèvres bleues")

    run(hearing.tick, TickHeard(view.id, [BLUE]))

    assert chips(view) == {}
