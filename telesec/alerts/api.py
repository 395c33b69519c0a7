"""``/api/v1/alerts``: look at one, acknowledge it."""

from flask_openapi3 import APIBlueprint

from telesec.alerts import reads
from telesec.alerts import service as alerts
from telesec.alerts.parts import AlertsDeps
from telesec.alerts.schemas import AcknowledgeIn, AlertOut, AlertPath
from telesec.alerts.service import Acknowledge
from telesec.foundation.access import Permission
from telesec.web.access import actor, requires


def blueprint(deps: AlertsDeps) -> APIBlueprint:
    """Return the routes of this room's API."""
    api = APIBlueprint("alerts_api", __name__, url_prefix="/api/v1", abp_security=[{"token": []}])

    @api.get("/alerts/<string:alert_id>", summary="An alert and what was tried", responses={200: AlertOut})
    @requires(Permission.ALERT_READ)
    def look(path: AlertPath) -> dict[str, object]:
        with deps.unit_of_work(actor()) as uow:
            detail = reads.alert(uow, path.alert_id)
            uow.commit()
        return AlertOut.of(detail).model_dump(mode="json")

    @api.post(
        "/alerts/<string:alert_id>/acknowledge",
        summary="Take an alert, or tell its outcome",
        responses={200: AlertOut},
    )
    @requires(Permission.ALERT_ACKNOWLEDGE)
    def acknowledge(path: AlertPath, body: AcknowledgeIn) -> dict[str, object]:
        with deps.unit_of_work(actor()) as uow:
            alerts.acknowledge(uow, Acknowledge(path.alert_id, "page", outcome=body.outcome))
            detail = reads.alert(uow, path.alert_id)
            uow.commit()
        return AlertOut.of(detail).model_dump(mode="json")

    return api
