"""``GET /api/v1/instructions``: a practice's instructions."""

from flask_openapi3 import APIBlueprint

from telesec.foundation.access import Permission
from telesec.practices import reads
from telesec.practices.ports import PracticeDeps
from telesec.practices.schemas import InstructionOut, InstructionsOut, InstructionsQuery
from telesec.web.access import actor, requires


def blueprint(deps: PracticeDeps) -> APIBlueprint:
    """Return the routes of this room's API."""
    api = APIBlueprint("practices_api", __name__, url_prefix="/api/v1", abp_security=[{"token": []}])

    @api.get("/instructions", summary="Instructions of a practice", responses={200: InstructionsOut})
    @requires(Permission.PRACTICE_READ)
    def list_instructions(query: InstructionsQuery) -> list[dict[str, object]]:
        with deps.unit_of_work(actor()) as uow:
            cards = reads.instructions(uow, query.practice_id)
        return [InstructionOut.of(card).model_dump(mode="json") for card in cards]

    return api
