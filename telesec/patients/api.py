"""``POST /api/v1/patients/search``: a search is a POST, since its terms may stand in no address or log."""

from flask_openapi3 import APIBlueprint

from telesec.foundation.access import Permission
from telesec.patients import reads
from telesec.patients.ports import PatientDeps
from telesec.patients.schemas import PatientOut, PatientSearch, PatientsOut
from telesec.web.access import actor, requires


def blueprint(deps: PatientDeps) -> APIBlueprint:
    """Return the routes of this room's API."""
    api = APIBlueprint("patients_api", __name__, url_prefix="/api/v1", abp_security=[{"token": []}])

    @api.post(
        "/patients/search",
        summary="Find patients by number, or by birth date and letters",
        responses={200: PatientsOut},
    )
    @requires(Permission.PATIENT_READ)
    def search_patients(body: PatientSearch) -> list[dict[str, object]]:
        with deps.unit_of_work(actor()) as uow:
            found = reads.search(uow, body.query())
            uow.commit()
        return [PatientOut.of(card).model_dump(mode="json") for card in found]

    return api
