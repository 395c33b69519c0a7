"""Numbers a practitioner is reached at: added, proven by a code, removed."""

import re

import pytest

from telesec.accounts.step_up import Act
from telesec.alerts import contacts
from telesec.alerts import reads as alert_reads
from telesec.alerts.rules import ChannelKind
from telesec.desk import phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes
from telesec.testing.channels import FakeChannel, Fault
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

    sent = add_number(client, cast, channel="voice")
    code = phones["dr-soleil"].expect_call().code
    typed = {"typed": code}
    way = sent.location.rpartition("code-")[2]
    proven = client.post(f"/practice/{cast.lilas}/contacts/{way}/verify", data=typed)

    order = {"person": [str(cast.dr_soleil_id), ""]}
    kept = client.post(f"/practice/{cast.lilas}/on-call", data=order)

    assert "Le numéro est vérifié" in text(client.get(proven.location))
    page = text(client.get(kept.location))
    assert "1. Dr Soleil" in page
    assert "aucun numéro vérifié" not in page


def test_a_number_asks_for_the_second_factor(deps, cast):
    typed = {"practitioner_id": str(cast.dr_lune_id), "channel": "sms", "address": "06 39 98 00 01"}

    answer = visit(deps, cast.supervisor).post(f"/practice/{cast.lilas}/contacts", data=typed)

    assert answer.status_code == 422
    assert "Tapez le code" in text(answer)
    assert 'value="06 39 98 00 01"' in text(answer)


def test_number_nobody_checked_is_not_used(deps, cast):
    client = visit(deps, stepped_up(deps, cast.supervisor, Act.CHANGE_NUMBER))
    add_number(client, cast)

    refused = client.post(f"/practice/{cast.lilas}/on-call", data={"person": str(cast.dr_soleil_id)})

    assert refused.status_code == 422
    assert "aucun numéro vérifié (SMS ou appel) pour Dr Soleil" in text(refused)


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


def test_an_order_with_somebody_unreachable_comes_back_as_chosen(deps, cast, on_call):
    with deps.unit_of_work(cast.supervisor) as uow:
        contacts.take_off(uow, cast.lilas, cast.dr_soleil_id)
        uow.commit()
    chosen = {"person": [str(cast.dr_lune_id), str(cast.dr_soleil_id), "", ""]}

    refused = visit(deps, cast.supervisor).post(f"/practice/{cast.lilas}/on-call", data=chosen)

    page = text(refused)
    assert refused.status_code == 422
    assert "aucun numéro vérifié (SMS ou appel) pour Dr Soleil." in page
    assert 'name="person" aria-invalid="true" aria-describedby="wrong-person-1" autofocus' in page
    assert page.count(f'<option value="{cast.dr_soleil_id}" selected>') == 1
    with deps.unit_of_work(cast.supervisor) as uow:
        assert contacts.order_of_duty(uow, cast.lilas) == (cast.dr_lune_id,)


def test_the_last_number_of_somebody_on_call_is_kept_and_said(deps, cast, on_call):
    client = visit(deps, stepped_up(deps, cast.supervisor, Act.CHANGE_NUMBER))
    with deps.unit_of_work(cast.supervisor) as uow:
        cards = alert_reads.contact_cards(uow, cast.lilas)
    first, last = (one.id for one in cards if one.practitioner_id == cast.dr_lune_id)
    client.post(f"/practice/{cast.lilas}/contacts/{first}/remove")

    refused = client.post(f"/practice/{cast.lilas}/contacts/{last}/remove")

    assert refused.status_code == 409
    assert "Dr Lune reçoit les appels urgents et n’a pas d’autre numéro vérifié" in text(refused)


@pytest.fixture
def mail(deps):
    """The parts with a mail server too, and what it took."""
    server = FakeChannel(ChannelKind.EMAIL)
    return deps.with_parts(channels={**deps.channels, ChannelKind.EMAIL: (server,)}), server


def add_address(client, cast, address="soleil@lilas.example"):
    typed = {"practitioner_id": str(cast.dr_soleil_id), "channel": "email", "address": address}
    return client.post(f"/practice/{cast.lilas}/contacts", data=typed)


def test_an_e_mail_address_is_proven_by_the_code_sent_to_it(mail, cast):
    deps, server = mail
    client = visit(deps, stepped_up(deps, cast.supervisor, Act.CHANGE_NUMBER))

    sent = add_address(client, cast)
    way, notice = sent.location.rpartition("code-")[2], server.taken[0]
    proven = client.post(f"/practice/{cast.lilas}/contacts/{way}/verify", data={"typed": notice.code})

    assert (notice.to, notice.subject) == ("soleil@lilas.example", "Votre code pour telesec")
    assert notice.code in notice.text
    assert "Lilas" not in notice.text
    page = text(client.get(proven.location))
    assert "E-mail s•••@lilas.example" in page
    assert "Un e-mail ne fait rien sonner" in page
    assert page.count("vérifié le") == 1


def test_each_mail_with_a_code_is_one_of_its_own(mail, cast, clock):
    deps, server = mail
    client = visit(deps, stepped_up(deps, cast.supervisor, Act.CHANGE_NUMBER))
    way = add_address(client, cast).location.rpartition("code-")[2]
    clock.advance(minutes=2)

    client.post(f"/practice/{cast.lilas}/contacts/{way}/code")

    first, second = server.taken
    assert first.delivery_id != second.delivery_id
    assert first.code != second.code


def test_a_mail_server_that_is_away_is_said(mail, cast):
    deps, server = mail
    server.fail(Fault.DOWN)
    client = visit(deps, stepped_up(deps, cast.supervisor, Act.CHANGE_NUMBER))

    answer = add_address(client, cast)

    assert answer.status_code == 409
    assert "le serveur de messagerie est injoignable. L’adresse est gardée" in text(answer)


@pytest.mark.parametrize("typed", ["soleil", "soleil@lilas", "a b@lilas.example"])
def test_what_is_no_address_stays_in_its_field(mail, cast, typed):
    answer = add_address(visit(mail[0], cast.supervisor), cast, typed)

    assert answer.status_code == 422
    assert f'value="{typed}" aria-invalid="true"' in text(answer)
    assert "Ce n’est pas une adresse e-mail" in text(answer)


def test_an_address_sent_twice_stands_once(mail, cast):
    client = visit(mail[0], stepped_up(mail[0], cast.supervisor, Act.CHANGE_NUMBER))
    add_address(client, cast)

    answer = add_address(client, cast, "soleil@LILAS.example")

    assert answer.status_code == 422
    assert "Cette adresse est déjà notée" in text(answer)


def test_no_mail_server_no_address_is_asked_for(deps, cast):
    page = text(visit(deps, cast.supervisor).get(f"/practice/{cast.lilas}"))

    assert '<option value="sms"' in page
    assert '<option value="email"' not in page
