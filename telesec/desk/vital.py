"""A vital sign: the alert goes out at once, with what was answered, whatever the secretary does next.

One per call. When the caller's number and somebody on call are known, a sealed message carries the facts;
otherwise the alert goes out alone, for nothing may hold it back.
"""

from telesec.alerts import reads as alerts
from telesec.alerts import service as service_of_alerts
from telesec.alerts.rules import AlertLevel
from telesec.alerts.service import RaiseAlert
from telesec.calls import reads as calls
from telesec.calls.details import CallDetails, details_of
from telesec.calls.heard import heard, in_doubt, reached_at, whereabouts
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.messages import service as messages
from telesec.messages.service import FileMessage
from telesec.triage.levels import Level
from telesec.triage.reads import SessionView
from telesec.web.language import render

SIGN = say("Life-threatening sign, the caller is being passed to the 15.")


def alert_at_once(uow: UnitOfWork, session: SessionView) -> None:
    """Raise the alert of a session that reached the 15, unless this call has raised it already."""
    reached = session.disposition is not None and session.level is Level.CALL15_NOW
    if not reached or session.call_id is None:
        return
    raised = alerts.of_call(uow, session.practice_id, session.call_id)
    if any(row.level is AlertLevel.CALL15_NOW for row in raised):
        return
    card = calls.call(uow, session.practice_id, session.call_id)
    rungs = alerts.who_now(uow, session.practice_id, level=AlertLevel.CALL15_NOW)
    if not card.from_number or not rungs:
        service_of_alerts.raise_alert(
            uow, RaiseAlert(session.practice_id, AlertLevel.CALL15_NOW, call_id=session.call_id)
        )
        return
    messages.file_message(
        uow,
        FileMessage(
            session.practice_id,
            next((one for one in rungs if one.channels), rungs[0]).practitioner_id,
            Level.CALL15_NOW,
            _facts(uow, session, details_of(card)),
            card.from_number,
            callback_number_read_back=False,
            call_id=session.call_id,
            patient_id=card.patient_id,
        ),
    )


def _facts(uow: UnitOfWork, session: SessionView, details: CallDetails) -> str:
    """Return what the doctor must know, in the words of the questions answered with yes."""
    language = uow.actor.language
    place = [whereabouts(details.address, language)] if details.address else []
    return "\n".join(
        [
            render(SIGN, language),
            *heard(session, language),
            *in_doubt(session, language),
            *place,
            *reached_at(details, language),
        ]
    )
