"""What was heard in a call, in words for whoever takes over: a doctor, or whoever calls back."""

from telesec.calls.details import CallDetails
from telesec.calls.rules import Beside
from telesec.foundation.language import say
from telesec.practices.numbers import read_aloud
from telesec.triage.protocol import Given
from telesec.triage.reads import SessionView
from telesec.web.language import render

ADDRESS = say("Address: %(address)s")
YES = say("%(question)s Yes.")
IN_DOUBT = {
    Given.UNKNOWN: say("%(question)s Does not know."),
    Given.REFUSED: say("%(question)s Refuses."),
}
APART = say("The caller is not beside the patient.")
OWN_NUMBER = say("The patient answers at: %(number)s")


def heard(session: SessionView, language: str) -> list[str]:
    """Return the complaint and what was answered with yes, as it was asked; for a session already read."""
    questions = session.library.questions
    yes = [questions[ref].text for ref, given in session.answers if given is Given.YES and ref in questions]
    spoken = [text.spoken(language, session.voice) for text in yes]
    return [
        session.title.spoken(language),
        *(render(say(YES.msgid, question=question), language) for question in spoken),
    ]


def in_doubt(session: SessionView, language: str) -> list[str]:
    """Return what nobody knew or answered, and so counts as yes; for a session already read."""
    questions = session.library.questions
    counted = [
        (questions[ref].text.spoken(language, session.voice), given)
        for ref, given in session.answers
        if given in IN_DOUBT and ref in questions and questions[ref].unknown_as is Given.YES
    ]
    return [render(say(IN_DOUBT[given].msgid, question=text), language) for text, given in counted]


def whereabouts(address: str, language: str) -> str:
    """Return where the caller is, as a line of a message."""
    return render(say(ADDRESS.msgid, address=address), language)


def reached_at(details: CallDetails, language: str) -> list[str]:
    """Return that the caller is elsewhere and where the patient answers, as said, a line each."""
    apart = [render(APART, language)] if details.beside is Beside.NO else []
    number = read_aloud(details.patient_phone)
    return [*apart, *([render(say(OWN_NUMBER.msgid, number=number), language)] if number else [])]
