"""An alert nobody took in time: its caller is called back, by a card that says who was tried.

The alert stays red on the supervisor's desk; this is for the patient, who was promised a doctor.
"""

from uuid import UUID

from telesec.alerts import escalation
from telesec.alerts import reads as alerts
from telesec.alerts import service as service_of_alerts
from telesec.calls import dropped, reads
from telesec.calls.ports import CallDeps
from telesec.foundation.access import Facts, Permission, Purpose, authorize, system_actor
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices import reads as practices
from telesec.triage import reads as triage
from telesec.triage.library import Library

MOST = 100
NOBODY_TOOK = say("Nobody took the alert. Tried: %(who)s.")
NOBODY_TRIED = say("Nobody took the alert: nobody could be reached.")


def call_back_untaken(deps: CallDeps) -> int:
    """Promise a callback for every alert nobody took; return how many. Twice is once."""
    with deps.unit_of_work(system_actor(Purpose.CALL_BACK)) as uow:
        due = escalation.untaken(uow, MOST)
    promised = 0
    for practice_id, alert_id in due:
        with deps.unit_of_work(system_actor(Purpose.CALL_BACK, practice_id)) as uow:
            promised += call_back(uow, deps.library, alert_id) is not None
            uow.commit()
    return promised


def call_back(uow: UnitOfWork, library: Library, alert_id: UUID) -> UUID | None:
    """Put the caller of an alert nobody took at the top of the callbacks.

    Returns the card; None when somebody took it meanwhile, it was done before, or it came from no call.
    """
    detail = alerts.alert(uow, alert_id)
    practice_id, call_id = detail.alert.practice_id, detail.alert.call_id
    authorize(uow, Permission.CALL_HANDLE, on=Facts(practice_id))
    if call_id is None or not service_of_alerts.note_promised(uow, alert_id):
        return None
    practice = practices.practice(uow, practice_id)
    tried = dict.fromkeys(one.practitioner_id for one in detail.deliveries if one.status != "skipped")
    names = [found.name for one in tried if one and (found := practice.practitioner(one))]
    why = say(NOBODY_TOOK.msgid, who=", ".join(names)) if names else NOBODY_TRIED
    session = triage.latest_of_call(uow, library, practice_id, call_id, redraw=True)
    return dropped.promise(uow, reads.call(uow, practice_id, call_id), session, (why, uow.now()))
