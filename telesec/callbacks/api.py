"""``GET`` and ``POST /api/v1/callbacks``."""

from flask import Response
from flask_openapi3 import APIBlueprint

from telesec.callbacks import reads, service
from telesec.callbacks.ports import CallbackDeps
from telesec.callbacks.schemas import CallbackIn, CallbackList, CallbackOut, CallbacksQuery
from telesec.foundation.access import Permission
from telesec.web.access import actor, requires
from telesec.web.answers import answer


def blueprint(deps: CallbackDeps) -> APIBlueprint:
    """Return the routes of this room's API."""
    api = APIBlueprint("callbacks_api", __name__, url_prefix="/api/v1", abp_security=[{"token": []}])

    @api.get("/callbacks", summary="Open callbacks, earliest due first", responses={200: CallbackList})
    @requires(Permission.CALLBACK_READ)
    def list_callbacks(query: CallbacksQuery) -> Response:
        with deps.unit_of_work(actor()) as uow:
            page = reads.open_cards(uow, query.practice_id, limit=query.limit, cursor=query.cursor)
            uow.commit()
        return answer(CallbackList.of(page))

    @api.post("/callbacks", summary="Promise a call", responses={201: CallbackOut})
    @requires(Permission.CALLBACK_WRITE)
    def open_callback(body: CallbackIn) -> tuple[dict[str, object], int]:
        with deps.unit_of_work(actor()) as uow:
            callback_id = service.open_callback(uow, body.command())
            card = reads.callback(uow, body.practice_id, callback_id)
            uow.commit()
        return CallbackOut.of(card).model_dump(mode="json"), 201

    return api
