"""A protocol as FHIR R4 Questionnaire and a session as QuestionnaireResponse; pure, plain dictionaries.

A copy for others to read: "the most urgent wins" cannot be said with enableWhen, so our engine stays the
reference. Sources: http://hl7.org/fhir/R4/questionnaire.html, questionnaireresponse.html, and
http://hl7.org/fhir/R4/extension-data-absent-reason.html: "I do not know" is ``asked-unknown``, a refusal
``asked-declined``, a question not asked ``not-asked``; never a missing item.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from telesec.triage.levels import Level
from telesec.triage.protocol import Given, Protocol, Question, State

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
LEVEL = "urn:telesec:triage-level"
PRIORITY = {Level.CALL15_NOW: "stat", Level.DOCTOR_NOW: "asap", Level.SAME_DAY: "urgent"}
"""Level → FHIR request-priority; every other level is ``routine``."""

_STATUS = {State.DRAFT: "draft", State.REFERENCE: "draft", State.SIGNED: "active", State.RETIRED: "retired"}
_ABSENT_BECAUSE = {Given.UNKNOWN: "asked-unknown", Given.REFUSED: "asked-declined", None: "not-asked"}


def questionnaire(protocol: Protocol, language: str = "fr") -> dict[str, Any]:
    """Return a protocol as a Questionnaire; a reference text nobody signed has status ``draft``."""
    return {
        "resourceType": "Questionnaire",
        "url": _url(protocol),
        "version": protocol.version,
        "name": protocol.code,
        "title": protocol.title.spoken(language),
        "status": _STATUS[protocol.state],
        "language": language,
        "publisher": protocol.author,
        "description": "Reference text: it orients, it never diagnoses. telesec's engine is the reference.",
        "item": [_asked(protocol, question, language) for question in protocol.questions],
    }


def response(
    protocols: Iterable[Protocol],
    answers: Mapping[str, Given],
    *,
    level: Level,
    authored: datetime,
    language: str = "fr",
) -> dict[str, Any]:
    """Return a session as a QuestionnaireResponse.

    Args:
        protocols: The complaint first, then the screen and whatever was opened; each is a group.
        answers: Question ids → answers.
        level: Where it ended; told as our own code and as FHIR priority.
        authored: When it ended, aware.
        language: Of the texts.
    """
    held = tuple(protocols)
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{_url(held[0])}|{held[0].version}",
        "status": "completed",
        "authored": authored.isoformat(),
        "language": language,
        "extension": [
            {"url": LEVEL, "valueCode": level.value},
            {"url": "urn:telesec:priority", "valueCode": PRIORITY.get(level, "routine")},
        ],
        "item": [_group(protocol, answers, language) for protocol in held],
    }


def _url(protocol: Protocol) -> str:
    return f"urn:telesec:protocol:{protocol.code}"


def _asked(protocol: Protocol, question: Question, language: str) -> dict[str, Any]:
    return {
        "linkId": protocol.ref(question),
        "text": question.text.spoken(language),
        "type": "boolean",
        "required": False,
        "extension": [
            {"url": LEVEL, "valueCode": question.level.value},
            {"url": "urn:telesec:effect", "valueCode": question.effect.value},
        ],
    }


def _group(protocol: Protocol, answers: Mapping[str, Given], language: str) -> dict[str, Any]:
    return {
        "linkId": protocol.code,
        "text": protocol.title.spoken(language),
        "item": [
            {
                "linkId": protocol.ref(question),
                "text": question.text.spoken(language),
                "answer": [_answer(answers.get(protocol.ref(question)))],
            }
            for question in protocol.questions
        ]
        + [
            {"linkId": ref, "text": merged.text.spoken(language), "answer": [_answer(answers[ref])]}
            for merged in protocol.merged
            if (ref := protocol.ref(merged)) in answers
        ],
    }


def _answer(given: Given | None) -> dict[str, Any]:
    if given in (Given.YES, Given.NO):
        return {"valueBoolean": given is Given.YES}
    return {"_valueBoolean": {"extension": [{"url": ABSENT, "valueCode": _ABSENT_BECAUSE[given]}]}}
