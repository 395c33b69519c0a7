"""``GET /api/v1/instructions``."""

from telesec.practices import service as practices
from telesec.practices.api import blueprint
from telesec.practices.service import WriteInstruction
from telesec.testing.api import api_client


def test_instructions_are_listed_with_author_and_range(deps, cast):
    with deps.unit_of_work(cast.dr_lune) as uow:
        practices.write_instruction(uow, WriteInstruction(cast.lilas, "Pas de visite.", "Dr Lune"))
        uow.commit()

    answer = api_client(deps, blueprint, cast.ada).get(f"/api/v1/instructions?practice_id={cast.lilas}")

    (row,) = answer.json
    assert row.pop("id")
    assert row == {
        "text": "Pas de visite.",
        "author": "Dr Lune",
        "valid_from": "2026-11-26T09:00:00Z",
        "valid_to": None,
        "confirmed_on": "2026-11-26",
    }


def test_instructions_of_another_practice_do_not_exist(deps, cast):
    answer = api_client(deps, blueprint, cast.dr_iris).get(f"/api/v1/instructions?practice_id={cast.lilas}")

    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_instructions_want_a_token(deps, cast):
    answer = api_client(deps, blueprint, None).get(f"/api/v1/instructions?practice_id={cast.lilas}")

    assert answer.status_code == 401
