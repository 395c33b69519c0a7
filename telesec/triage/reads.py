"""What screens and the API show of triage: a session with its question or disposition, and the protocols."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound
from telesec.foundation.language import Sentence, say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.triage.ahead import Ahead, left_to_ask
from telesec.triage.engine import Disposition, next_step
from telesec.triage.in_practice import library_of
from telesec.triage.levels import Level, deadline_seconds
from telesec.triage.library import Library
from telesec.triage.patient import PatientFacts, Voice
from telesec.triage.protocol import Given, Protocol, Question, State, Text
from telesec.triage.reckoning import Case
from telesec.triage.records import CHANGED, Record, fits, found, latest_row, opened, standing, zone
from telesec.triage.why import Why, reasons
from telesec.triage.words import Alarm

MOST_SESSIONS = 20

STATE_WORDS = {
    State.DRAFT: say("Draft"),
    State.REFERENCE: say("Reference, not signed"),
    State.SIGNED: say("Signed"),
    State.RETIRED: say("Retired"),
}


@dataclass(frozen=True)
class QuestionView:
    """A question as asked; ``id`` is ``protocol.question``."""

    id: str
    text: Text
    help: Text | None


@dataclass(frozen=True)
class Candidate:
    """A protocol the caller's words may also mean."""

    code: str
    title: Text


@dataclass(frozen=True)
class NetView:
    """What a text that is no caller's complaint holds; false when it holds nothing.

    Args:
        protocols: Complaints it names, most urgent first.
        questions: Vital signs it names, to be asked at once.
        level: At least this, when its words raise by themselves.
    """

    alarm: Alarm
    protocols: tuple[Candidate, ...]
    questions: tuple[Text, ...]
    level: Level | None

    def __bool__(self) -> bool:
        return bool(self.alarm)


@dataclass(frozen=True)
class SessionView:
    """A session as shown: a question, or a disposition, and how it came to it.

    ``level`` is the level so far; it may still change while there is a question.

    Args:
        words: The caller's own words.
        patient: The facts it judged by.
        ahead: What is left to ask if everything is answered "no"; None when nothing is.
        whys: Why it came out so; empty before.
        read_out_at: When what to watch for was read to the caller; None before.
        case: What the engine judges.
        library: The protocols, as its practice uses them.
    """

    id: UUID
    practice_id: UUID
    call_id: UUID | None
    protocol: str
    version: str
    state: State
    title: Text
    voice: Voice
    level: Level
    question: QuestionView | None
    disposition: Disposition | None
    candidates: tuple[Candidate, ...]
    answers: tuple[tuple[str, Given], ...]
    started_at: datetime
    closed_at: datetime | None
    case: Case = field(repr=False, compare=False)
    library: Library = field(repr=False, compare=False)
    words: str = field(default="", repr=False)
    patient: PatientFacts = field(default_factory=PatientFacts)
    ahead: Ahead | None = None
    whys: tuple[Why, ...] = ()
    read_out_at: datetime | None = None

    @property
    def state_words(self) -> Sentence:
        """The state in words, for the desk."""
        return STATE_WORDS[self.state]


@dataclass(frozen=True)
class ProtocolCard:
    """A protocol as listed, with its questions."""

    code: str
    version: str
    state: State
    title: Text
    protocol: Protocol

    @property
    def questions(self) -> tuple[Question, ...]:
        """Its questions in the order they are asked."""
        return self.protocol.questions


def session(uow: UnitOfWork, library: Library, session_id: UUID) -> SessionView:
    """Return one session; the read is audited.

    Raises:
        NotFound: No such session, or not the actor's.
    """
    row = found(uow, session_id)
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(row.practice_id))
    uow.audit("triage.read", practice_id=row.practice_id, object_id=session_id)
    return view(uow, library_of(uow, library, row.practice_id), opened(uow, row))


def latest_of_call(
    uow: UnitOfWork, library: Library, practice_id: UUID, call_id: UUID, *, redraw: bool = False
) -> SessionView | None:
    """Return the newest session of a call, for a desk that reloads; None when there is none.

    Args:
        uow: Carries the actor.
        library: The protocols.
        practice_id: Whose call.
        call_id: Which call.
        redraw: What is already open on this screen is drawn again: not a second read, so not audited.
    """
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(practice_id))
    row = latest_row(uow, practice_id, call_id)
    if row is None:
        return None
    if not redraw:
        uow.audit("triage.read", practice_id=practice_id, object_id=row.id)
    return view(uow, library_of(uow, library, practice_id), opened(uow, row))


def level_reached(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> Level | None:
    """Return the level a call's newest triage ended at, None while it has not; for what may be booked."""
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(practice_id))
    row = latest_row(uow, practice_id, call_id)
    outcome = opened(uow, row).content.outcome if row else None
    if row is not None:
        uow.audit("triage.read", practice_id=practice_id, object_id=row.id)
    return outcome[0] if outcome else None


def view(uow: UnitOfWork, library: Library, record: Record) -> SessionView:
    """Return an opened session as shown."""
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(record.row.practice_id))
    row, content, book = record.row, record.content, library.book
    protocol = book.get(content.code or book.screen.code) or book.screen
    question, disposition, level = _where_it_stands(uow, library, record)
    return SessionView(
        id=row.id,
        practice_id=row.practice_id,
        call_id=row.call_id,
        protocol=content.code or book.screen.code,
        version=content.versions.get(protocol.code, protocol.version),
        state=content.state,
        title=protocol.title,
        voice=content.facts.heard_as,
        level=level,
        question=question,
        disposition=disposition,
        candidates=tuple(
            Candidate(held.code, held.title) for held in map(book.get, content.candidates) if held
        ),
        answers=record.answers,
        started_at=row.started_at,
        closed_at=row.closed_at,
        case=record.case,
        library=library,
        words=content.words,
        patient=content.facts,
        ahead=left_to_ask(book, record.case) if question else None,
        whys=reasons(
            disposition.because if disposition else (),
            library.questions,
            book.modifiers,
            dict(record.answers),
            content.reasons,
            age_known=content.facts.age_months is not None,
        ),
        read_out_at=datetime.fromisoformat(content.read_out_at) if content.read_out_at else None,
    )


def _where_it_stands(
    uow: UnitOfWork, library: Library, record: Record
) -> tuple[QuestionView | None, Disposition | None, Level]:
    """Return the question or the disposition; a stored outcome is shown as it was, whatever the library."""
    left = seconds_left_today(uow, record.row.practice_id)
    outcome = record.content.outcome or (None if fits(library, record.content) else CHANGED)
    if outcome:
        level, because = outcome
        code = record.content.code if record.content.code in library.book.protocols else None
        texts = library.book.texts_of(code, level)
        deadline = deadline_seconds(level, seconds_left_today=left)
        return None, Disposition(level, deadline, texts, because), level
    step = next_step(library.book, record.case, seconds_left_today=left)
    item = step.item
    asked = QuestionView(item.ref, item.question.text, item.question.help) if item else None
    return asked, step.disposition, step.level


def vital_signs(library: Library) -> dict[str, Question]:
    """Return the questions of the universal screen by id, in the order they are asked."""
    screen = library.book.screen
    return {screen.ref(question): question for question in screen.questions}


def seconds_left_today(uow: UnitOfWork, practice_id: UUID) -> int:
    """Return the seconds to the end of the practice's local day."""
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(practice_id))
    now = uow.now().astimezone(zone(uow, practice_id))
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(midnight.timestamp() - now.timestamp())


def protocols(uow: UnitOfWork, library: Library, practice_id: UUID | None = None) -> tuple[ProtocolCard, ...]:
    """Return every protocol, the screen first; in a practice's own states when one is named."""
    authorize(uow, Permission.PROTOCOL_READ, on=Facts(practice_id))
    decided = standing(uow, practice_id) if practice_id else None
    library = library_of(uow, library, practice_id) if practice_id else library
    return tuple(
        ProtocolCard(
            held.code, held.version, decided.state_of(held) if decided else held.state, held.title, held
        )
        for held in library.protocols
    )


def protocol(uow: UnitOfWork, library: Library, code: str, practice_id: UUID | None = None) -> ProtocolCard:
    """Return one protocol.

    Raises:
        NotFound: No protocol has this code.
    """
    authorize(uow, Permission.PROTOCOL_READ, on=Facts(practice_id))
    card = next((card for card in protocols(uow, library, practice_id) if card.code == code), None)
    if card is None:
        raise NotFound
    return card
