"""Sessions between rows and values: what is sealed, and how it is opened again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from telesec.foundation.errors import NotFound
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.models import Practice
from telesec.triage.levels import Level
from telesec.triage.library import Library
from telesec.triage.models import (
    ProtocolAdoption,
    ProtocolExtension,
    ProtocolSignature,
    TriageAnswer,
    TriageSession,
)
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import Given, State
from telesec.triage.reckoning import Case
from telesec.triage.standing import Standing
from telesec.vault import service as vault

SESSION = "triage_session"
ANSWER = "triage_answer"


@dataclass(frozen=True)
class Content:
    """What a session is about.

    Args:
        code: The protocol; None when the screen runs alone.
        versions: Code → version of every protocol it may ask from, at the start.
        candidates: Protocols the words may also mean.
        reasons: Why a person raised the level, in their words.
        outcome: Level and its reasons once there is a disposition.
        words: The caller's own words, as typed when it began.
        withdrawn: Positions of answers taken back; their rows stay.
        read_out_at: When what to watch for was read to the caller, ISO 8601 with offset; empty before.
    """

    code: str | None
    state: State
    versions: dict[str, str]
    facts: PatientFacts
    named: tuple[str, ...] = ()
    raised: tuple[tuple[str, Level], ...] = ()
    candidates: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    outcome: tuple[Level, tuple[str, ...]] | None = None
    words: str = ""
    withdrawn: tuple[int, ...] = ()
    read_out_at: str = ""

    def to_text(self) -> str:
        """Return the content as JSON."""
        return json.dumps(
            {
                "code": self.code,
                "state": self.state,
                "versions": self.versions,
                "facts": self.facts.as_data(),
                "named": self.named,
                "raised": self.raised,
                "candidates": self.candidates,
                "reasons": self.reasons,
                "outcome": self.outcome,
                "words": self.words,
                "withdrawn": self.withdrawn,
                "read_out_at": self.read_out_at,
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_text(cls, text: str) -> "Content":
        """Return the content ``to_text`` wrote."""
        data: dict[str, Any] = json.loads(text)
        outcome = data["outcome"]
        return cls(
            code=data["code"],
            state=State(data["state"]),
            versions=data["versions"],
            facts=PatientFacts.from_data(data["facts"]),
            named=tuple(data["named"]),
            raised=tuple((reason, Level(level)) for reason, level in data["raised"]),
            candidates=tuple(data["candidates"]),
            reasons=tuple(data["reasons"]),
            outcome=(Level(outcome[0]), tuple(outcome[1])) if outcome else None,
            words=data.get("words", ""),
            withdrawn=tuple(data.get("withdrawn", ())),
            read_out_at=data.get("read_out_at", ""),
        )


@dataclass(frozen=True)
class Record:
    """A session opened: its row, its content, and its answers in the order given.

    Args:
        places: Of each answer its position, and the position of the first one stored in the same act.
    """

    row: TriageSession
    content: Content
    answers: tuple[tuple[str, Given], ...] = field(default=())
    places: tuple[tuple[int, int], ...] = field(default=())

    @classmethod
    def of(cls, row: TriageSession, content: Content, stored: Sequence["Stored"]) -> "Record":
        """Return a session with what is in force of all that was ever answered."""
        valid = [one for one in stored if one.position not in content.withdrawn]
        return cls(
            row,
            content,
            tuple((one.question, one.given) for one in valid),
            tuple((one.position, one.act) for one in valid),
        )

    @property
    def next_position(self) -> int:
        """Where the next answer is stored; answers taken back keep theirs."""
        return len(self.answers) + len(self.content.withdrawn) + 1

    @property
    def case(self) -> Case:
        """The case the engine judges."""
        content = self.content
        return Case(content.code, content.facts, dict(self.answers), content.named, content.raised)

    def with_content(self, **changes: Any) -> "Record":
        """Return the record with parts of its content replaced; nothing is stored."""
        return replace(self, content=replace(self.content, **changes))


@dataclass(frozen=True)
class Stored:
    """One answer as its row holds it; ``act`` is the position of the first answer of the same act."""

    position: int
    act: int
    question: str
    given: Given

    @classmethod
    def read(cls, position: int, text: str) -> "Stored":
        """Return what ``add_answers`` wrote."""
        told = json.loads(text)
        return cls(position, told.get("act", position), told["question"], Given(told["answer"]))


CHANGED = (Level.CALL15_NOW, ("protocol_changed",))
"""Where an unfinished session stands whose protocol is no longer the one it began with.

What was not asked counts as unknown, and its red flags can no longer be asked in their own words.
"""


def fits(library: Library, content: Content) -> bool:
    """Return whether the library still holds the versions a session began with."""
    held = {protocol.code: protocol.version for protocol in library.protocols}
    used = {library.book.screen.code, content.code or library.book.screen.code}
    return all(content.versions.get(code) == held.get(code, "") for code in used)


def found(uow: UnitOfWork, session_id: UUID, *, lock: bool = False) -> TriageSession:
    """Return a session's row among the actor's practices, locked and fresh when asked.

    Raises:
        NotFound: No such session, or not the actor's.
    """
    query = select(TriageSession).where(
        TriageSession.practice_id.in_(uow.actor.practice_ids), TriageSession.id == session_id
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = uow.session.scalar(query)
    if row is None:
        raise NotFound
    return row


def zone(uow: UnitOfWork, practice_id: UUID) -> ZoneInfo:
    """Return a practice's time zone; one query in a unit of work, however often it is asked.

    Raises:
        NotFound: No such practice here.
    """
    practice = uow.session.get(Practice, practice_id)
    if practice is None:
        raise NotFound
    return ZoneInfo(practice.time_zone)


def latest_row(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> TriageSession | None:
    """Return the newest session of a call, or None."""
    return uow.session.scalar(
        select(TriageSession)
        .where(TriageSession.practice_id == practice_id, TriageSession.call_id == call_id)
        .order_by(TriageSession.started_at.desc(), TriageSession.id.desc())
        .limit(1)
    )


def opened(uow: UnitOfWork, row: TriageSession) -> Record:
    """Open a session and its answers: two queries beside the row's."""
    sealed = vault.open(uow, row.practice_id, SESSION, row.id, row.sealed_version, content=row.content_sealed)
    stored = _answers(uow, row.practice_id, row.id)
    return Record.of(row, Content.from_text(sealed["content"]), stored)


def opened_many(uow: UnitOfWork, practice_id: UUID, rows: Sequence[TriageSession]) -> tuple[Record, ...]:
    """Open many sessions of one practice with their answers: four queries, whatever their number."""
    sealed = [(row.id, row.sealed_version, {"content": row.content_sealed}) for row in rows]
    contents = vault.open_many(uow, practice_id, SESSION, sealed)
    answers = uow.session.scalars(
        select(TriageAnswer)
        .where(TriageAnswer.practice_id == practice_id, TriageAnswer.session_id.in_([row.id for row in rows]))
        .order_by(TriageAnswer.session_id, TriageAnswer.position)
    ).all()
    texts = vault.open_many(
        uow,
        practice_id,
        ANSWER,
        [(row.session_id, row.sealed_version, {"answer": row.answer_sealed}) for row in answers],
    )
    given: dict[UUID, list[Stored]] = {row.id: [] for row in rows}
    for row, text in zip(answers, texts, strict=True):
        given[row.session_id].append(Stored.read(row.position, text["answer"]))
    return tuple(
        Record.of(row, Content.from_text(content["content"]), given[row.id])
        for row, content in zip(rows, contents, strict=True)
    )


def _answers(uow: UnitOfWork, practice_id: UUID, session_id: UUID) -> list[Stored]:
    rows = uow.session.scalars(
        select(TriageAnswer)
        .where(TriageAnswer.practice_id == practice_id, TriageAnswer.session_id == session_id)
        .order_by(TriageAnswer.position)
    ).all()
    texts = vault.open_many(
        uow,
        practice_id,
        ANSWER,
        [(session_id, row.sealed_version, {"answer": row.answer_sealed}) for row in rows],
    )
    return [Stored.read(row.position, text["answer"]) for row, text in zip(rows, texts, strict=True)]


def store(uow: UnitOfWork, record: Record) -> None:
    """Seal a session's content anew into its row."""
    row, version = record.row, record.row.sealed_version + 1
    sealed = vault.seal(uow, row.practice_id, SESSION, row.id, version, content=record.content.to_text())
    row.sealed_version, row.content_sealed = version, sealed["content"]


def add_answers(uow: UnitOfWork, record: Record, said: Mapping[str, Given]) -> Record:
    """Store what one act says, each answer by itself; they are taken back together."""
    row, act = record.row, record.next_position
    texts = [
        (place, {"answer": _as_stored(record, question, answer, act)})
        for place, (question, answer) in enumerate(said.items(), act)
    ]
    # Every answer is sealed under its session's key: shredding one key forgets the whole session.
    sealed = vault.seal_versions(uow, row.practice_id, ANSWER, row.id, texts)
    uow.session.add_all(
        TriageAnswer(
            practice_id=row.practice_id,
            session_id=row.id,
            position=place,
            answer_sealed=blobs["answer"],
            sealed_version=place,
            answered_by=uow.actor.person_id,
            answered_at=uow.now(),
        )
        for (place, _), blobs in zip(texts, sealed, strict=True)
    )
    places = tuple((place, act) for place, _ in texts)
    return replace(record, answers=(*record.answers, *said.items()), places=(*record.places, *places))


def _as_stored(record: Record, question: str, answer: Given, act: int) -> str:
    version = record.content.versions.get(question.split(".", 1)[0], "")
    return json.dumps({"question": question, "answer": answer, "version": version, "act": act})


def standing(uow: UnitOfWork, practice_id: UUID) -> Standing:
    """Return what a practice decided about protocols: three small queries."""
    adopted = uow.session.get(ProtocolAdoption, practice_id) is not None
    rows: Sequence[ProtocolSignature] = uow.session.scalars(
        select(ProtocolSignature)
        .where(ProtocolSignature.practice_id == practice_id)
        .order_by(ProtocolSignature.signed_at, ProtocolSignature.id)
        .limit(1000)
    ).all()
    signed = {(row.code, row.protocol_version): State(row.state) for row in rows}
    return Standing(adopted, signed, _extended(uow, practice_id))


def _extended(uow: UnitOfWork, practice_id: UUID) -> dict[tuple[str, str], date]:
    rows = uow.session.scalars(
        select(ProtocolExtension)
        .where(ProtocolExtension.practice_id == practice_id)
        .order_by(ProtocolExtension.until)
        .limit(1000)
    )
    return {(row.code, row.protocol_version): row.until for row in rows}
