"""The live stream: what changed, by topic and ids, never content; a beat every two seconds.

The page turns amber when the beat is missing for five seconds. A process holds a limited number of
streams; beyond it the page is told 503 and reads again every five seconds. The session is looked at again
every thirty seconds, so that a locked or ended one goes silent.
"""

import json
import queue
import threading
from collections.abc import Callable, Iterator
from time import monotonic

from flask import Blueprint, Response, request

from telesec.accounts import reads as accounts
from telesec.accounts.flow import NOBODY_YET
from telesec.accounts.loader import cookie_name
from telesec.desk.ports import DeskDeps
from telesec.foundation.access import Actor, Permission
from telesec.foundation.unit_of_work import LiveEvent
from telesec.web.access import actor, requires

BEAT_SECONDS = 2.0
RECHECK_SECONDS = 30.0


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Register the stream, with as many places as the operator set."""
    places = threading.BoundedSemaphore(deps.settings.streams)

    @pages.get("/desk/live")
    @requires(Permission.SESSION_OWN)
    def stream() -> Response:
        if not places.acquire(blocking=False):
            return Response(status=503, headers={"Retry-After": "5"})
        token = request.cookies.get(cookie_name(deps.settings), "")
        events = _events(deps, actor(), lambda: _still_open(deps, token))
        answer = Response(events, content_type="text/event-stream")
        answer.headers["X-Accel-Buffering"] = "no"
        answer.call_on_close(places.release)
        return answer


def _events(deps: DeskDeps, who: Actor, still_open: Callable[[], bool]) -> Iterator[str]:
    checked = monotonic()
    with deps.live.subscribe(frozenset(who.practice_ids)) as inbox:
        yield "retry: 2000\n\n" + _event("beat", {})
        while True:
            if monotonic() - checked > RECHECK_SECONDS:
                if not still_open():
                    yield _event("ended", {})
                    return
                checked = monotonic()
            try:
                event = inbox.get(timeout=BEAT_SECONDS)
            except queue.Empty:
                yield _event("beat", {})
                continue
            yield _event("change", _said(event))


def _still_open(deps: DeskDeps, token: str) -> bool:
    """Return whether the session behind a stream is still alive and not locked."""
    with deps.unit_of_work(NOBODY_YET) as uow:
        known = accounts.actor_for_session(uow, token)
    return known is not None and not known.locked


def _said(event: LiveEvent) -> dict[str, str]:
    return {"topic": event.topic, "practice": str(event.practice_id or ""), "id": str(event.object_id or "")}


def _event(name: str, data: dict[str, str]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
