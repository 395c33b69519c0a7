"""What the practitioner's phone shows: alerts, one alert with all that is known, the inbox, the day.

Alerts are below messages, so an alert that must show its message is put together here. Opening one is a
read of everything it shows: each room writes its own audit entry.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, tuple_

from telesec.alerts import reads as alerts
from telesec.alerts.reads import AlertDetail, AlertRow
from telesec.alerts.rules import AlertState
from telesec.calls import reads as calls
from telesec.calls.reads import CallCard
from telesec.desk.wording import HOUSE_ZONE, Wording, wording
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound
from telesec.foundation.paging import Page
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.messages import reads as messages
from telesec.messages import service as letters
from telesec.messages.models import Message
from telesec.messages.reads import InboxQuery, MessageCard
from telesec.messages.rules import Folder
from telesec.patients import reads as patients
from telesec.patients.reads import PatientCard
from telesec.practices import reads as practices
from telesec.practices.reads import InstructionCard, PracticeCard
from telesec.practices.rules import Away
from telesec.triage import feedback
from telesec.triage import reads as triage
from telesec.triage.in_practice import library_of
from telesec.triage.levels import Level
from telesec.triage.library import Library
from telesec.triage.protocol import Given
from telesec.triage.reads import SessionView

SHOWN_CLOSED = timedelta(hours=24)


@dataclass(frozen=True)
class Board:
    """The alerts that call a practitioner, by what is left to do.

    Args:
        waiting: Nobody took them.
        loops: The reader took them; their outcome is missing or only promised.
        taken: A colleague took them.
        closed: Closed within the last day.
    """

    waiting: tuple[AlertRow, ...]
    loops: tuple[AlertRow, ...]
    taken: tuple[AlertRow, ...]
    closed: tuple[AlertRow, ...]
    practices: Mapping[UUID, PracticeCard]
    letters: Mapping[UUID, MessageCard]
    patients: Mapping[UUID, PatientCard]
    unread: int
    words: Wording

    def name(self, practice_id: UUID, practitioner_id: UUID | None) -> str:
        """Return a practitioner's name, empty for nobody."""
        return name_of(self.practices[practice_id], practitioner_id)

    def letter(self, row: AlertRow) -> MessageCard | None:
        """Return the message of an open alert, None while nothing is written."""
        return self.letters.get(row.message_id) if row.message_id else None

    def patient(self, row: AlertRow) -> PatientCard | None:
        """Return whom an open alert is about, when somebody said so."""
        letter = self.letter(row)
        return self.patients.get(letter.patient_id) if letter and letter.patient_id else None

    @property
    def mark(self) -> str:
        """What is shown, as one word: when it differs, there is something new."""
        return mark_of((*self.waiting, *self.loops, *self.taken), self.unread)


@dataclass(frozen=True)
class AlertSheet:
    """One alert with everything known about it; what was never asked or filed is None."""

    alert: AlertRow
    detail: AlertDetail
    practice: PracticeCard
    mine: bool
    next_name: str
    message: MessageCard | None
    patient: PatientCard | None
    triage: SessionView | None
    judged: Level | None
    call: CallCard | None
    answers: tuple[tuple[str, Given], ...]
    words: Wording

    def name(self, practitioner_id: UUID | None) -> str:
        """Return a practitioner's name, empty for nobody."""
        return name_of(self.practice, practitioner_id)

    @property
    def mark(self) -> str:
        """What is shown, as one word: when it differs, there is something new."""
        return mark_of([self.alert], f"{self.alert.step}.{self.message.version if self.message else 0}")

    @property
    def number(self) -> str:
        """Where the caller waits for the call, in E.164; empty when nobody said."""
        if self.message is not None and self.message.callback_number:
            return self.message.callback_number
        return self.call.from_number if self.call else ""


@dataclass(frozen=True)
class Inbox:
    """A page of a practitioner's messages at one practice, with the names of the patients."""

    practice: PracticeCard
    practices: tuple[PracticeCard, ...]
    folder: Folder
    page: Page[MessageCard]
    patients: Mapping[UUID, PatientCard]
    words: Wording


@dataclass(frozen=True)
class Letter:
    """One message, opened."""

    practice: PracticeCard
    message: MessageCard
    patient: PatientCard | None
    alert: AlertRow | None
    triage: SessionView | None
    judged: Level | None
    words: Wording


@dataclass(frozen=True)
class Day:
    """Absences and instructions of a practice, as its practitioner keeps them."""

    practice: PracticeCard
    practices: tuple[PracticeCard, ...]
    me: UUID | None
    away: tuple[Away, ...]
    running_out: tuple[InstructionCard, ...]
    old: tuple[InstructionCard, ...]
    words: Wording

    def name(self, practitioner_id: UUID | None) -> str:
        """Return a practitioner's name, empty for nobody."""
        return name_of(self.practice, practitioner_id)


def board(uow: UnitOfWork) -> Board:
    """Return the alerts of the acting practitioner, those to act on with whom and what they are about."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    rows = alerts.mine(uow)
    cards = {card.id: card for card in practices.practices(uow)}
    me = uow.actor.practitioner_ids
    open_ = [row for row in rows if row.state is AlertState.ACKNOWLEDGED]
    since = uow.now() - SHOWN_CLOSED
    waiting = tuple(row for row in rows if row.state is AlertState.TRIGGERED)
    loops = tuple(row for row in open_ if row.acknowledged_by == me.get(row.practice_id))
    letters, people = _about(uow, (*waiting, *loops))
    return Board(
        waiting=waiting,
        loops=loops,
        taken=tuple(row for row in open_ if row.acknowledged_by != me.get(row.practice_id)),
        closed=tuple(row for row in rows if row.closed_at is not None and row.closed_at >= since),
        practices=cards,
        letters=letters,
        patients=people,
        unread=_unhandled(uow),
        words=words_for(uow, *cards.values()),
    )


def changed(uow: UnitOfWork, mark: str) -> bool:
    """Return whether the board would differ from the one that carries ``mark``; nothing is opened."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    rows = [row for row in alerts.mine(uow) if row.state is not AlertState.CLOSED]
    return mark_of(rows, _unhandled(uow)) != mark


def alert_changed(uow: UnitOfWork, alert_id: UUID, mark: str) -> bool:
    """Return whether an open alert's page would differ from the one that carries ``mark``."""
    row = alerts.state_of(uow, alert_id)
    authorize(uow, Permission.ALERT_ACKNOWLEDGE, on=Facts(row.practice_id))
    written = messages.version(uow, row.practice_id, row.message_id) if row.message_id else 0
    return mark_of([row], f"{row.step}.{written}") != mark


def mark_of(rows: Iterable[AlertRow], beside: object) -> str:
    """Return the state of alerts, and of what is shown beside them, as one word."""
    told = sorted(f"{row.id}{row.state}{row.round}{row.outcome}{row.red}" for row in rows)
    return hashlib.sha256(f"{beside}{told}".encode()).hexdigest()[:16]


def sheet(
    uow: UnitOfWork,
    library: Library,
    alert_id: UUID,
    *,
    needs: Permission = Permission.ALERT_ACKNOWLEDGE,
) -> AlertSheet:
    """Return one alert with its message, patient, triage and call; read by a practitioner, it is marked read.

    Args:
        uow: Carries the actor and the clock.
        library: The compiled protocols.
        alert_id: Which alert.
        needs: What the reader must hold at its practice.

    Raises:
        NotFound: No such alert in the actor's practices.
    """
    detail = alerts.alert(uow, alert_id)
    row = detail.alert
    authorize(uow, needs, on=Facts(row.practice_id))
    practice = practices.practice(uow, row.practice_id)
    message = letters.read_message(uow, practice.id, row.message_id) if row.message_id else None
    call = calls.call(uow, practice.id, row.call_id) if row.call_id else None
    patient_id = (message.patient_id if message else None) or (call.patient_id if call else None)
    session = triage.latest_of_call(uow, library, practice.id, row.call_id) if row.call_id else None
    me = uow.actor.practitioner_ids.get(practice.id)
    others = [person for person in row.ladder if person != me]
    return AlertSheet(
        alert=row,
        detail=detail,
        practice=practice,
        mine=row.acknowledged_by is not None and row.acknowledged_by == me,
        next_name=name_of(practice, others[0]) if others else "",
        message=message,
        patient=patients.patient(uow, practice.id, patient_id) if patient_id else None,
        triage=session,
        judged=_judged(uow, session),
        call=call,
        answers=answers(library_of(uow, library, practice.id), session, uow.actor.language),
        words=words_for(uow, practice),
    )


def inbox(uow: UnitOfWork, practice_id: UUID | None, folder: Folder, cursor: str | None) -> Inbox:
    """Return the acting practitioner's messages at one of their practices.

    Raises:
        NotFound: Not one of the practices the actor is a practitioner of.
    """
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    cards, practice = _mine(uow, practice_id)
    me = uow.actor.practitioner_ids[practice.id]
    page = messages.inbox(uow, InboxQuery(practice.id, me, folder, limit=30, cursor=cursor))
    about = {card.patient_id for card in page.items if card.patient_id}
    return Inbox(
        practice=practice,
        practices=cards,
        folder=folder,
        page=page,
        patients=patients.patients(uow, practice.id, tuple(about)) if about else {},
        words=words_for(uow, practice),
    )


def letter(uow: UnitOfWork, library: Library, message_id: UUID) -> Letter:
    """Return one message and mark it read.

    Raises:
        NotFound: No such message in the actor's practices.
    """
    practice_id = messages.practice_of(uow, message_id)
    authorize(uow, Permission.MESSAGE_HANDLE, on=Facts(practice_id))
    practice = practices.practice(uow, practice_id)
    message = letters.read_message(uow, practice_id, message_id)
    patient_id, call_id = message.patient_id, message.call_id
    session = triage.latest_of_call(uow, library, practice_id, call_id) if call_id else None
    return Letter(
        practice=practice,
        message=message,
        patient=patients.patient(uow, practice_id, patient_id) if patient_id else None,
        alert=alerts.state_of(uow, message.alert_id) if message.alert_id else None,
        triage=session,
        judged=_judged(uow, session),
        words=words_for(uow, practice),
    )


def day(uow: UnitOfWork, practice_id: UUID | None) -> Day:
    """Return the absences that are not over and the instructions that end soon or must be confirmed.

    Raises:
        NotFound: Not one of the practices the actor is a practitioner of.
    """
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    cards, practice = _mine(uow, practice_id)
    known = practices.instructions(uow, practice.id)
    soon = uow.now() + timedelta(hours=24)
    return Day(
        practice=practice,
        practices=cards,
        me=uow.actor.practitioner_ids[practice.id],
        away=practices.absences(uow, practice.id),
        running_out=tuple(one for one in known if one.valid_to and uow.now() < one.valid_to <= soon),
        old=tuple(one for one in known if one.old and not one.valid_to),
        words=words_for(uow, practice),
    )


def answers(library: Library, session: SessionView | None, language: str) -> tuple[tuple[str, Given], ...]:
    """Return the questions as they were asked, with what was answered; "yes" first."""
    if session is None:
        return ()
    asked = library.questions
    told = [
        (asked[ref].text.spoken(language, session.voice) if ref in asked else ref, given)
        for ref, given in session.answers
    ]
    return tuple(sorted(told, key=lambda one: one[1] is not Given.YES))


def _judged(uow: UnitOfWork, session: SessionView | None) -> Level | None:
    """Return what a practitioner said a triage deserved, None before."""
    return feedback.agreed(uow, session.practice_id, session.id) if session else None


def name_of(practice: PracticeCard, practitioner_id: UUID | None) -> str:
    """Return a practitioner's name, empty for nobody or somebody who left."""
    person = practice.practitioner(practitioner_id) if practitioner_id else None
    return person.name if person else ""


def words_for(uow: UnitOfWork, *cards: PracticeCard) -> Wording:
    """Return how the reader reads times: on the practice's wall, or the house's for several."""
    zones = {card.time_zone for card in cards}
    return wording(uow.actor.language, zones.pop() if len(zones) == 1 else HOUSE_ZONE, uow.now())


def _unhandled(uow: UnitOfWork) -> int:
    """Return how many messages wait for the acting practitioner, over all their practices."""
    mine = [(practice, me) for practice, me in uow.actor.practitioner_ids.items()]
    query = select(func.count()).where(
        Message.practice_id.in_(list(uow.actor.practitioner_ids)),
        tuple_(Message.practice_id, Message.practitioner_id).in_(mine),
        Message.handled_at.is_(None),
    )
    return uow.session.scalar(query) or 0


def _about(
    uow: UnitOfWork, rows: Iterable[AlertRow]
) -> tuple[dict[UUID, MessageCard], dict[UUID, PatientCard]]:
    """Open the messages of some alerts with their patients; one practitioner has few practices."""
    wanted: dict[UUID, list[UUID]] = {}
    for row in rows:
        if row.message_id:
            wanted.setdefault(row.practice_id, []).append(row.message_id)
    letters: dict[UUID, MessageCard] = {}
    people: dict[UUID, PatientCard] = {}
    for practice_id, ids in wanted.items():
        found = messages.opened(uow, practice_id, ids)
        about = tuple(card.patient_id for card in found.values() if card.patient_id)
        letters |= found
        people |= patients.patients(uow, practice_id, about) if about else {}
    return letters, people


def _mine(uow: UnitOfWork, practice_id: UUID | None) -> tuple[tuple[PracticeCard, ...], PracticeCard]:
    cards = tuple(card for card in practices.practices(uow) if card.id in uow.actor.practitioner_ids)
    chosen = [card for card in cards if practice_id in {None, card.id}]
    if not chosen:
        raise NotFound
    return cards, chosen[0]
