"""``/api/v1/calls``: open, look at, triage, close."""

from flask_openapi3 import APIBlueprint

from telesec.calls import reads, service
from telesec.calls.ports import CallDeps
from telesec.calls.schemas import CallIn, CallOut, CallPath, CloseIn
from telesec.foundation.access import Permission
from telesec.triage.schemas import StartTriageIn, TriageView, view_of
from telesec.web.access import actor, requires


def blueprint(deps: CallDeps) -> APIBlueprint:
    """Return the routes of this room's API."""
    api = APIBlueprint("calls_api", __name__, url_prefix="/api/v1", abp_security=[{"token": []}])

    @api.post("/calls", summary="Open a call", responses={201: CallOut})
    @requires(Permission.CALL_HANDLE)
    def open_call(body: CallIn) -> tuple[dict[str, object], int]:
        with deps.unit_of_work(actor()) as uow:
            practice_id, call_id = service.open_call(uow, body.command())
            card = reads.call(uow, practice_id, call_id)
            uow.commit()
        return CallOut.of(card).model_dump(mode="json"), 201

    @api.get("/calls/<id>", summary="Look at a call", responses={200: CallOut})
    @requires(Permission.CALL_READ)
    def read_call(path: CallPath) -> dict[str, object]:
        with deps.unit_of_work(actor()) as uow:
            card = reads.call(uow, reads.practice_of(uow, path.id), path.id)
            uow.commit()
        return CallOut.of(card).model_dump(mode="json")

    @api.post("/calls/<id>/close", summary="Close a call", responses={200: CallOut})
    @requires(Permission.CALL_HANDLE)
    def close_call(path: CallPath, body: CloseIn) -> dict[str, object]:
        with deps.unit_of_work(actor()) as uow:
            practice_id = reads.practice_of(uow, path.id)
            service.close(uow, practice_id, path.id, body.outcome)
            card = reads.call(uow, practice_id, path.id)
            uow.commit()
        return CallOut.of(card).model_dump(mode="json")

    @api.post("/calls/<id>/triage", summary="Start a triage in a call", responses={201: TriageView})
    @requires(Permission.TRIAGE_RUN)
    def start_triage(path: CallPath, body: StartTriageIn) -> tuple[dict[str, object], int]:
        with deps.unit_of_work(actor()) as uow:
            practice_id = reads.practice_of(uow, path.id)
            session = service.start_triage(uow, deps.library, body.command(practice_id, path.id))
            uow.commit()
        return view_of(session, actor().language).model_dump(mode="json"), 201

    return api
