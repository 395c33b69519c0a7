"""A sentence of several questions keeps what limits each of them.

Without it a caller whose answer to the question is no says yes to the sentence: the fit's sleep that is over,
the period of yesterday, the cut of a kitchen knife.
"""

import re

import pytest

from telesec.triage.library import load

LIBRARY = load()
# what limits a question: what the sentence that says it has to keep
LIMITS = {
    r"\bencore endormi": r"\bencore endormi",
    r"en ce moment": r"en ce moment|maintenant|\bencore\b|depuis une demi-heure|très mal",
    r"accident violent": r"accident violent",
    r"coup de couteau": r"coup de couteau",
    r"plus qu'une égratignure": r"plus qu'une égratignure",
    r"avaler (sa|votre) salive": r"salive",
    r"sans être enrhum": r"rhum",
    r"[Dd]epuis ce mal": r"[Dd]epuis ce mal",
    r"(faible|froide?|insensible).* d'un coup": r"d'un coup|soudain|devenu",
    r"fièvre ou la douleur dure": r"fièvre ou la douleur",
}


@pytest.mark.parametrize("limit", LIMITS)
def test_a_sentence_keeps_what_limits_its_questions(limit):
    kept = LIMITS[limit]
    said = [
        (f"{held.code}.{sentence.id}", question.id, words.replace("’", "'"))
        for held in LIBRARY.protocols
        for sentence in held.merged
        for question in held.questions
        if question.id in sentence.merges and re.search(limit, question.text.fr.replace("’", "'"))
        for words in filter(None, (sentence.text.fr, sentence.text.you, sentence.text.he))
    ]

    assert said
    assert not [found for found in said if not re.search(kept, found[2])]
