"""Rows of calls, locked or found by the carrier's name, and telling that one changed."""

from uuid import UUID

from sqlalchemy import select

from telesec.calls.models import Call
from telesec.foundation.errors import NotFound
from telesec.foundation.unit_of_work import UnitOfWork


def by_provider(uow: UnitOfWork, practice_id: UUID, provider_id: str) -> Call | None:
    """Return the call a carrier names so at a practice."""
    return uow.session.scalar(
        select(Call).where(Call.practice_id == practice_id, Call.provider_id == provider_id)
    )


def locked(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> Call:
    """Return a call, locked until the end of the transaction.

    Raises:
        NotFound: No such call here.
    """
    call = uow.session.scalar(
        select(Call)
        .where(Call.practice_id == practice_id, Call.id == call_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if call is None:
        raise NotFound
    return call


def tell(uow: UnitOfWork, call: Call) -> None:
    """Let other screens know, after the commit, that a call changed."""
    uow.publish("queue", call.practice_id)
    uow.publish("call", call.practice_id, call.id)
