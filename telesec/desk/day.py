"""The reader's own day at the desk: calls, how soon answered, how long written up, callbacks kept. One query.

Nobody else's day is read, and none is compared with another's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select, true

from telesec.callbacks.models import Callback
from telesec.calls.models import Call
from telesec.desk.kept import kept, stands
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.paging import one_of
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.reads import served_by


@dataclass(frozen=True)
class MyDay:
    """What one person answered since a moment.

    Args:
        calls: How many calls, opened by hand or rung.
        first_at: When the first one was answered; None without any.
        answered_in: Mean time a rung call waited; None without any.
        written_up_in: Median time between the caller's hanging up and the call's close; None without any.
        called_back: Callbacks whose card the reader ended, those nobody held us to any more left out.
        kept: Those of them made by the time promised.
    """

    calls: int
    first_at: datetime | None
    answered_in: timedelta | None
    written_up_in: timedelta | None
    called_back: int
    kept: int


def my_day(uow: UnitOfWork, since: datetime) -> MyDay:
    """Return the actor's own calls and callbacks since then, at the practices they serve."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    waited = case((Call.source == "ring", Call.answered_at - Call.opened_at))
    written = case((Call.closed_at > Call.hung_up_at, Call.closed_at - Call.hung_up_at))
    calls = (
        select(
            func.count().label("calls"),
            func.min(Call.answered_at).label("first_at"),
            func.avg(waited).label("answered_in"),
            func.percentile_cont(0.5).within_group(written).label("written_up_in"),
        )
        .where(
            one_of(Call.practice_id, served_by(uow.actor, Permission.CALL_HANDLE)),
            Call.secretary_id == uow.actor.person_id,
            Call.answered_at >= since,
        )
        .subquery()
    )
    cards = (
        select(func.count().label("called_back"), func.count().filter(kept()).label("kept"))
        .where(
            one_of(Callback.practice_id, served_by(uow.actor, Permission.CALLBACK_READ)),
            Callback.settled_by == uow.actor.person_id,
            Callback.settled_at >= since,
            stands(),
        )
        .subquery()
    )
    return MyDay(*uow.session.execute(select(calls, cards).select_from(calls.join(cards, true()))).one())
