"""The red-flag net on the desk: what was typed as a mere request may name a sign that must be asked about.

It speaks up once, while no question was asked in the call: a second press goes on, and the trail says so.
"""

from uuid import UUID

from flask import request

from telesec.desk.pages import CallKey
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.triage import reads, service
from telesec.triage.library import Library

CODE = "unasked"
ASK_FIRST = say(
    "This text names a sign that must be asked about. Ask the questions first, or press again to go on "
    "without them. Nothing typed is lost."
)
PAPERS = frozenset({"demande_administrative", "ordonnance_medicament", "resultats_examens"})
"""Complaints that are requests by themselves: their names alone ask for no question."""


def ask_first(uow: UnitOfWork, library: Library, call: CallKey, text: str) -> None:
    """Refuse a text that names a red flag while no question was asked in this call.

    Raises:
        Refused: ``unasked`` (422), unless the reader was told already and pressed again.
    """
    practice_id, call_id = call
    if not text.strip() or Permission.TRIAGE_RUN not in uow.actor.permissions_for(practice_id):
        return
    if reads.latest_of_call(uow, library, practice_id, call_id) is not None:
        return
    caught = service.net(uow, library, practice_id, text)
    ill = {one.code for one in caught.protocols} - PAPERS
    if not ill and not caught.questions and caught.level is None:
        return
    if request.form.get(CODE) != "1":
        raise Refused(CODE, ASK_FIRST, status=422)
    uow.audit("triage.unasked", practice_id=practice_id, object_id=call_id)


def passage(uow: UnitOfWork, library: Library, practice_id: UUID, text: str, most: int) -> str:
    """Return the part of a note that names a sign, at most ``most`` characters; its beginning when none does.

    The net reads words, so a note is looked at in parts that overlap by half: no sign falls between two.
    """
    parts = [text[start : start + most] for start in range(0, max(len(text) - most // 2, 1), most // 2)]
    if len(parts) == 1:
        return text
    return next((part for part in parts if service.net(uow, library, practice_id, part).alarm), parts[0])
