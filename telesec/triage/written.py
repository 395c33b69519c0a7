"""A compiled protocol back in the form it is written in, so that a practice can word its own version of it.

Compiling what is returned gives the same protocol again, whichever file it came from.
"""

from telesec.triage.document import (
    CaseDoc,
    CasePatientDoc,
    DecidingDoc,
    FlagDoc,
    GateDoc,
    LevelTextDoc,
    MergedDoc,
    ProtocolDoc,
    TextDoc,
)
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import ExpectedCase, Gate, LevelText, Protocol, Question, Text

_FLAGS = ("frail", "immunosuppressed_or_asplenia", "anticoagulant", "repeat_72h", "vulnerable")


def document_of(protocol: Protocol) -> ProtocolDoc:
    """Return the document a protocol compiles from."""
    return ProtocolDoc.model_validate(
        {
            "format": 1,
            "code": protocol.code,
            "version": protocol.version,
            "state": protocol.state,
            "author": protocol.author,
            "reviewer": protocol.reviewer,
            "review_by": protocol.review_by,
            "title": _text(protocol.title),
            "kind": "screen" if protocol.is_screen else "complaint",
            "audience": _gate(protocol.audience),
            "default": protocol.default,
            "floor": protocol.floor,
            "signs": tuple(sorted(protocol.signs)),
            "synonyms": protocol.synonyms,
            "red_flags": tuple(FlagDoc.model_validate(_question(one)) for one in protocol.red_flags),
            "deciding": tuple(
                DecidingDoc.model_validate({**_question(one), "effect": one.effect})
                for one in protocol.deciding
            ),
            "texts": {level: level_text(text) for level, text in protocol.texts.items()},
            "removed": dict(protocol.removed),
            "cases": tuple(_case(case) for case in protocol.cases),
            "merged": tuple(_merged(one) for one in protocol.merged),
            "note": protocol.note,
        }
    )


def _text(text: Text) -> TextDoc:
    return TextDoc(fr=text.fr, en=text.en, you=text.you, he=text.he)


def _gate(gate: Gate) -> GateDoc:
    return GateDoc(
        age_min_months=gate.age_min_months,
        age_max_months=gate.age_max_months,
        sex=gate.sex,
        pregnant=gate.pregnant,
        territory=tuple(sorted(gate.territory)),
    )


def _question(question: Question) -> dict[str, object]:
    return {
        "id": question.id,
        "ask": _text(question.text),
        "level": question.level,
        "unknown_as": question.unknown_as,
        "source": question.source,
        "source_status": question.source_status,
        "ask_if": _gate(question.gate),
        "derive": question.derive,
        "prefill_from": question.prefill_from,
        "also_open": question.also_open,
        "signs": tuple(sorted(question.signs)),
        "words": question.words,
        "help": _text(question.help) if question.help else None,
        "covers": question.covers,
        "note": question.note,
    }


def _merged(question: Question) -> MergedDoc:
    return MergedDoc(
        id=question.id,
        ask=_text(question.text),
        merges=question.merges,
        help=_text(question.help) if question.help else None,
        note=question.note,
    )


def level_text(texts: LevelText) -> LevelTextDoc:
    """Return the words of a level as a file writes them."""
    return LevelTextDoc(
        say=_text(texts.say),
        act=_text(texts.act),
        told=_text(texts.told),
        safety_net=_text(texts.safety_net),
        fallback=_text(texts.fallback),
        note=texts.note,
    )


def _case(case: ExpectedCase) -> CaseDoc:
    return CaseDoc.model_validate(
        {
            "name": case.name,
            "patient": _patient(case.patient),
            "answers": dict(case.answers),
            "others": case.others,
            "level": case.level,
        }
    )


def _patient(patient: PatientFacts) -> CasePatientDoc:
    held = {flag for flag in _FLAGS if getattr(patient, flag)} | (set() if patient.not_better else {"better"})
    return CasePatientDoc.model_validate(
        {
            "age_months": patient.age_months,
            "sex": patient.sex,
            "pregnant": patient.pregnant,
            "territory": patient.territory,
            "flags": held,
        }
    )
