"""A call found by its carrier's name, and telling that one changed."""

from uuid import UUID

from sqlalchemy import select

from telesec.calls.models import Call
from telesec.foundation.unit_of_work import UnitOfWork


def by_provider(uow: UnitOfWork, practice_id: UUID, provider_id: str) -> Call | None:
    """Return the call a carrier names so at a practice."""
    return uow.session.scalar(
        select(Call).where(Call.practice_id == practice_id, Call.provider_id == provider_id)
    )


def tell(uow: UnitOfWork, call: Call) -> None:
    """Let other screens know, after the commit, that a call changed."""
    uow.publish("queue", call.practice_id)
    uow.publish("call", call.practice_id, call.id)
