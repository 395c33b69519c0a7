"""The text an urgent message begins with: what was asked and found, for the secretary to correct and send.

Only a beginning: the page puts it into a note nobody wrote in, else offers it beside. It holds health data,
so it is shown and sealed as the note is, and goes nowhere else.
"""

from telesec.calls.details import details_of
from telesec.calls.heard import IN_DOUBT, YES, heard, reached_at
from telesec.calls.reads import CallCard
from telesec.desk.phone_looks import BABY_MONTHS
from telesec.foundation.language import Sentence, say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.numbers import read_aloud
from telesec.triage.patient import PatientFacts, Sex
from telesec.triage.protocol import Given
from telesec.triage.reads import SessionView
from telesec.triage.why import Why
from telesec.web.language import render

WORDS = say("Caller’s words: “%(words)s”")
PERSON = say("%(sex)s, %(age)s")
SEXES = {Sex.FEMALE: say("Female"), Sex.MALE: say("Male")}
NO_SEX, NO_AGE = say("Sex not known"), say("age not known")
MONTHS, YEARS = say("%(count)s months"), say("%(count)s years")
ONE_MONTH = say("1 month")
DECIDED = say("Decided by: %(why)s")
OPEN = {Given.UNKNOWN: say("Not known: %(question)s"), Given.REFUSED: say("Not answered: %(question)s")}
ANSWERED = {
    Given.YES: YES,
    Given.NO: say("%(question)s No."),
    **IN_DOUBT,
}
BACK = say("To call back: %(number)s")


def alert_text(uow: UnitOfWork, session: SessionView | None, card: CallCard) -> str:
    """Return what a triage found, one thing a line; empty before a result. For a session already read.

    Args:
        uow: Carries the actor, whose language it is written in.
        session: The triage, None before one.
        card: The call; its number, where it shows one, is where the caller is called back.
    """
    if session is None or session.disposition is None:
        return ""
    language, number = uow.actor.language, read_aloud(card.from_number)
    title, *yes = heard(session, language)
    whys = [_why(why, session, language) for why in session.whys]
    lines = [
        title,
        *([_with(WORDS, language, words=" ".join(session.words.split()))] if session.words.strip() else []),
        _person(session.patient, language),
        *(_with(DECIDED, language, why=why) for why in whys),
        *(line for line in yes if line not in whys),
        *_open(uow, session, whys),
        *reached_at(details_of(card), language),
        *([back(number, language)] if number else []),
    ]
    return "\n".join(lines)


def back(number: str, language: str) -> str:
    """Return the line that says where to call back."""
    return _with(BACK, language, number=number)


def with_number(text: str, before: str, now: str, language: str) -> str:
    """Return a text whose own line about the number says the one typed now; other lines stay as written."""
    if not before or not now or before == now:
        return text
    lines = text.splitlines()
    if back(before, language) not in lines:
        return text
    return "\n".join(back(now, language) if line == back(before, language) else line for line in lines)


def _with(sentence: Sentence, language: str, **parts: object) -> str:
    return render(say(sentence.msgid, **parts), language)


def _person(patient: PatientFacts, language: str) -> str:
    """Return sex and age as judged by, each said to be unknown where it is."""
    sex = render(SEXES[patient.sex] if patient.sex else NO_SEX, language)
    return _with(PERSON, language, sex=sex, age=_age(patient.age_months, language))


def _age(months: int | None, language: str) -> str:
    if months is None:
        return render(NO_AGE, language)
    if months == 1:
        return render(ONE_MONTH, language)
    if months < BABY_MONTHS:
        return _with(MONTHS, language, count=months)
    return _with(YEARS, language, count=months // 12)


def _why(why: Why, session: SessionView, language: str) -> str:
    if why.text is None:
        return render(why.rule, language) if why.rule else ""
    spoken = why.text.spoken(language, session.voice)
    return _with(ANSWERED[why.given], language, question=spoken) if why.given else spoken


def _open(uow: UnitOfWork, session: SessionView, said: list[str]) -> list[str]:
    """Return what was asked and not known or not answered, but for what decided."""
    language, questions = uow.actor.language, session.library.questions
    found = [
        (given, questions[ref].text.spoken(language, session.voice))
        for ref, given in session.answers
        if given in OPEN and ref in questions
    ]
    return [
        _with(OPEN[given], language, question=text)
        for given, text in found
        if _with(ANSWERED[given], language, question=text) not in said
    ]
