"""What a locked screen still hears: that a call rings, that an alert waits and how urgent it is. No content.

The stream stays open behind the lock screen: it names a level, never a practice, a person or a number.
"""

import json
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from time import monotonic

from flask import Blueprint, Response, g, request

from telesec.accounts import breaks
from telesec.accounts import reads as accounts
from telesec.accounts.flow import NOBODY_YET
from telesec.accounts.loader import cookie_name
from telesec.accounts.reads import KnownSession
from telesec.alerts import reads as alerts
from telesec.alerts.rules import AlertLevel, AlertState
from telesec.calls import reads as calls
from telesec.calls.rules import CallState
from telesec.desk.ports import DeskDeps
from telesec.foundation.access import Actor, Facts, Permission, Role, authorize
from telesec.foundation.errors import Unauthenticated
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.web.access import public

LOOK_EVERY = 10.0
BEAT_SECONDS = 2.0
MOST = 200


@dataclass(frozen=True)
class Heard:
    """What may be told behind a lock.

    Args:
        level: ``vital`` or ``urgent`` while such an alert calls, else empty.
        ringing: Whether a call waits to be answered.
    """

    level: str = ""
    ringing: bool = False


def blueprint(deps: DeskDeps) -> Blueprint:
    """Return the stream of the lock screen, with as many places as the desk's own."""
    pages = Blueprint("locked", __name__)
    places = threading.BoundedSemaphore(deps.settings.streams)

    @pages.get("/lock/live")
    @public("a locked session has no actor; only levels are told")
    def stream() -> Response:
        known = g.get("known")
        if not isinstance(known, KnownSession):
            raise Unauthenticated
        if not places.acquire(blocking=False):
            return Response(status=503, headers={"Retry-After": "5"})
        token = request.cookies.get(cookie_name(deps.settings), "")
        told = _events(deps, known.actor, lambda: _still_locked(deps, token))
        answer = Response(told, content_type="text/event-stream")
        answer.headers["X-Accel-Buffering"] = "no"
        answer.call_on_close(places.release)
        return answer

    return pages


def heard(uow: UnitOfWork) -> Heard:
    """Return what waits for a reader whose screen is locked."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    calling = [row for row in alerts.under_way(uow, limit=MOST).items if row.state is AlertState.TRIGGERED]
    levels = {
        row.level
        for row in calling
        if uow.actor.memberships[row.practice_id] is not Role.PRACTITIONER
        or uow.actor.practitioner_ids.get(row.practice_id) in row.ladder
    }
    answers = uow.actor.role in {Role.SECRETARY, Role.SUPERVISOR}
    rests = breaks.since(uow) is not None
    ringing = answers and not rests and any(row.state is CallState.RINGING for row in calls.queue(uow))
    if AlertLevel.CALL15_NOW in levels:
        return Heard("vital", ringing)
    return Heard("urgent" if levels else "", ringing)


def _events(deps: DeskDeps, who: Actor, still_locked: Callable[[], bool]) -> Iterator[str]:
    with deps.live.subscribe(frozenset(who.practice_ids)) as inbox:
        looked = -LOOK_EVERY
        yield "retry: 2000\n\n"
        while True:
            if monotonic() - looked >= LOOK_EVERY:
                if not still_locked():
                    yield "event: ended\ndata: {}\n\n"
                    return
                looked = monotonic()
                yield _state(deps, who)
            try:
                event = inbox.get(timeout=BEAT_SECONDS)
            except queue.Empty:
                yield "event: beat\ndata: {}\n\n"
                continue
            if event.topic in {"alert", "queue", "call"}:
                looked = -LOOK_EVERY


def _state(deps: DeskDeps, who: Actor) -> str:
    with deps.unit_of_work(who) as uow:
        found = heard(uow)
    return f"event: state\ndata: {json.dumps(asdict(found))}\n\n"


def _still_locked(deps: DeskDeps, token: str) -> bool:
    """Return whether the session is alive and locked; unlocked elsewhere, the page goes on to the desk."""
    with deps.unit_of_work(NOBODY_YET) as uow:
        known = accounts.actor_for_session(uow, token)
    return known is not None and known.locked
