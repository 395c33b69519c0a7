"""How long a protocol takes aloud, and where it is too long; warns, never refuses.

Length is won by merging for the ear, by asking first what the caller's words name, by gates and by skipping
what can no longer change the level; never by dropping a red flag.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from telesec.triage.checks import profiles
from telesec.triage.protocol import Effect, Protocol, Question, SourceStatus
from telesec.triage.speech import spoken_seconds

FIRST_VITAL_SIGN_SECONDS = 25.0
FLAGS_SECONDS = 60.0


@dataclass(frozen=True)
class Length:
    """Spoken seconds of a protocol for the person who is asked most.

    Args:
        flags: All red flags, read and answered.
        questions: All questions.
    """

    flags: float
    questions: float


def length(protocol: Protocol) -> Length:
    """Return how long a protocol takes when every question that applies is asked."""
    asked = [
        [question for question in protocol.questions if question.gate.holds(patient) is not False]
        for patient in profiles(protocol)
        if patient.age_months is not None
    ]
    return Length(
        flags=max(sum(map(seconds, (q for q in some if q.effect is Effect.FLAG))) for some in asked),
        questions=max(sum(map(seconds, some)) for some in asked),
    )


def seconds(question: Question) -> float:
    """Return how long one question takes; nothing when it is derived from what is known."""
    return 0.0 if question.derive else spoken_seconds(question.text.fr)


def warnings(protocol: Protocol) -> Iterator[str]:
    """Yield what a reviewer should look at."""
    first = seconds(protocol.red_flags[0])
    if protocol.is_screen and first > FIRST_VITAL_SIGN_SECONDS:
        yield f"the first vital sign is out after {first:.0f} s; {FIRST_VITAL_SIGN_SECONDS:.0f} s at most"
    flags = length(protocol).flags
    if not protocol.is_screen and flags > FLAGS_SECONDS:
        yield f"its red flags take {flags:.0f} s; {FLAGS_SECONDS:.0f} s after the screen is the aim"
    for question in protocol.questions:
        if question.source_status is SourceStatus.RECALLED_ONLY:
            yield f"{question.id}: the source was only recalled; a doctor must find one before signing"
        if question.note:
            yield f"{question.id}: to be signed: {question.note}"
