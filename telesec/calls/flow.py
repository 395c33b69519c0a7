"""An incoming call, as its carrier tells it: find the practice, put it into the queue, notice its end.

A carrier that falls silent leaves no call ringing for ever: a sweep ends it.

Each event is one short transaction after the look-up of the line; every one may come twice.
"""

from dataclasses import dataclass

from sqlalchemy.orm.exc import StaleDataError

from telesec.calls import dropped, gone, reads, service
from telesec.calls.ports import CallDeps, CallEvent, Progress
from telesec.calls.rules import CallState
from telesec.calls.service import Ring
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import Stale
from telesec.practices import reads as practices

TRIES = 3


@dataclass(frozen=True)
class Heard:
    """What the caller should meet next.

    Args:
        over: True when the line should be hung up: the call is closed, or the number is no line of ours.
        greet: True when the caller has heard nothing yet.
        language: Of the practice.
    """

    over: bool
    greet: bool = False
    language: str = "fr"


def receive(deps: CallDeps, event: CallEvent) -> Heard:
    """Take one event of an incoming call into the facts, and say what the caller should meet.

    What the desk changed in the same moment makes the event be taken again: a carrier tells each only once.
    """
    for _ in range(TRIES - 1):
        try:
            return _received(deps, event)
        except (Stale, StaleDataError):
            continue
    return _received(deps, event)


def _received(deps: CallDeps, event: CallEvent) -> Heard:
    with deps.unit_of_work(system_actor(Purpose.RECEIVE_CALLS)) as uow:
        line = practices.find_line(uow, event.called)
    if line is None:
        return Heard(over=True)
    practice_id, line_id = line
    with deps.unit_of_work(system_actor(Purpose.RECEIVE_CALLS, practice_id)) as uow:
        if event.progress is Progress.ENDED:
            call_id = gone.hang_up(uow, practice_id, event.provider_id)
            if call_id is not None:
                dropped.call_back(uow, deps.library, practice_id, call_id)
            uow.commit()
            return Heard(over=True)
        ringing = service.ring(uow, Ring(practice_id, line_id, event.provider_id, event.from_number))
        over = reads.head(uow, practice_id, ringing).state is CallState.CLOSED
        language = practices.practice(uow, practice_id).language
        uow.commit()
    return Heard(over, greet=event.progress is Progress.RINGING, language=language)


def end_silent(deps: CallDeps) -> int:
    """End every call that still rings though its carrier has not told of it for a while."""
    with deps.unit_of_work(system_actor(Purpose.RECEIVE_CALLS)) as uow:
        due = reads.silent(uow)
    ended = 0
    for practice_id, call_id in due:
        with deps.unit_of_work(system_actor(Purpose.RECEIVE_CALLS, practice_id)) as uow:
            ended += gone.silent(uow, practice_id, call_id)
            uow.commit()
    return ended
