"""What is said after a vital alert left: it reaches the sealed message the doctor reads.

An address, where the patient answers, or that the 15 is refused, is added to the message; a refusal also
promises a callback.
"""

from telesec.calls import dropped
from telesec.calls.details import CallDetails
from telesec.calls.heard import reached_at, whereabouts
from telesec.calls.rules import Handover
from telesec.desk.pages import CallKey
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.messages import reads, service
from telesec.triage.levels import Level
from telesec.triage.library import Library
from telesec.web.language import render


def tell_more(
    uow: UnitOfWork, library: Library, call: CallKey, before: CallDetails, after: CallDetails
) -> None:
    """Bring what changed in a call's facts to whoever its vital alert called."""
    if after.address and after.address != before.address:
        _add(uow, call, whereabouts(after.address, uow.actor.language))
    known = reached_at(before, uow.actor.language)
    new = [line for line in reached_at(after, uow.actor.language) if line not in known]
    if new:
        _add(uow, call, "\n".join(new))
    if after.handover is Handover.REFUSES and before.handover is not Handover.REFUSES:
        _add(uow, call, render(dropped.REFUSED, uow.actor.language))
        dropped.refuse_15(uow, library, *call)


def _add(uow: UnitOfWork, call: CallKey, line: str) -> None:
    """Add a line to the newest vital message of a call; without one, nothing was told that lacks it."""
    sent = next((card for card in reads.of_call(uow, *call) if card.level is Level.CALL15_NOW), None)
    if sent is not None:
        service.amend(uow, sent.practice_id, sent.id, line)
