"""A refused form comes back with what was typed, and says why beside the field, in the reader's language."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from telesec.alerts import contacts
from telesec.app import create_app
from telesec.desk import phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes
from telesec.practices import reads as practices
from telesec.testing.logins import browser_as
from telesec.testing.pages import page_client

ROOMS = tuple(
    room.blueprint
    for room in (phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes)
)
LONG = "é" * 50_000


def visit(deps, who):
    return page_client(deps, who, *ROOMS)


def sent(deps, reader, path, **form):
    answer = visit(deps, reader).post(path, data=form)
    return answer.status_code, answer.get_data(as_text=True)


def beside(page, field):
    return f'role="alert" id="wrong-{field}"' in page and f'aria-describedby="wrong-{field}"' in page


def test_absence_that_ends_before_it_starts_keeps_its_words(deps, cast):
    path = f"/phone/day/{cast.lilas}/absence"
    typed = {
        "first": "2026-12-03T09:00",
        "last": "2026-12-02T09:00",
        "says": "Voir Dr Soleil.",
        "who": "practice",
    }

    status, page = sent(deps, cast.dr_lune, path, **typed)

    assert status == 422
    assert 'value="2026-12-03T09:00"' in page
    assert 'value="Voir Dr Soleil."' in page
    assert '<option value="practice" selected>' in page
    assert beside(page, "last")
    assert "La fin doit" in page


def test_absence_whose_time_nobody_can_read_says_so(deps, cast):
    status, page = sent(deps, cast.dr_lune, f"/phone/day/{cast.lilas}/absence", first="demain", last="")

    assert (status, beside(page, "first"), 'value="demain"' in page) == (422, True, True)


def test_absence_with_far_too_many_words_loses_none(deps, cast):
    status, page = sent(deps, cast.dr_lune, f"/phone/day/{cast.lilas}/absence", says=LONG)

    assert status == 422
    assert beside(page, "says")
    assert LONG in page


def test_delay_nobody_offers_is_refused_on_the_page(deps, cast):
    status, page = sent(deps, cast.dr_lune, f"/phone/day/{cast.lilas}/late", minutes="7")

    assert (status, 'id="wrong-minutes"' in page) == (422, True)


def test_hours_come_back_as_typed(deps, cast):
    typed = {"hours_of": "phone", "1a_opens": "12:00", "1a_closes": "08:00", "2a_opens": "09:15"}

    status, page = sent(deps, cast.manager, f"/practice/{cast.lilas}/hours", **typed)

    assert status == 422
    assert 'name="1a_opens" value="12:00"' in page
    assert 'name="2a_opens" value="09:15"' in page
    assert page.count('role="alert"') == 1


def test_on_call_order_comes_back_as_chosen(deps, cast):
    twice = [str(cast.dr_soleil_id), str(cast.dr_soleil_id)]

    answer = visit(deps, cast.supervisor).post(f"/practice/{cast.lilas}/on-call", data={"person": twice})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert page.count(f'<option value="{cast.dr_soleil_id}" selected>') == 2
    assert "Nommez chaque personne" in page


def test_contact_comes_back_as_typed(deps, cast):
    typed = {
        "practitioner_id": str(cast.dr_soleil_id),
        "channel": "voice",
        "address": "douze",
    }

    status, page = sent(deps, cast.supervisor, f"/practice/{cast.lilas}/contacts", **typed)

    assert status == 422
    assert 'value="douze"' in page
    assert beside(page, "address")
    assert '<option value="voice" selected>' in page


def test_instruction_too_long_is_kept(deps, cast):
    path = f"/practice/{cast.lilas}/instructions"

    status, page = sent(deps, cast.dr_lune, path, text=LONG, kind="absence", until="2026-12-02T09:00")

    assert status == 422
    assert LONG in page
    assert beside(page, "text")
    assert '<option value="absence" selected>' in page


@pytest.mark.parametrize(
    ("field", "wrong"), [("display_name", " "), ("display_name", LONG), ("email", "ines"), ("email", LONG)]
)
def test_person_comes_back_as_typed(deps, cast, field, wrong):
    typed = {"display_name": "Inès D'Aubigné", "email": "ines@lilas.example", "role": "secretary"}

    status, page = sent(
        deps, cast.supervisor, "/supervisor/people", practice=str(cast.lilas), **typed | {field: wrong}
    )

    assert status == 422
    assert beside(page, field)
    assert f'value="{cast.lilas}" checked' in page
    assert "Inès D&#39;Aubigné" in page or field == "display_name"


def test_refusal_speaks_the_readers_language(deps, cast):
    path = f"/phone/day/{cast.lilas}/late"

    _, page = sent(deps, replace(cast.dr_lune, language="en"), path, minutes="7")

    assert "Choose one of the delays." in page


def test_absence_sent_twice_is_one(deps, cast):
    client, path = visit(deps, cast.dr_lune), f"/phone/day/{cast.lilas}/absence"
    for _ in range(2):
        assert client.post(path, data={"says": "Voir Dr Soleil."}).status_code == 303

    with deps.unit_of_work(cast.dr_lune) as uow:
        assert len(practices.absences(uow, cast.lilas)) == 1


def test_absence_sent_twice_at_once_is_one(deps, cast):
    clients, path = [visit(deps, cast.dr_lune) for _ in range(4)], f"/phone/day/{cast.lilas}/absence"
    together = threading.Barrier(len(clients))

    def send(client):
        together.wait()
        return client.post(path, data={"says": "Voir Dr Soleil."}).status_code

    with ThreadPoolExecutor(len(clients)) as pool:
        assert set(pool.map(send, clients)) == {303}

    with deps.unit_of_work(cast.dr_lune) as uow:
        assert len(practices.absences(uow, cast.lilas)) == 1


def test_absence_said_again_later_is_another(deps, cast, clock):
    client, path = visit(deps, cast.dr_lune), f"/phone/day/{cast.lilas}/absence"
    client.post(path, data={"says": "Voir Dr Soleil.", "last": "2026-12-02T09:00"})
    clock.advance(minutes=2)
    client.post(path, data={"says": "Voir Dr Soleil.", "last": "2026-12-02T09:00"})

    with deps.unit_of_work(cast.dr_lune) as uow:
        assert len(practices.absences(uow, cast.lilas)) == 2


def test_on_call_sent_twice_is_set_once(deps, cast, on_call):
    client = visit(deps, cast.supervisor)
    for _ in range(2):
        client.post(f"/practice/{cast.lilas}/on-call", data={"person": [str(cast.dr_lune_id)]})

    with deps.unit_of_work(cast.supervisor) as uow:
        assert contacts.order_of_duty(uow, cast.lilas) == (cast.dr_lune_id,)


def test_character_no_database_holds_is_a_sentence_and_no_failure(deps, cast):
    browser = browser_as(deps, create_app(deps), cast.dr_lune)

    answer = browser.post(f"/practice/{cast.lilas}/instructions", {"text": "Pas de\x00visite."})

    assert answer.status_code == 422
    assert "caractère" in answer.text
