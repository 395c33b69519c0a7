"""Numbers a practitioner is reached at: added, proven by a code, removed."""

import re

import pytest

from telesec.accounts.step_up import Act
from telesec.alerts import reads as alert_reads
from telesec.desk import phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes
from telesec.testing.logins import stepped_up
from telesec.testing.pages import page_client

ROOMS = tuple(
    room.blueprint
    for room in (phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes)
)


def visit(deps, who):
    return page_client(deps, who, *ROOMS)


def text(answer):
    return answer.get_data(as_text=True)


def add_number(client, cast, channel="sms"):
    return client.post(
        f"/practice/{cast.lilas}/contacts",
        data={
            "practitioner_id": str(cast.dr_soleil_id),
            "channel": channel,
            "address": "06 39 98 00 02",
        },
    )


def test_supervisor_sets_who_is_on_call_and_how(deps, cast, phones):
    client = visit(deps, stepped_up(deps, cast.supervisor, Act.CHANGE_NUMBER))

    client.post(f"/practice/{cast.lilas}/on-call", data={"person": [str(cast.dr_soleil_id), ""]})
    sent = add_number(client, cast, channel="voice")
    code = phones["dr-soleil"].expect_call().code
    typed = {"typed": code}
    way = sent.location.rpartition("code-")[2]
    proven = client.post(f"/practice/{cast.lilas}/contacts/{way}/verify", data=typed)

    page = text(client.get(proven.location))
    assert "1. Dr Soleil" in page
    assert "aucun numéro vérifié" not in page
    assert "Le numéro est vérifié" in page


def test_a_number_asks_for_the_second_factor(deps, cast):
    typed = {"practitioner_id": str(cast.dr_lune_id), "channel": "sms", "address": "06 39 98 00 01"}

    answer = visit(deps, cast.supervisor).post(f"/practice/{cast.lilas}/contacts", data=typed)

    assert answer.status_code == 422
    assert "Tapez le code" in text(answer)
    assert 'value="06 39 98 00 01"' in text(answer)


def test_number_nobody_checked_is_not_used(deps, cast):
    client = visit(deps, stepped_up(deps, cast.supervisor, Act.CHANGE_NUMBER))
    client.post(f"/practice/{cast.lilas}/on-call", data={"person": str(cast.dr_soleil_id)})

    client.post(
        f"/practice/{cast.lilas}/contacts",
        data={"practitioner_id": str(cast.dr_soleil_id), "channel": "sms", "address": "06 39 98 00 02"},
    )

    assert "aucun numéro vérifié" in text(client.get(f"/practice/{cast.lilas}"))


def test_wrong_code_is_refused_at_its_field(deps, cast):
    client = visit(deps, stepped_up(deps, cast.supervisor, Act.CHANGE_NUMBER))
    way = add_number(client, cast).location.rpartition("code-")[2]

    answer = client.post(f"/practice/{cast.lilas}/contacts/{way}/verify", data={"typed": "12"})

    assert answer.status_code == 422
    assert re.search(rf'id="code-{way}" aria-invalid="true"', text(answer))


def test_second_code_within_a_minute_is_refused(deps, cast):
    client = visit(deps, stepped_up(deps, cast.supervisor, Act.CHANGE_NUMBER))
    way = add_number(client, cast).location.rpartition("code-")[2]

    answer = client.post(f"/practice/{cast.lilas}/contacts/{way}/code")

    assert answer.status_code == 422
    assert "il y a moins d’une minute" in text(answer)


def test_number_sent_twice_stands_once_and_is_said(deps, cast):
    client = visit(deps, stepped_up(deps, cast.supervisor, Act.CHANGE_NUMBER))
    add_number(client, cast)

    answer = add_number(client, cast)

    assert answer.status_code == 422
    assert "déjà noté" in text(answer)
    assert text(answer).count("+33 •••• 02</strong>") == 1


def test_number_is_removed_with_the_second_factor_only(deps, cast, on_call):
    with deps.unit_of_work(cast.supervisor) as uow:
        way = next(
            one.id
            for one in alert_reads.contact_cards(uow, cast.lilas)
            if one.practitioner_id == cast.dr_lune_id
        )
    path = f"/practice/{cast.lilas}/contacts/{way}/remove"

    refused = visit(deps, cast.supervisor).post(path)
    done = visit(deps, stepped_up(deps, cast.supervisor, Act.CHANGE_NUMBER)).post(path)

    assert refused.status_code == 422
    assert "Tapez le code" in text(refused)
    assert done.status_code == 303
    with deps.unit_of_work(cast.supervisor) as uow:
        assert way not in {one.id for one in alert_reads.contact_cards(uow, cast.lilas)}


@pytest.mark.parametrize("role", ["ada", "dr_iris"])
def test_codes_are_the_practices_own_affair(deps, cast, role):
    way = "00000000-0000-7000-8000-000000000000"

    for act in ("code", "verify", "remove"):
        answer = visit(deps, getattr(cast, role)).post(f"/practice/{cast.lilas}/contacts/{way}/{act}")
        assert answer.status_code in {403, 404}


@pytest.mark.parametrize(
    ("change", "status"),
    [({"address": "12"}, 422), ({"channel": "pigeon"}, 422), ({"practitioner_id": "nobody"}, 404)],
)
def test_contact_with_a_fault_is_refused(deps, cast, change, status):
    typed = {"practitioner_id": str(cast.dr_lune_id), "channel": "sms", "address": "06 39 98 00 01"}

    answer = visit(deps, cast.supervisor).post(f"/practice/{cast.lilas}/contacts", data={**typed, **change})

    assert answer.status_code == status
