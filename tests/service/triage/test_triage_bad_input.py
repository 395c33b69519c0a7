"""Bad input to triage, one by one: a clear refusal or a safe reading, and the session as it was."""

import pytest

from telesec.foundation.errors import Refused
from telesec.triage import service
from telesec.triage.levels import Level, at_least
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import Given
from telesec.triage.service import AnswerQuestion


@pytest.mark.parametrize(
    "words",
    [
        "🤕🤮😱",
        "ألم في الصدر",
        "болит голова и температура",
        "胸が痛い",
        "\u202e\u0301\u0301\u0301",
        "«»…!?",
        "zzz " * 2500,
        "0000",
    ],
)
def test_words_nobody_can_read_still_start_safely(adopted, start, words):
    view = start(words=words)

    assert view.protocol == "symptome_non_liste"
    assert view.question is not None
    assert at_least(view.level, Level.SAME_DAY)


def test_ten_thousand_characters_are_read_to_their_end(adopted, start):
    view = start(words=("bla " * 2490) + "mal à la poitrine")

    assert view.question.id == "tronc_commun.douleur_poitrine"


@pytest.mark.parametrize("words", ["", "   ", "\n\t"])
def test_empty_words_ask_for_a_protocol_or_words(adopted, start, words):
    with pytest.raises(Refused, match="protocol_needed"):
        start(words=words)


def test_emoji_beside_words_are_no_hindrance(adopted, start):
    assert start(words="mal à la poitrine 😭😭").question.id == "tronc_commun.douleur_poitrine"


@pytest.mark.parametrize("asked", ["tronc_commun.inconnue", "nulle_part.rien", "", "é🤕", "x" * 10_000])
def test_an_unknown_question_is_refused_and_the_session_kept(adopted, start, run, asked):
    view = start("douleur_thoracique")

    with pytest.raises(Refused, match="question_not_current") as refused:
        run(service.answer, AnswerQuestion(view.id, asked, Given.YES))

    assert refused.value.extra == {"question": view.question.id}
    again = run(service.answer, AnswerQuestion(view.id, view.question.id, Given.NO))
    assert again.question.id != view.question.id


@pytest.mark.parametrize("months", [0, 120 * 12, 200 * 12])
def test_any_age_reaches_a_level(adopted, start, run, months):
    view = start("douleur_abdominale", patient=PatientFacts(age_months=months))
    while view.question:
        view = run(service.answer, AnswerQuestion(view.id, view.question.id, Given.NO))

    assert at_least(view.disposition.level, Level.SAME_DAY)
