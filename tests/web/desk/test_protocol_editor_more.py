"""What else a practice may change in its own version: help, for whom, sentences, words, cases."""

import pytest

from telesec.app import create_app
from telesec.testing.logins import browser_as
from telesec.triage import drafts
from telesec.triage.protocol import EVERYBODY, Effect

STROKE = "signes_avc"


@pytest.fixture
def lune(deps, cast):
    return browser_as(deps, create_app(deps), cast.dr_lune)


@pytest.fixture
def edit(lune, deps, cast):
    def send(typed, code=STROKE):
        with deps.unit_of_work(cast.dr_lune) as uow:
            held = drafts.begin(uow, deps.library, cast.lilas, code).row_version
        return lune.post(f"/practice/{cast.lilas}/protocols/{code}/edit", {"row_version": held, **typed})

    return send


@pytest.fixture
def kept(deps, cast):
    def begin(code=STROKE):
        with deps.unit_of_work(cast.dr_lune) as uow:
            return drafts.begin(uow, deps.library, cast.lilas, code).document

    return begin


@pytest.fixture
def whole(deps):
    """A protocol that says several raising questions in one sentence, and that sentence."""
    held = deps.library.book.protocols["fievre_adulte"]
    return held.code, held.merged[0]


def text(answer):
    return answer.get_data(as_text=True)


def test_a_raised_question_of_a_sentence_is_asked_by_itself(edit, kept, deps):
    held = next(
        protocol
        for protocol in deps.library.book.protocols.values()
        if any(one.level.value == "doctor_now" for one in protocol.merged)
    )
    merged = next(one for one in held.merged if one.level.value == "doctor_now")
    question = next(one for one in held.questions if one.id == merged.merges[0])
    typed = {f"level-{question.id}": "call15_now", f"place-{question.id}": "0", "then": "go_on"}
    cases = {}
    answer = edit(typed | cases, held.code)
    if answer.status_code == 422:
        typed |= {f"case-{case.name}": reached(deps, held, case, question.id) for case in held.cases}
        answer = edit(typed, held.code)

    assert answer.status_code == 303, text(answer)
    assert merged.id not in {one.id for one in kept(held.code).merged}


def reached(deps, held, case, raised):
    positive = case.answers.get(raised) in {"yes", "unknown"} or case.others == "unknown"
    return "call15_now" if positive else case.level.value


def test_a_reworded_question_is_asked_in_its_own_words(edit, kept, whole):
    code, merged = whole
    first, *_ = merged.merges

    assert (
        edit({f"fr-{first}": "Est-elle trop faible pour parler ?", "then": "go_on"}, code).status_code == 303
    )
    assert merged.id not in {one.id for one in kept(code).merged}
    assert edit({f"fr-{merged.id}": "Est-elle dans un état qui vous inquiète ?"}, code).status_code == 303


def test_a_sentence_worded_by_the_practice_is_kept(edit, kept, whole):
    code, merged = whole
    words = "Est-elle confuse, ou respire-t-elle mal ?"

    assert edit({f"fr-{merged.id}": words, "then": "go_on"}, code).status_code == 303
    assert next(one for one in kept(code).merged if one.id == merged.id).ask.fr == words


def test_help_is_written_and_taken_away(edit, kept):
    first = kept().red_flags[0].id

    edit({f"help-fr-{first}": "Faire sourire.", f"help-en-{first}": "Ask for a smile.", "then": "go_on"})
    assert kept().red_flags[0].help.fr == "Faire sourire."

    edit({f"help-fr-{first}": "", f"help-en-{first}": "", "then": "go_on"})
    assert kept().red_flags[0].help is None


def test_a_question_for_some_is_asked_of_everybody(edit, kept, deps):
    code, id_ = next(
        (held.code, question.id)
        for held in deps.library.book.protocols.values()
        for question in held.deciding
        if question.effect is Effect.RAISE
        and question.gate != EVERYBODY
        and not question.derive
        and len(held.questions) < 10
    )

    assert edit({f"all-{id_}": "yes", "then": "go_on"}, code).status_code == 303
    asked = next(one for one in kept(code).deciding if one.id == id_)
    assert asked.ask_if.value() == EVERYBODY


def test_words_of_the_practice_lead_here_once_signed_and_words_taken_are_refused(edit, kept, deps):
    assert (
        edit({"words": "coup de calcaire, , bouche en biais du quartier", "then": "go_on"}).status_code == 303
    )
    assert {"coup de calcaire", "bouche en biais du quartier"} <= set(kept().synonyms)

    refused = edit({"words": "mal de dos"})
    assert refused.status_code == 422
    assert "mène déjà ailleurs" in text(refused)


def test_a_case_more_is_kept_and_must_come_out(edit, kept):
    first = kept().red_flags[0].id
    case = {"newcase-age": "70", "newcase-sex": "F", "newcase-yes": first}

    assert edit({**case, "newcase-level": "routine"}).status_code == 422
    assert edit({**case, "newcase-level": "call15_now", "then": "go_on"}).status_code == 303
    assert kept().cases[-1].name == "own_1"


def test_words_refused_stand_in_their_field_only(edit):
    page = text(edit({"words": "mal de dos"}))

    listed = page.partition('id="words-kept">')[2].partition("</p>")[0]
    assert "mal de dos" not in listed
    assert "avc" in listed.casefold()
    assert 'value="mal de dos"' in page
