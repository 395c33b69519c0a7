"""``POST /api/v1/messages`` and ``GET /api/v1/messages/{id}``."""

from flask_openapi3 import APIBlueprint

from telesec.foundation.access import Permission
from telesec.messages import reads, service
from telesec.messages.ports import MessageDeps
from telesec.messages.schemas import FiledOut, MessageIn, MessageOut, MessagePath, ReadQuery
from telesec.web.access import actor, requires


def blueprint(deps: MessageDeps) -> APIBlueprint:
    """Return the routes of this room's API."""
    api = APIBlueprint("messages_api", __name__, url_prefix="/api/v1", abp_security=[{"token": []}])

    @api.post("/messages", summary="File a message", responses={201: FiledOut})
    @requires(Permission.MESSAGE_FILE)
    def file_message(body: MessageIn) -> tuple[dict[str, object], int]:
        with deps.unit_of_work(actor()) as uow:
            filed = service.file_message(uow, body.command())
            uow.commit()
        return FiledOut(id=filed.id, alert_id=filed.alert_id).model_dump(mode="json"), 201

    @api.get("/messages/<id>", summary="Open a message", responses={200: MessageOut})
    @requires(Permission.MESSAGE_READ)
    def read_message(path: MessagePath, query: ReadQuery) -> dict[str, object]:
        """A practitioner of the practice who opens it marks it read; every opening is audited."""
        with deps.unit_of_work(actor()) as uow:
            practice_id = reads.practice_of(uow, path.id)
            card = service.read_message(uow, practice_id, path.id, reason=query.reason)
            uow.commit()
        return MessageOut.of(card).model_dump(mode="json")

    return api
