"""Each sentence alerts send by SMS is one segment in French and in English: one price, one beep."""

import pytest

from telesec.alerts import words
from telesec.foundation.language import Sentence
from telesec.testing.carrier.records import segments
from telesec.web.language import render

DESK = "https://telesecretariat-du-lilas.example"
SENTENCES = {
    "one message": words.text_message(1, "47", DESK),
    "several messages": words.text_message(12, "47", DESK),
    "taken": words.text_taken("47"),
    "taken by another": words.TAKEN,
    "closed": words.CLOSED,
    "not understood": words.NOT_UNDERSTOOD,
    "wrong code": words.WRONG_CODE,
    "no more tries": words.NO_MORE_TRIES,
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES.keys())
def test_sms_is_one_segment(sentence: Sentence, language: str):
    assert segments(render(sentence, language)) == 1
