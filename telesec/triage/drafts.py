"""A practice's own draft of a protocol: checked whole before it is kept, never below the reference.

What fails a check, a case that does not come out, or a level under the reference's is not saved; nothing runs
before it is signed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import func, select

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound, Refused, Stale
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.triage.checks import Problem, problems_of
from telesec.triage.compiler import built, schema_problems
from telesec.triage.document import ProtocolDoc
from telesec.triage.expected import answered_case, unexpected
from telesec.triage.in_practice import compiled, library_of, row_of
from telesec.triage.levels import Level
from telesec.triage.library import Library
from telesec.triage.models import PracticeProtocol
from telesec.triage.own_version import apart, weaker
from telesec.triage.protocol import EVERYBODY, Effect, Protocol, State
from telesec.triage.reckoning import reckon
from telesec.triage.replay import with_protocol
from telesec.triage.signing import decider
from telesec.triage.written import document_of

MOST_YEARS = 3
FIRST = 1


@dataclass(frozen=True)
class Draft:
    """What the editor begins with: the draft kept, else the version in use.

    Args:
        document: As written.
        row_version: Of the draft kept; 0 when there is none.
        reference: What it may not be lower than.
    """

    document: ProtocolDoc
    row_version: int
    reference: Protocol


@dataclass(frozen=True)
class Checked:
    """A draft with everything wrong in it, and where its cases come out; ``protocol`` None: it cannot run."""

    protocol: Protocol | None
    problems: tuple[Problem, ...]
    reached: dict[str, Level]


def begin(uow: UnitOfWork, library: Library, practice_id: UUID, code: str) -> Draft:
    """Return what to edit.

    Raises:
        NotFound: No complaint has this code; the universal screen is nobody's own.
    """
    authorize(uow, Permission.PROTOCOL_SIGN, on=Facts(practice_id))
    reference = library.book.protocols.get(code)
    if reference is None:
        raise NotFound
    row = row_of(uow, practice_id, code, State.DRAFT)
    if row is not None:
        return Draft(document_of(compiled(row.document)), row.row_version, reference)
    used = library_of(uow, library, practice_id).book.protocols[code]
    return Draft(document_of(used), 0, reference)


def check(library: Library, document: dict[str, object], today: date) -> Checked:
    """Return a draft checked: format, static checks, against the reference, its cases; pure."""
    code = str(document.get("code"))
    document = fitting(library, document)
    try:
        protocol = built(ProtocolDoc.model_validate(document))
    except ValidationError as error:
        return Checked(None, schema_problems(error), {})
    reference = library.book.protocols[code]
    problems = [*weaker(reference, protocol), *problems_of(protocol), *_words_taken(library, protocol)]
    if problems:
        return Checked(None, tuple(dict.fromkeys(problems)), {})
    book = with_protocol(library.book, protocol)
    problems += unexpected(book, protocol)
    if not today < protocol.review_by <= today.replace(year=today.year + MOST_YEARS, day=min(today.day, 28)):
        problems.append(
            Problem.told(
                "review_by", say("choose a day to review it, within %(years)s years", years=MOST_YEARS)
            )
        )
    reached = {
        case.name: reckon(book, answered_case(book, protocol, case)[0]).level for case in protocol.cases
    }
    return Checked(protocol, tuple(dict.fromkeys(problems)), reached)


def fitting(library: Library, document: dict[str, object]) -> dict[str, object]:
    """Return a draft whose sentences of several questions say what it asks; see ``own_version.apart``."""
    reference = library.book.protocols.get(str(document.get("code")))
    return apart(document_of(reference).model_dump(mode="json"), document) if reference else document


def may_ask_everybody(reference: Protocol) -> frozenset[str]:
    """Return the questions meant for some that may be asked of everybody: those that only raise."""
    return frozenset(
        question.id
        for question in reference.questions
        if question.effect is not Effect.LOWER and question.gate != EVERYBODY and not question.derive
    )


def _words_taken(library: Library, own: Protocol) -> Iterator[Problem]:
    known = library.book.protocols[own.code].synonyms
    for word in own.synonyms:
        if word not in known and library.words.leads_elsewhere(word, own.code):
            yield Problem.told("synonyms", say("“%(word)s” already leads elsewhere", word=word))


def save(
    uow: UnitOfWork, library: Library, practice_id: UUID, document: dict[str, object], row_version: int
) -> Protocol:
    """Keep a draft that passes every check; it replaces the one kept before and runs only once signed.

    Args:
        uow: Carries the actor.
        library: The reference.
        practice_id: Whose.
        document: As typed, in the format of ``document``.
        row_version: Of the draft the editor began with, 0 for none.

    Raises:
        Forbidden: Not a practitioner who decides for the practice.
        Refused: ``protocol_unsafe`` (422): a check, a case or the reference stands against it.
        Stale: Somebody else saved it meanwhile.
    """
    authorize(uow, Permission.PROTOCOL_SIGN, on=Facts(practice_id))
    practitioner_id, code = decider(uow, practice_id), str(document.get("code"))
    if code not in library.book.protocols:
        raise NotFound
    row = row_of(uow, practice_id, code, State.DRAFT)
    if (row.row_version if row else 0) != row_version:
        raise Stale
    version = row.protocol_version if row else _next_version(uow, library, practice_id, code)
    written = {**fitting(library, document), "version": version, "state": State.DRAFT.value}
    found = check(library, written, uow.now().date())
    if found.protocol is None or found.problems:
        unsafe = say("Not saved: this would not be safe. Each place to mend says why.")
        raise Refused("protocol_unsafe", unsafe, status=422)
    row = row or PracticeProtocol(
        practice_id=practice_id, code=code, protocol_version=version, state=State.DRAFT.value
    )
    row.document = ProtocolDoc.model_validate(written).model_dump_json()
    row.practitioner_id, row.person_id, row.saved_at = practitioner_id, uow.actor.person_id, uow.now()
    uow.session.add(row)
    uow.session.flush()
    uow.audit("protocol.draft", practice_id=practice_id, object_id=row.id, code=code, version=version)
    return found.protocol


def discard(uow: UnitOfWork, library: Library, practice_id: UUID, code: str) -> None:
    """Forget a draft; what is in use stays in use. Nothing kept is nothing to forget.

    Raises:
        NotFound: No complaint has this code.
    """
    authorize(uow, Permission.PROTOCOL_SIGN, on=Facts(practice_id))
    decider(uow, practice_id)
    if code not in library.book.protocols:
        raise NotFound
    row = row_of(uow, practice_id, code, State.DRAFT)
    if row is not None:
        uow.audit("protocol.discard", practice_id=practice_id, object_id=row.id, code=code)
        uow.session.delete(row)
        uow.session.flush()


def kept(uow: UnitOfWork, practice_id: UUID) -> dict[str, str]:
    """Return the versions of the drafts kept, by code."""
    authorize(uow, Permission.PROTOCOL_READ, on=Facts(practice_id))
    rows = uow.session.execute(
        select(PracticeProtocol.code, PracticeProtocol.protocol_version)
        .where(PracticeProtocol.practice_id == practice_id, PracticeProtocol.state == State.DRAFT.value)
        .limit(200)
    )
    return {row.code: row.protocol_version for row in rows}


def _next_version(uow: UnitOfWork, library: Library, practice_id: UUID, code: str) -> str:
    """Return the reference's version with the next number; numbers of one complaint never come back."""
    signed = uow.session.scalar(
        select(func.count()).where(
            PracticeProtocol.practice_id == practice_id,
            PracticeProtocol.code == code,
            PracticeProtocol.state != State.DRAFT.value,
        )
    )
    return f"{library.book.protocols[code].version}+{FIRST + (signed or 0)}"
