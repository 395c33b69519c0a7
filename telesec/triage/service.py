"""Use cases of triage: start, answer, raise, close, adopt; signing is in ``signing``.

A secretary may raise a level with a reason, never lower it; a session that closes unfinished counts what was
not asked as unknown. Without an adopted or signed protocol only the universal screen runs, and anything else
is at least today.
"""

from dataclasses import dataclass, field, replace
from uuid import UUID

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Refused
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.triage import reads
from telesec.triage.engine import conclude, next_step
from telesec.triage.in_practice import library_of
from telesec.triage.levels import Level, most_urgent
from telesec.triage.library import Library
from telesec.triage.models import ProtocolAdoption, TriageSession
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import Given, Protocol
from telesec.triage.reads import Candidate, NetView, SessionView
from telesec.triage.reckoning import Item, told
from telesec.triage.records import (
    CHANGED,
    Content,
    Record,
    add_answers,
    fits,
    latest_row,
    opened,
    standing,
    store,
    zone,
)
from telesec.triage.signing import decider
from telesec.triage.standing import bound_without
from telesec.triage.steps import advanced, current, locked, tell
from telesec.triage.words import Found

BY_PERSON = "raised_by_person"
UNLISTED = "symptome_non_liste"
NOBODY = PatientFacts()
LONGEST_TEXT = 10_000
METROPOLE = "metropole"
"""The territory of a practice on Paris time: none of the overseas departments."""


@dataclass(frozen=True)
class StartTriage:
    """A triage of one person, by a protocol's code or by the caller's own words (or both)."""

    practice_id: UUID
    patient: PatientFacts
    protocol: str = ""
    words: str = field(default="", repr=False)
    call_id: UUID | None = None


@dataclass(frozen=True)
class AnswerQuestion:
    """An answer to the current question, ``protocol.question``."""

    session_id: UUID
    question_id: str
    answer: Given


@dataclass(frozen=True)
class RaiseLevel:
    """A person's judgement that it is more urgent than the questions say."""

    session_id: UUID
    level: Level
    reason: str = field(repr=False)


def start(uow: UnitOfWork, library: Library, command: StartTriage) -> SessionView:
    """Start a triage and return its first question, or its disposition when the words alone decide.

    Ambiguous words start the most urgent protocol they may mean and list the others; choosing another of them
    in the same call, for the same person, keeps the answers given to the universal screen.

    Raises:
        Refused: Neither words nor protocol, an unknown protocol, or one not for this person (422).
    """
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(command.practice_id))
    library = library_of(uow, library, command.practice_id)
    patient = _placed(uow, command)
    named = library.find(command.words, patient) if command.words else Found()
    before = _chosen_from(uow, command)
    words = command.words or (before.content.words if before else "")
    content = _content(uow, library, replace(command, patient=patient, words=words), named)
    row = TriageSession(
        practice_id=command.practice_id,
        id=new_id(),
        call_id=command.call_id,
        sealed_version=0,
        started_by=uow.actor.person_id,
        started_at=uow.now(),
    )
    record = Record(row, content)
    store(uow, record)
    uow.session.add(row)
    uow.session.flush()
    for question, given in _carried(library, before, content):
        record = add_answers(uow, record, {question: given})
    return advanced(uow, library, record, "start")


def _chosen_from(uow: UnitOfWork, command: StartTriage) -> Record | None:
    """Return the open session of this call in which the protocol was one of the choices, if any."""
    row = latest_row(uow, command.practice_id, command.call_id) if command.call_id else None
    before = opened(uow, row) if row is not None and row.closed_at is None else None
    return before if before and command.protocol in before.content.candidates else None


def _carried(library: Library, before: Record | None, content: Content) -> tuple[tuple[str, Given], ...]:
    """Return the screen's answers of the session this one was chosen from, for the same person."""
    if before is None or before.content.facts != content.facts or not fits(library, before.content):
        return ()
    screen = f"{library.book.screen.code}."
    return tuple(answer for answer in before.answers if answer[0].startswith(screen))


def _placed(uow: UnitOfWork, command: StartTriage) -> PatientFacts:
    if command.patient.territory is not None:
        return command.patient
    paris = zone(uow, command.practice_id).key == "Europe/Paris"
    return replace(command.patient, territory=METROPOLE if paris else None)


def _content(uow: UnitOfWork, library: Library, command: StartTriage, words: Found) -> Content:
    wanted = _wanted(library, command, words)
    decided = standing(uow, command.practice_id)
    today = uow.now().astimezone(zone(uow, command.practice_id)).date()
    usable = wanted is not None and not wanted.is_screen and decided.may_start(wanted, today)
    used = wanted if wanted and usable else library.book.screen
    others = (words.candidates if len(words.candidates) > 1 else ()) or words.near
    return Content(
        code=used.code if usable else None,
        state=decided.state_of(used),
        versions={held.code: held.version for held in library.protocols},
        facts=command.patient,
        named=words.first,
        raised=(*words.raised, *(() if usable else bound_without(wanted))),
        candidates=others,
        words=command.words.strip(),
    )


def _wanted(library: Library, command: StartTriage, words: Found) -> Protocol | None:
    """Return the protocol asked for or named by the words; else the one for what no list holds, if any."""
    if not command.protocol:
        if not command.words.strip():
            raise Refused("protocol_needed", say("Choose a protocol or type the caller's words."), status=422)
        return library.book.get(words.candidates[0] if words.candidates else UNLISTED)
    wanted = library.book.get(command.protocol)
    if wanted is None:
        raise Refused(
            "unknown_protocol",
            say("There is no protocol with this code. Choose one of the list."),
            status=422,
            field="protocol",
        )
    if wanted.audience.holds(command.patient) is False:
        raise Refused(
            "protocol_not_for_patient",
            say("This protocol is not meant for a person of this age or sex. Choose another."),
            status=422,
            field="protocol",
        )
    return wanted


def net(
    uow: UnitOfWork, library: Library, practice_id: UUID, text: str, patient: PatientFacts = NOBODY
) -> NetView:
    """Return what a note, a message or an "administrative" reason holds that asks for the questions.

    The same words as a caller's complaint: whoever wrote it as a mere request may have written a red flag.
    """
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(practice_id))
    alarm = library.words.red_flags(text[:LONGEST_TEXT], library.book, patient)
    refs = {ref: question for ref, question in reads.vital_signs(library).items() if ref in alarm.questions}
    return NetView(
        alarm=alarm,
        protocols=tuple(
            Candidate(held.code, held.title) for held in map(library.book.get, alarm.protocols) if held
        ),
        questions=tuple(question.text for question in refs.values()),
        level=most_urgent(level for _, level in alarm.raised) if alarm.raised else None,
    )


def answer(uow: UnitOfWork, library: Library, command: AnswerQuestion) -> SessionView:
    """Store an answer and return the next question or the disposition.

    The same answer to the question just answered changes nothing: a double click is one answer.

    Raises:
        NotFound: No such session, or not the actor's.
        Refused: The session is closed, the protocol changed since, or the question is not the current one
            (``question_not_current``, with the current one's id).
    """
    record, library = current(uow, library, command.session_id)
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(record.row.practice_id))
    if _just_said(library, record, command):
        return reads.view(uow, library, record)
    item = None if record.content.outcome else next_step(library.book, record.case, seconds_left_today=0).item
    shown = item.ref if item else None
    if item is None or shown != command.question_id:
        raise Refused(
            "question_not_current",
            say("This is not the current question. Answer the one now shown."),
            extra={"question": shown},
        )
    record = add_answers(uow, record, told(item, command.answer))
    return advanced(uow, library, record, "answer")


def _just_said(library: Library, record: Record, command: AnswerQuestion) -> bool:
    """Return whether this is what was answered last: a double click."""
    code, _, id_ = command.question_id.partition(".")
    protocol = library.book.get(code)
    merged = next((held for held in protocol.merged if held.id == id_), None) if protocol else None
    said = told(Item.of(protocol, merged, None), command.answer) if protocol and merged else None
    last = tuple((said or {command.question_id: command.answer}).items())
    return record.answers[-len(last) :] == last


def raise_level(uow: UnitOfWork, library: Library, command: RaiseLevel) -> SessionView:
    """Raise a session's level by a person's judgement; nobody at the desk can lower one.

    Raises:
        Refused: No reason (422), or the level is not more urgent than the one reached (409).
    """
    record, library = current(uow, library, command.session_id)
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(record.row.practice_id))
    if not command.reason.strip():
        raise Refused("reason_needed", say("Write why it is more urgent."), status=422, field="reason")
    if command.level.urgency <= reads.view(uow, library, record).level.urgency:
        raise Refused("only_raise", say("A level can only be raised here. Lowering is a doctor's act."))
    content = record.content
    raised = record.with_content(
        raised=(*content.raised, (BY_PERSON, command.level)),
        reasons=(*content.reasons, command.reason.strip()),
        outcome=None,
    )
    return advanced(uow, library, raised, "raise")


def close(uow: UnitOfWork, library: Library, session_id: UUID) -> SessionView:
    """Close a session; red flags not asked that still matter count as unknown. Closing twice is once."""
    record = locked(uow, session_id)
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(record.row.practice_id))
    library = library_of(uow, library, record.row.practice_id)
    if record.row.closed_at is None:
        if record.content.outcome is None:
            record = record.with_content(outcome=_concluded(library, record))
            store(uow, record)
        record.row.closed_at = uow.now()
        uow.session.flush()
        uow.audit("triage.close", practice_id=record.row.practice_id, object_id=session_id)
        tell(uow, record)
    return reads.view(uow, library, record)


def _concluded(library: Library, record: Record) -> tuple[Level, tuple[str, ...]]:
    if not fits(library, record.content):
        return CHANGED
    end = conclude(library.book, record.case, seconds_left_today=0)
    return end.level, end.because


def adopt_reference_set(uow: UnitOfWork, library: Library, practice_id: UUID) -> None:
    """Take the reference protocols into use for a practice, unsigned as they are; once is enough.

    Raises:
        Forbidden: Not a practitioner who may decide for the practice.
    """
    authorize(uow, Permission.PROTOCOL_ADOPT, on=Facts(practice_id))
    practitioner_id = decider(uow, practice_id)
    if uow.session.get(ProtocolAdoption, practice_id) is not None:
        return
    uow.session.add(
        ProtocolAdoption(
            practice_id=practice_id,
            practitioner_id=practitioner_id,
            person_id=uow.actor.person_id,
            adopted_at=uow.now(),
        )
    )
    uow.session.flush()
    versions = [f"{held.code} {held.version}" for held in library.protocols]
    uow.audit("protocol.adopt", practice_id=practice_id, object_id=practitioner_id, versions=versions)
