"""A practitioner says afterwards which level a call deserved; the report says where triage was off.

What is judged is health data, so it is sealed under its session's key: shredding one forgets both.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import select

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Forbidden, Refused
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.triage.agreement import Agreement, Marked, agreement
from telesec.triage.checks import SCREEN_CODE
from telesec.triage.levels import Level
from telesec.triage.models import TriageFeedback
from telesec.triage.protocol import Given
from telesec.triage.records import Record, found, opened, zone
from telesec.vault import service as vault

FEEDBACK = "triage_feedback"
MOST_MARKED = 2_000
BY_PERSON = "raised_by_person"


@dataclass(frozen=True)
class MarkLevel:
    """The level a practitioner gives a session, knowing how it went on."""

    session_id: UUID
    level: Level


@dataclass(frozen=True)
class Report:
    """Agreement over all, by (protocol, version) and by local hour; the newest judged sessions only."""

    all: Agreement
    by_protocol: tuple[tuple[str, str, Agreement], ...]
    by_hour: tuple[tuple[int, Agreement], ...]


def mark(uow: UnitOfWork, command: MarkLevel) -> None:
    """Store a practitioner's judgement of a session that ended; a second one replaces the first.

    Raises:
        NotFound: No such session, or not the actor's.
        Forbidden: The actor is no practitioner of the practice.
        Refused: The session has no disposition yet (409).
    """
    row = found(uow, command.session_id, lock=True)
    authorize(uow, Permission.MESSAGE_HANDLE, on=Facts(row.practice_id))
    practitioner_id = uow.actor.practitioner_ids.get(row.practice_id)
    if practitioner_id is None:
        raise Forbidden(say("Only a practitioner of the practice can judge a triage."))
    record = opened(uow, row)
    if record.content.outcome is None:
        raise Refused("triage_unfinished", say("This triage has not ended yet. Close it first."))
    held = uow.session.get(TriageFeedback, (row.practice_id, row.id))
    version = held.sealed_version + 1 if held else 1
    local = row.started_at.astimezone(zone(uow, row.practice_id))
    text = _written(record, command.level, local.hour)
    sealed = vault.seal(uow, row.practice_id, FEEDBACK, row.id, version, content=text)
    feedback = held or TriageFeedback(practice_id=row.practice_id, session_id=row.id)
    feedback.content_sealed, feedback.sealed_version = sealed["content"], version
    feedback.practitioner_id, feedback.marked_at = practitioner_id, uow.now()
    uow.session.add(feedback)
    uow.session.flush()
    uow.audit("triage.mark", practice_id=row.practice_id, object_id=row.id)


def _written(record: Record, agreed: Level, hour: int) -> str:
    content = record.content
    reached = content.outcome[0] if content.outcome else agreed
    code = content.code or SCREEN_CODE
    unsure = (Given.UNKNOWN, Given.REFUSED)
    return json.dumps(
        {
            "code": code,
            "version": content.versions.get(code, ""),
            "reached": reached,
            "agreed": agreed,
            "hour": hour,
            "asked": len(record.answers),
            "unknown": sum(given in unsure for _, given in record.answers),
            "overridden": any(reason == BY_PERSON for reason, _ in content.raised),
        }
    )


def report(uow: UnitOfWork, practice_id: UUID, *, since: datetime | None = None) -> Report:
    """Return how far practitioners agreed; the read is audited.

    Args:
        uow: Carries the actor.
        practice_id: Whose sessions.
        since: Judged from then on; all when None, the newest ``MOST_MARKED`` at most.
    """
    authorize(uow, Permission.PROTOCOL_READ, on=Facts(practice_id))
    query = select(TriageFeedback).where(TriageFeedback.practice_id == practice_id)
    if since is not None:
        query = query.where(TriageFeedback.marked_at >= since)
    rows = uow.session.scalars(query.order_by(TriageFeedback.marked_at.desc()).limit(MOST_MARKED)).all()
    sealed = [(row.session_id, row.sealed_version, {"content": row.content_sealed}) for row in rows]
    texts = vault.open_many(uow, practice_id, FEEDBACK, sealed)
    uow.audit("triage.report", practice_id=practice_id, sessions=len(rows))
    return reported([_read(text["content"]) for text in texts])


def _read(text: str) -> Marked:
    data = json.loads(text)
    return Marked(**{**data, "reached": Level(data["reached"]), "agreed": Level(data["agreed"])})


def reported(marked: list[Marked]) -> Report:
    """Return the report of judged sessions; pure."""
    by_version = sorted(marked, key=lambda one: (one.code, one.version))
    by_hour = sorted(marked, key=lambda one: one.hour)
    return Report(
        agreement(marked),
        tuple(
            (code, version, agreement(some))
            for (code, version), some in groupby(by_version, key=lambda one: (one.code, one.version))
        ),
        tuple((hour, agreement(some)) for hour, some in groupby(by_hour, key=lambda one: one.hour)),
    )


def agreed(uow: UnitOfWork, practice_id: UUID, session_id: UUID) -> Level | None:
    """Return the level a practitioner said a session deserved; None when nobody did."""
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(practice_id))
    row = uow.session.get(TriageFeedback, (practice_id, session_id))
    if row is None:
        return None
    told = vault.open(uow, practice_id, FEEDBACK, session_id, row.sealed_version, content=row.content_sealed)
    return _read(told["content"]).agreed
