"""``/api/v1/slots`` and ``/api/v1/appointments``: search, book, look, move, cancel."""

from flask import Response
from flask_openapi3 import APIBlueprint

from telesec.foundation.access import Permission
from telesec.scheduling import flow, reads
from telesec.scheduling.parts import SchedulingDeps
from telesec.scheduling.schemas import (
    AppointmentIn,
    AppointmentOut,
    AppointmentPath,
    CancelIn,
    MoveIn,
    SlotsOut,
    SlotsQuery,
)
from telesec.web.access import actor, requires
from telesec.web.answers import answer


def blueprint(deps: SchedulingDeps) -> APIBlueprint:
    """Return the routes of this room's API."""
    api = APIBlueprint("scheduling_api", __name__, url_prefix="/api/v1", abp_security=[{"token": []}])

    @api.get("/slots", summary="The first free slots, earliest first", responses={200: SlotsOut})
    @requires(Permission.APPOINTMENT_READ)
    def find_slots(query: SlotsQuery) -> Response:
        return answer(SlotsOut.of(flow.find_slots(deps, actor(), query.query())))

    @api.post("/appointments", summary="Book a slot", responses={201: AppointmentOut})
    @requires(Permission.APPOINTMENT_WRITE)
    def book(body: AppointmentIn) -> tuple[dict[str, object], int]:
        card = flow.book(deps, actor(), body.command())
        return AppointmentOut.of(card).model_dump(mode="json"), 201

    @api.get(
        "/appointments/<string:appointment_id>", summary="An appointment", responses={200: AppointmentOut}
    )
    @requires(Permission.APPOINTMENT_READ)
    def look(path: AppointmentPath) -> dict[str, object]:
        with deps.unit_of_work(actor()) as uow:
            practice_id = reads.practice_of(uow, path.appointment_id)
            card = reads.appointment(uow, practice_id, path.appointment_id)
            uow.commit()
        return AppointmentOut.of(card).model_dump(mode="json")

    @api.post(
        "/appointments/<string:appointment_id>/move",
        summary="Move an appointment to another start",
        responses={200: AppointmentOut},
    )
    @requires(Permission.APPOINTMENT_WRITE)
    def move(path: AppointmentPath, body: MoveIn) -> dict[str, object]:
        with deps.unit_of_work(actor()) as uow:
            practice_id = reads.practice_of(uow, path.appointment_id)
        card = flow.move(deps, actor(), practice_id, path.appointment_id, body.start)
        return AppointmentOut.of(card).model_dump(mode="json")

    @api.post(
        "/appointments/<string:appointment_id>/cancel",
        summary="Cancel an appointment",
        responses={200: AppointmentOut},
    )
    @requires(Permission.APPOINTMENT_WRITE)
    def cancel(path: AppointmentPath, body: CancelIn) -> dict[str, object]:
        with deps.unit_of_work(actor()) as uow:
            practice_id = reads.practice_of(uow, path.appointment_id)
        card = flow.cancel(deps, actor(), practice_id, path.appointment_id, body.reason)
        return AppointmentOut.of(card).model_dump(mode="json")

    return api
