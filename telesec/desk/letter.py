"""The message to a practitioner: level, text, number read back; urgent ones raise their alert with it.

The text is the call's note, kept as a draft until it is filed. An urgent alert may go out before a word is
written: the practice's on-call doctor is reached first, the text follows.
"""

from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from telesec.alerts import service as alerts
from telesec.alerts.rules import AlertLevel
from telesec.alerts.service import RaiseAlert
from telesec.calls import reads as reads_of_calls
from telesec.calls import service as calls
from telesec.calls.rules import DraftKind
from telesec.desk.alert_text import with_number
from telesec.desk.call import PATH
from telesec.desk.caught import ask_first
from telesec.desk.pages import CallKey, act, needed_id
from telesec.desk.ports import DeskDeps
from telesec.desk.undo import Act, Done
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused
from telesec.foundation.ids import uuid_or_none
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.messages import service
from telesec.messages.service import FileMessage
from telesec.triage.levels import Level, at_least
from telesec.web.access import requires

NOT_READ_BACK = say("Read the number back to the caller, then tick it.")


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Register the acts that tell a practitioner."""

    @pages.post(f"{PATH}/message")
    @requires(Permission.MESSAGE_FILE)
    def file_message(practice_id: UUID, call_id: UUID) -> Response:
        def do(uow: UnitOfWork) -> Done | None:
            message = _message(uow, (practice_id, call_id))
            if not at_least(message.level, Level.DOCTOR_NOW):
                ask_first(uow, deps.library, (practice_id, call_id), message.text)
            filed = service.file_message(uow, message)
            _clear_note(uow, (practice_id, call_id))
            return None if filed.alert_id else Done(Act.MESSAGE, practice_id, call_id, filed.id)

        return act(deps, (practice_id, call_id), do)

    @pages.post(f"{PATH}/alert")
    @requires(Permission.ALERT_RAISE)
    def raise_alert(practice_id: UUID, call_id: UUID) -> Response:
        def do(uow: UnitOfWork) -> None:
            _raise(uow, (practice_id, call_id))

        return act(deps, (practice_id, call_id), do)


def _raise(uow: UnitOfWork, call: CallKey) -> None:
    """Alert now; a note that is already written goes with it."""
    chosen = uuid_or_none(request.form.get("practitioner_id"))
    if chosen is not None and request.form.get("text", "").strip():
        service.file_message(uow, _message(uow, call))
        _clear_note(uow, call)
        return
    level = AlertLevel(_level(tuple(AlertLevel)).value)
    alerts.raise_alert(uow, RaiseAlert(call[0], level, (chosen,) if chosen else (), call_id=call[1]))


def _clear_note(uow: UnitOfWork, call: CallKey) -> None:
    """Empty the note that was filed; what another tab wrote in it stays there."""
    filed, seen = request.form.get("text", ""), request.form.get("seen", 0, int)
    calls.clear_draft(uow, *call, DraftKind.NOTE, filed=filed, seen=seen)


def _message(uow: UnitOfWork, call: CallKey) -> FileMessage:
    """Return the message as typed; the number that calls needs no reading back.

    Raises:
        Refused: No practitioner or level is chosen, or the number was not read back (422).
    """
    form = request.form
    card = reads_of_calls.call(uow, *call)
    typed = form.get("callback_number", "").strip()
    was = form.get("number_was", "")
    same = not typed or was == typed
    if not same and form.get("read_back") != "1":
        raise Refused("not_read_back", NOT_READ_BACK, status=422, field="read_back")
    return FileMessage(
        call[0],
        needed_id("practitioner_id"),
        _level(tuple(Level)),
        with_number(form.get("text", ""), was, typed, uow.actor.language),
        typed or card.from_number,
        callback_number_read_back=True,
        call_id=call[1],
        patient_id=card.patient_id,
    )


def _level(allowed: tuple[Level, ...] | tuple[AlertLevel, ...]) -> Level:
    chosen = request.form.get("level", "")
    if chosen not in set(allowed):
        raise Refused("no_level", say("Choose a level."), status=422, field="level")
    return Level(chosen)
