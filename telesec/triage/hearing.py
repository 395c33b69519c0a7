"""What is done beside answering the question shown: what was told is ticked, an answer is taken back.

What was heard is shown apart: a sign in the caller's own words is asked first or ticked, and any "yes" can be
taken back, not the last one only.
A tick is a "yes" to one question, stored like an answer; the order changes nothing. Nobody can tick a "no",
nor what would lower: both must be asked. An answer taken back stays in its row. Once the 15 is reached
nothing is taken back, for its alert is out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.triage.in_practice import library_of
from telesec.triage.levels import Level
from telesec.triage.library import Library
from telesec.triage.protocol import Effect, Given, Question, Text
from telesec.triage.reading import Phrase, bare, phrase
from telesec.triage.reads import QuestionView, SessionView, view
from telesec.triage.reckoning import Case, Item, situate
from telesec.triage.records import Record, add_answers, store
from telesec.triage.steps import advanced, current, locked, tell


@dataclass(frozen=True)
class TickHeard:
    """Signs the caller told by themselves: ids ``protocol.question``, in any order."""

    session_id: UUID
    question_ids: Sequence[str]


@dataclass(frozen=True)
class HeardSign:
    """A sign the caller's own words name, or one answered "yes".

    Args:
        id: ``protocol.question``.
        text: Its question.
        said: The words that name it, as a protocol writes them; empty for a "yes" to a question.
        told: Whether it counts as a "yes"; else it is asked first.
    """

    id: str
    text: Text
    said: str
    told: bool


def signs(session: SessionView) -> tuple[QuestionView, ...]:
    """Return what may be ticked: the signs of the complaint, then of the screen, the most urgent first."""
    open_ones = [] if session.disposition else _open(session.library, session.case)
    open_ones.sort(key=lambda item: (item.protocol.is_screen, -item.question.level.urgency))
    return tuple(QuestionView(item.ref, item.question.text, item.question.help) for item in open_ones)


def heard(session: SessionView) -> tuple[HeardSign, ...]:
    """Return the signs heard so far: those the caller's words name and nobody answered, then each "yes"."""
    if session.disposition:
        return ()
    said, answers = dict(session.library.words.signs_said(session.words)), dict(session.answers)
    found = [
        HeardSign(item.ref, item.question.text, _as_written(item.question, said.get(item.ref)), told=told)
        for item in situate(session.library.book, session.case).items
        if item.question.effect is not Effect.LOWER and not item.question.merges
        for told in [answers.get(item.ref) is Given.YES]
        if told or (item.given is None and item.ref in said)
    ]
    return tuple(sorted(found, key=lambda sign: sign.told))


def untick(uow: UnitOfWork, library: Library, session_id: UUID, question_id: str) -> SessionView:
    """Take one "yes" back, whenever it was given: its question is asked again.

    Raises:
        NotFound: No such session, or not the actor's.
        Refused: It is no "yes" of this session, the 15 is reached, or the session is closed (409).
    """
    record, library = current(uow, library, session_id)
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(record.row.practice_id))
    _alert_is_out(record)
    if dict(record.answers).get(question_id) is not Given.YES:
        raise Refused("not_ticked", say("This sign is not ticked any more. Look at the question again."))
    return advanced(uow, library, without(record, question_id), "untick")


def tick(uow: UnitOfWork, library: Library, command: TickHeard) -> SessionView:
    """Store a "yes" for each sign told, and return the next question or the disposition.

    Raises:
        NotFound: No such session, or not the actor's.
        Refused: Nothing is ticked (422); the session is closed, or something is no open sign of it (409).
    """
    record, library = current(uow, library, command.session_id)
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(record.row.practice_id))
    wanted = dict.fromkeys(command.question_ids)
    if not wanted:
        raise Refused(
            "nothing_ticked", say("Tick what the caller told, or go back to the question."), status=422
        )
    open_ones = [] if record.content.outcome else _open(library, record.case)
    if not wanted.keys() <= {item.ref for item in open_ones}:
        raise Refused(
            "not_open", say("One of these signs was answered meanwhile. Look at the list again, then tick.")
        )
    record = add_answers(uow, record, dict.fromkeys(wanted, Given.YES))
    return advanced(uow, library, record, "tick")


def undo(uow: UnitOfWork, library: Library, session_id: UUID) -> SessionView:
    """Take back the last act of answering: its question is asked again.

    Raises:
        NotFound: No such session, or not the actor's.
        Refused: Nothing is answered, the 15 is reached, or the session is closed (409).
    """
    record, library = current(uow, library, session_id)
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(record.row.practice_id))
    _alert_is_out(record)
    if not record.answers:
        raise Refused("nothing_answered", say("Nothing was answered yet."))
    return advanced(uow, library, without_last(record), "undo")


def read_out(uow: UnitOfWork, library: Library, session_id: UUID) -> SessionView:
    """Note that what to watch for was read to the caller; the first time counts.

    Raises:
        NotFound: No such session, or not the actor's.
        Refused: There is nothing to read out before the end of the questions (409).
    """
    record = locked(uow, session_id)
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(record.row.practice_id))
    library = library_of(uow, library, record.row.practice_id)
    if record.content.outcome is None:
        raise Refused("not_judged", say("Ask the questions first: what to watch for follows the level."))
    if not record.content.read_out_at:
        record = record.with_content(read_out_at=uow.now().isoformat())
        store(uow, record)
        uow.session.flush()
        uow.audit("triage.read_out", practice_id=record.row.practice_id, object_id=session_id)
        tell(uow, record)
    return view(uow, library, record)


def without_last(record: Record) -> Record:
    """Return a session without the answers of its last act; nothing is stored."""
    act = record.places[-1][1]
    gone = [position for position, of in record.places if of == act]
    kept = len(record.answers) - len(gone)
    left = Record(record.row, record.content, record.answers[:kept], record.places[:kept])
    return left.with_content(withdrawn=(*record.content.withdrawn, *gone), read_out_at="")


def without(record: Record, question_id: str) -> Record:
    """Return a session without the answers to one question; nothing is stored."""
    both = tuple(zip(record.answers, record.places, strict=True))
    kept = [(said, place) for said, place in both if said[0] != question_id]
    gone = [place[0] for said, place in both if said[0] == question_id]
    left = Record(
        record.row, record.content, tuple(said for said, _ in kept), tuple(place for _, place in kept)
    )
    return left.with_content(withdrawn=(*record.content.withdrawn, *gone), read_out_at="")


def _as_written(question: Question, said: Phrase | None) -> str:
    """Return the phrase as the protocol writes it, with its accents; empty for one that was not said."""
    spelled = (word for word in question.words if said in {phrase(word), bare(phrase(word))})
    return next(spelled, " ".join(said or ()))


def _alert_is_out(record: Record) -> None:
    outcome = record.content.outcome
    if outcome and outcome[0] is Level.CALL15_NOW:
        raise Refused(
            "alert_is_out",
            say("A vital sign was answered and the doctor is alerted: this answer stays. Tell the doctor."),
        )


def _open(library: Library, case: Case) -> list[Item]:
    """Return the signs nobody answered yet; a sentence that says several is no sign of its own."""
    return [
        item
        for item in situate(library.book, case).items
        if item.given is None and item.question.effect is not Effect.LOWER and not item.question.merges
    ]
