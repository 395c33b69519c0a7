"""``POST /api/v1/triage-sessions/{id}/answers`` and ``GET /api/v1/protocols``.

A triage is started on a call: that route stands in ``calls``, which lies above this room.
"""

from flask_openapi3 import APIBlueprint

from telesec.foundation.access import Permission
from telesec.triage import reads, service
from telesec.triage.ports import TriageDeps
from telesec.triage.schemas import (
    AnswerIn,
    AnswerOut,
    ProtocolOut,
    ProtocolPath,
    ProtocolsOut,
    SessionPath,
    answer_of,
)
from telesec.web.access import actor, requires


def blueprint(deps: TriageDeps) -> APIBlueprint:
    """Return the routes of this room's API."""
    api = APIBlueprint("triage_api", __name__, url_prefix="/api/v1", abp_security=[{"token": []}])

    @api.post(
        "/triage-sessions/<id>/answers", summary="Answer the current question", responses={200: AnswerOut}
    )
    @requires(Permission.TRIAGE_RUN)
    def answer(path: SessionPath, body: AnswerIn) -> dict[str, object]:
        with deps.unit_of_work(actor()) as uow:
            session = service.answer(uow, deps.library, body.command(path.id))
            uow.commit()
        return answer_of(session, actor().language).model_dump(mode="json")

    @api.get("/protocols", summary="Protocols, the universal screen first", responses={200: ProtocolsOut})
    @requires(Permission.PROTOCOL_READ)
    def list_protocols() -> list[dict[str, object]]:
        with deps.unit_of_work(actor()) as uow:
            cards = reads.protocols(uow, deps.library)
        return [ProtocolOut.of(card, actor().language).model_dump(mode="json") for card in cards]

    @api.get("/protocols/<code>", summary="One protocol", responses={200: ProtocolOut})
    @requires(Permission.PROTOCOL_READ)
    def get_protocol(path: ProtocolPath) -> dict[str, object]:
        with deps.unit_of_work(actor()) as uow:
            card = reads.protocol(uow, deps.library, path.code)
        return ProtocolOut.of(card, actor().language).model_dump(mode="json")

    return api
