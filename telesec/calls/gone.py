"""Callers who are gone: as the carrier says, as the secretary says, or because the line fell silent.

Before an answer that ends the call and promises a callback; after it the call stays open until a human
closes it.
"""

from uuid import UUID

from telesec.callbacks import service as callbacks
from telesec.callbacks.service import OpenCallback
from telesec.calls import rows
from telesec.calls.models import Call
from telesec.calls.reads import opened_number
from telesec.calls.rules import MISSED_CALL_PROMISE, SILENT_FOR, CallState, Outcome, state
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.unit_of_work import UnitOfWork


def hang_up(uow: UnitOfWork, practice_id: UUID, provider_id: str) -> UUID | None:
    """Record that the caller hung up, by the carrier's name for the call.

    Returns the call's id when this was news; None for a strange call, or one whose end was told before.
    """
    authorize(uow, Permission.CALL_HANDLE, on=Facts(practice_id))
    found = rows.by_provider(uow, practice_id, provider_id)
    if found is None:
        return None
    return found.id if gone(uow, practice_id, found.id) else None


def gone(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> bool:
    """Record that the caller is gone; before an answer it closes the call and promises a callback.

    Returns whether nobody knew yet.
    """
    authorize(uow, Permission.CALL_HANDLE, on=Facts(practice_id))
    return _left(uow, uow.locked(Call, practice_id, call_id))


def silent(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> bool:
    """End a call that still rings though its carrier has been silent; return whether it did."""
    authorize(uow, Permission.CALL_HANDLE, on=Facts(practice_id))
    call = uow.locked(Call, practice_id, call_id)
    heard = call.heard_at or call.opened_at
    if state(call.answered_at, call.closed_at) is not CallState.RINGING or uow.now() - heard < SILENT_FOR:
        return False
    return _left(uow, call)


def _left(uow: UnitOfWork, call: Call) -> bool:
    practice_id = call.practice_id
    if call.hung_up_at is not None:
        return False
    now = uow.now()
    call.hung_up_at = now
    if state(call.answered_at, call.closed_at) is CallState.RINGING:
        call.closed_at, call.outcome = now, Outcome.ABANDONED.value
        number = opened_number(uow, call)
        if number:
            promise = OpenCallback(practice_id, number, now + MISSED_CALL_PROMISE, call_id=call.id)
            callbacks.open_callback(uow, promise)
    uow.session.flush()
    uow.audit("call.hang_up", practice_id=practice_id, object_id=call.id)
    rows.tell(uow, call)
    return True
