"""What a practitioner signs or retires for the practice, always with the second factor given anew.

Before a signature stand the differences from the version in use and the stored sessions that would come out
lower. Those are accepted with a tick and a reason; a list that changed meanwhile must be looked at again.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from telesec.accounts.step_up import Act, require_proven
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Forbidden, NotFound, Refused
from telesec.foundation.language import say
from telesec.foundation.lengths import refuse_longer
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices import reads as practices
from telesec.triage import governance
from telesec.triage.in_practice import compiled, library_of, row_of, usable
from telesec.triage.library import Library
from telesec.triage.models import PracticeProtocol, ProtocolSignature
from telesec.triage.protocol import Protocol, SourceStatus, State
from telesec.triage.replay import Change, Edited, edits

MOST_SIGNATURES = 50
MOST_REASON = 1_000


@dataclass(frozen=True)
class Review:
    """What a signature would be about.

    Args:
        before: The version in use.
        after: The version to sign: the practice's draft, else the one in use.
        recalled: Questions that rest on a source nobody read; they forbid a signature.
        lowers: Stored sessions that would come out lower.
        mark: Names exactly this; the signature says which one was looked at.
    """

    before: Protocol
    after: Protocol
    edits: tuple[Edited, ...]
    recalled: tuple[str, ...]
    lowers: tuple[Change, ...]
    mark: str


@dataclass(frozen=True)
class Sign:
    """A signature, as given before a review."""

    practice_id: UUID
    code: str
    mark: str
    accepts_lower: bool = False
    reason: str = field(default="", repr=False)


@dataclass(frozen=True)
class SignatureCard:
    """A signature or a retirement, as listed."""

    version: str
    state: State
    practitioner_id: UUID
    signed_at: datetime
    lowered: int
    reason: str | None


def review(uow: UnitOfWork, library: Library, practice_id: UUID, code: str) -> Review:
    """Return what a signature of this protocol would be about now.

    Raises:
        NotFound: No protocol has this code.
    """
    authorize(uow, Permission.PROTOCOL_SIGN, on=Facts(practice_id))
    used = library_of(uow, library, practice_id)
    before = used.book.get(code)
    if before is None:
        raise NotFound
    draft = row_of(uow, practice_id, code, State.DRAFT)
    after = compiled(draft.document) if draft else before
    lowers = governance.lowered_by(uow, used, practice_id, after)
    told = [after.code, after.version, *(f"{one.id}{one.before}{one.after}" for one in lowers)]
    told += [draft.document] if draft else []
    return Review(
        before=before,
        after=after,
        edits=tuple(edits(before, after)),
        recalled=tuple(
            question.id
            for question in after.questions
            if question.source_status is SourceStatus.RECALLED_ONLY
        ),
        lowers=lowers,
        mark=hashlib.sha256("\n".join(told).encode()).hexdigest()[:32],
    )


def sign(uow: UnitOfWork, library: Library, command: Sign) -> None:
    """Sign the practice's draft of a protocol, or the version in use when there is none.

    Raises:
        Forbidden: Not a practitioner who decides for the practice.
        Refused: No second factor (422); not what was looked at, a recalled source, or a draft less safe than
            the reference (409); sessions come out lower and that was not accepted with a reason (422).
    """
    practice_id = command.practice_id
    authorize(uow, Permission.PROTOCOL_SIGN, on=Facts(practice_id))
    practitioner_id = decider(uow, practice_id)
    draft = row_of(uow, practice_id, command.code, State.DRAFT, lock=True)
    found = review(uow, library, practice_id, command.code)
    _fit_to_sign(library, found, command)
    require_proven(uow, Act.SIGN_PROTOCOL)
    lowered = len(found.lowers)
    reason = command.reason.strip() if lowered else None
    if draft is not None:
        old = row_of(uow, practice_id, command.code, State.SIGNED, lock=True)
        if old is not None:
            _retire_row(uow, old, practitioner_id)
        draft.state = State.SIGNED.value
        uow.session.flush()
    _noted(uow, practice_id, found.after, State.SIGNED, practitioner_id, lowered=lowered, reason=reason)


def retire(uow: UnitOfWork, library: Library, practice_id: UUID, code: str) -> None:
    """Take the version in use out of use; after a practice's own version the reference runs again.

    Raises:
        Forbidden: Not a practitioner who decides for the practice.
        NotFound: No protocol has this code, or it is the universal screen.
        Refused: No second factor (422).
    """
    authorize(uow, Permission.PROTOCOL_SIGN, on=Facts(practice_id))
    practitioner_id = decider(uow, practice_id)
    protocol = library_of(uow, library, practice_id).book.protocols.get(code)
    if protocol is None:
        raise NotFound
    require_proven(uow, Act.SIGN_PROTOCOL)
    own = row_of(uow, practice_id, code, State.SIGNED, lock=True)
    if own is not None:
        _retire_row(uow, own, practitioner_id)
    else:
        _noted(uow, practice_id, protocol, State.RETIRED, practitioner_id)


def signatures(uow: UnitOfWork, practice_id: UUID, code: str) -> tuple[SignatureCard, ...]:
    """Return who signed and retired what of a protocol, the newest first."""
    authorize(uow, Permission.PROTOCOL_READ, on=Facts(practice_id))
    rows = uow.session.scalars(
        select(ProtocolSignature)
        .where(ProtocolSignature.practice_id == practice_id, ProtocolSignature.code == code)
        .order_by(ProtocolSignature.signed_at.desc(), ProtocolSignature.id.desc())
        .limit(MOST_SIGNATURES)
    )
    return tuple(
        SignatureCard(
            row.protocol_version,
            State(row.state),
            row.practitioner_id,
            row.signed_at,
            row.lowered,
            row.reason,
        )
        for row in rows
    )


def decider(uow: UnitOfWork, practice_id: UUID) -> UUID:
    """Return the acting practitioner, who must be one that decides for the practice.

    Raises:
        Forbidden: They are none, or do not decide.
    """
    mine = uow.actor.practitioner_ids.get(practice_id)
    card = practices.practice(uow, practice_id).practitioner(mine) if mine else None
    if card is None or not card.speaks_for:
        raise Forbidden(say("Only a practitioner who decides for the practice can do this. Ask one of them."))
    return card.id


def _fit_to_sign(library: Library, found: Review, command: Sign) -> None:
    if command.mark != found.mark:
        raise Refused(
            "changed_meanwhile",
            say("What you looked at has changed meanwhile. Look at it as it is now, then sign."),
        )
    if found.recalled:
        raise Refused(
            "recalled_source", say("A question of this protocol has no read source yet. It cannot be signed.")
        )
    if found.after is not found.before and not usable(library, found.after):
        raise Refused(
            "protocol_unsafe",
            say("The reference has become more urgent than this draft. Open the draft and save it again."),
        )
    if not found.lowers:
        return
    if not command.accepts_lower or not command.reason.strip():
        raise Refused(
            "lower_not_accepted",
            say("Past calls would come out less urgent. Tick that you accept it and write why."),
            status=422,
            field="reason",
        )
    refuse_longer(command.reason.strip(), MOST_REASON, "reason", code="reason_too_long")


def _retire_row(uow: UnitOfWork, row: PracticeProtocol, practitioner_id: UUID) -> None:
    row.state = State.RETIRED.value
    uow.session.flush()
    _noted(uow, row.practice_id, compiled(row.document), State.RETIRED, practitioner_id)


def _noted(
    uow: UnitOfWork,
    practice_id: UUID,
    protocol: Protocol,
    state: State,
    practitioner_id: UUID,
    **more: object,
) -> None:
    signature = ProtocolSignature(
        practice_id=practice_id,
        code=protocol.code,
        protocol_version=protocol.version,
        state=state.value,
        practitioner_id=practitioner_id,
        person_id=uow.actor.person_id,
        signed_at=uow.now(),
        **{"lowered": 0, **more},
    )
    uow.session.add(signature)
    uow.session.flush()
    act = "sign" if state is State.SIGNED else "retire"
    detail = {"code": protocol.code, "version": protocol.version, "lowered": signature.lowered}
    uow.audit(f"protocol.{act}", practice_id=practice_id, object_id=signature.id, **detail)
