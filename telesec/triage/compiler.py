"""From the text of a file to a protocol, or to the list of what is wrong and where.

A protocol that fails one check is not loaded: a half-right protocol is more dangerous than none, because the
universal screen and "at least today" stand behind it.
"""

from dataclasses import dataclass

import yaml
from pydantic import ValidationError

from telesec.triage import checks
from telesec.triage.document import DecidingDoc, FlagDoc, MergedDoc, ProtocolDoc, read_yaml
from telesec.triage.levels import most_urgent
from telesec.triage.protocol import Effect, Given, Protocol, Question, SourceStatus


@dataclass(frozen=True)
class ProtocolRefused(Exception):
    """A file that is not loaded, with every problem found."""

    name: str
    problems: tuple[checks.Problem, ...]

    def __str__(self) -> str:
        return "\n".join(f"{self.name}: {problem.where}: {problem.what}" for problem in self.problems)


def compile_protocol(text: str, name: str) -> Protocol:
    """Return the protocol a file holds.

    Args:
        text: YAML in the format of ``document``.
        name: How to call the file in problems.

    Raises:
        ProtocolRefused: It is not YAML, not the format, or fails a static check.
    """
    try:
        document = ProtocolDoc.model_validate(read_yaml(text))
    except yaml.YAMLError as error:
        raise ProtocolRefused(name, (checks.Problem("file", f"not YAML: {error}"),)) from error
    except ValidationError as error:
        raise ProtocolRefused(name, schema_problems(error)) from error
    return compile_document(document, name)


def compile_document(document: ProtocolDoc, name: str) -> Protocol:
    """Return the protocol of a document.

    Raises:
        ProtocolRefused: It fails a static check.
    """
    protocol = built(document)
    problems = tuple(checks.problems_of(protocol))
    if problems:
        raise ProtocolRefused(name, problems)
    return protocol


def schema_problems(error: ValidationError) -> tuple[checks.Problem, ...]:
    """Return where a document does not fit the format."""
    return tuple(
        checks.Problem(".".join(str(part) for part in found["loc"]) or "file", found["msg"])
        for found in error.errors(include_url=False)
    )


def built(document: ProtocolDoc) -> Protocol:
    """Return the protocol of a document that no check has seen."""
    return Protocol(
        code=document.code,
        version=document.version,
        state=document.state,
        author=document.author,
        reviewer=document.reviewer,
        review_by=document.review_by,
        title=document.title.value(),
        is_screen=document.kind == "screen",
        audience=document.audience.value(),
        default=document.default,
        floor=document.floor,
        signs=frozenset(document.signs),
        synonyms=document.synonyms,
        red_flags=tuple(_question(flag, Effect.FLAG) for flag in document.red_flags),
        deciding=tuple(_question(deciding, deciding.effect) for deciding in document.deciding),
        texts={level: texts.value() for level, texts in document.texts.items()},
        removed=dict(document.removed),
        cases=tuple(case.value() for case in document.cases),
        merged=tuple(_merged(merged, document) for merged in document.merged),
        note=document.note,
    )


def _question(document: FlagDoc | DecidingDoc, effect: Effect) -> Question:
    return Question(
        id=document.id,
        effect=effect,
        level=document.level,
        text=document.ask.value(),
        unknown_as=document.unknown_as,
        source=document.source,
        source_status=document.source_status,
        gate=document.ask_if.value(),
        derive=document.derive,
        prefill_from=document.prefill_from,
        also_open=document.also_open,
        signs=frozenset(document.signs),
        words=document.words,
        help=document.help.value() if document.help else None,
        covers=document.covers or (document.id,),
        note=document.note,
    )


def _merged(document: MergedDoc, protocol: ProtocolDoc) -> Question:
    """Return the sentence; it counts as its questions do, as red flags when one of them is.

    A check keeps them of one level; until it has spoken, the most urgent is taken.
    """
    said = (*protocol.red_flags, *protocol.deciding)
    parts = [part for part in said if part.id in document.merges]
    raising = bool(parts) and all(isinstance(part, DecidingDoc) for part in parts)
    return Question(
        id=document.id,
        effect=Effect.RAISE if raising else Effect.FLAG,
        level=most_urgent(part.level for part in parts),
        text=document.ask.value(),
        unknown_as=Given.YES,
        source="; ".join(dict.fromkeys(part.source for part in parts)),
        source_status=SourceStatus.MIXED,
        help=document.help.value() if document.help else None,
        note=document.note,
        merges=document.merges,
    )
