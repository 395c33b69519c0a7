"""``POST /api/v1/patients/search``."""

from datetime import date

import pytest

from telesec.patients import service as patients
from telesec.patients.api import blueprint
from telesec.patients.service import RegisterPatient
from telesec.testing.api import api_client

PHONE = "+33199000100"
ADDRESS = "/api/v1/patients/search"


@pytest.fixture
def zoe_id(deps, cast):
    with deps.unit_of_work(cast.ada) as uow:
        patient_id = patients.register(
            uow, RegisterPatient(cast.lilas, "Étoile", "Zoé", date(1950, 7, 14), phones=(PHONE,))
        )
        uow.commit()
    return patient_id


@pytest.mark.parametrize("terms", [{"phone": PHONE}, {"birth_date": "1950-07-14", "name_prefix": "eto"}])
def test_search_finds_the_patient(deps, cast, zoe_id, terms):
    answer = api_client(deps, blueprint, cast.ada).post(ADDRESS, json={"practice_id": cast.lilas, **terms})

    assert answer.json == [
        {"id": str(zoe_id), "family_name": "Étoile", "given_name": "Zoé", "birth_date": "1950-07-14"}
    ]


@pytest.mark.parametrize("terms", [{}, {"phone": "12"}, {"phone": PHONE, "family_name": "Étoile"}])
def test_search_refuses_other_terms(deps, cast, terms):
    answer = api_client(deps, blueprint, cast.ada).post(ADDRESS, json={"practice_id": cast.lilas, **terms})

    assert answer.status_code == 422


def test_search_in_another_practice_does_not_exist(deps, cast, zoe_id):
    answer = api_client(deps, blueprint, cast.dr_iris).post(
        ADDRESS, json={"practice_id": cast.lilas, "phone": PHONE}
    )

    assert answer.status_code == 404


def test_search_is_forbidden_to_a_practice_manager(deps, cast):
    answer = api_client(deps, blueprint, cast.manager).post(
        ADDRESS, json={"practice_id": cast.lilas, "phone": PHONE}
    )

    assert answer.status_code == 403
