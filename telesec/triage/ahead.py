"""What is left of a triage: the questions still to come if each is answered "no", and how long they take.

"No" is the long way: a sign found ends the questions or skips what it outweighs. Only an answer that opens
another complaint asks for more, so the desk says "if everything is no".
"""

from dataclasses import dataclass

from telesec.triage.engine import next_step
from telesec.triage.protocol import Given, Rulebook
from telesec.triage.reckoning import Case, told
from telesec.triage.speech import spoken_seconds


@dataclass(frozen=True)
class Ahead:
    """How many questions, the present one among them, and their seconds, read and answered."""

    questions: int
    seconds: int


def left_to_ask(book: Rulebook, case: Case) -> Ahead:
    """Return what is left to ask of a case if everything is answered "no"."""
    questions, seconds = 0, 0.0
    while (item := next_step(book, case, seconds_left_today=0).item) is not None:
        questions += 1
        seconds += spoken_seconds(item.question.text.fr)
        case = case.answered(told(item, Given.NO))
    return Ahead(questions, round(seconds))
