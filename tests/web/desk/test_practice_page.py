"""The practice's own page: what it shows to whom, and what may be written on it."""

import re
from datetime import timedelta

import pytest

from telesec.desk import phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes
from telesec.practices import reads as practices
from telesec.practices import service
from telesec.practices.rules import HoursOf, Opening
from telesec.practices.service import WriteInstruction
from telesec.scheduling import flow
from telesec.scheduling.rules import ConflictKind
from telesec.testing.bookable import House
from telesec.testing.calendars import FakeCalendars
from telesec.testing.on_call import order_without_numbers
from telesec.testing.pages import page_client

HALF_HOUR = timedelta(minutes=30)
ROOMS = tuple(
    room.blueprint
    for room in (phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes)
)


def visit(deps, who):
    return page_client(deps, who, *ROOMS)


def text(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def instruction(deps, cast):
    with deps.unit_of_work(cast.dr_lune) as uow:
        made = service.write_instruction(uow, WriteInstruction(cast.lilas, "Pas de visite.", "Dr Lune"))
        uow.commit()
    return made


def known(deps, cast):
    with deps.unit_of_work(cast.ada) as uow:
        return practices.instructions(uow, cast.lilas)


def test_who_has_one_practice_goes_straight_to_it(deps, cast):
    answer = visit(deps, cast.dr_lune).get("/practice")

    assert answer.location == f"/practice/{cast.lilas}"


def test_who_has_several_chooses(deps, cast):
    page = text(visit(deps, cast.supervisor).get("/practice"))

    assert "Cabinet des Lilas" in page
    assert "Cabinet des Glycines" in page


@pytest.mark.parametrize("role", ["dr_lune", "manager", "supervisor"])
def test_page_opens_to_the_practice_and_its_supervisor(deps, cast, role, instruction):
    answer = visit(deps, getattr(cast, role)).get(f"/practice/{cast.lilas}")

    assert answer.status_code == 200
    assert "Pas de visite." in text(answer)


@pytest.mark.parametrize(("role", "status"), [("ada", 403), ("dr_iris", 404), ("stranger", 403)])
def test_page_is_closed_to_others(deps, cast, role, status):
    assert visit(deps, getattr(cast, role)).get(f"/practice/{cast.lilas}").status_code == status


def test_who_is_on_call_is_shown_with_masked_numbers(deps, cast, on_call):
    page = text(visit(deps, cast.dr_lune).get(f"/practice/{cast.lilas}"))

    assert "1. Dr Lune" in page
    assert "+33 •••• 01" in page
    assert "+33639980001" not in page


def test_manager_sees_on_call_and_cover_with_masked_numbers(deps, cast, on_call):
    page = text(visit(deps, cast.manager).get(f"/practice/{cast.lilas}"))

    assert "1. Dr Lune" in page
    assert "+33 •••• 01" in page
    assert "+33639980001" not in page
    assert 'id="cover"' in page
    assert "Changer l’ordre" not in page


def test_nobody_on_call_is_said(deps, cast):
    assert "Personne n’est de garde" in text(visit(deps, cast.dr_lune).get(f"/practice/{cast.lilas}"))


def test_somebody_without_a_verified_number_is_said(deps, cast):
    with deps.unit_of_work(cast.supervisor) as uow:
        order_without_numbers(uow, cast.lilas, [cast.dr_soleil_id])
        uow.commit()

    assert "aucun numéro vérifié" in text(visit(deps, cast.dr_lune).get(f"/practice/{cast.lilas}"))


def test_calendar_says_what_to_do(deps, cast):
    House.build(deps, cast, FakeCalendars(), "memory://lune", lanes=1, rules=True)

    page = text(visit(deps, cast.dr_lune).get(f"/practice/{cast.lilas}"))

    assert "jamais lu" in page
    assert "vérifiez son adresse" in page


def test_figures_count_the_week(deps, cast, urgent):
    page = text(visit(deps, cast.dr_lune).get(f"/practice/{cast.lilas}"))

    assert "<dt>Messages</dt><dd>1</dd>" in page
    assert "<dt>Alertes</dt><dd>1</dd>" in page
    assert "Fièvre" not in page


def test_instruction_is_written_until_a_time_on_the_wall(deps, cast):
    typed = {"text": "Urgences au Dr Soleil.", "kind": "urgent", "until": "2026-11-27T18:00"}

    answer = visit(deps, cast.dr_lune).post(f"/practice/{cast.lilas}/instructions", data=typed)

    assert answer.status_code == 303
    (one,) = known(deps, cast)
    assert (one.text, one.author, one.kind.value) == ("Urgences au Dr Soleil.", "Dr Lune", "urgent")
    assert one.valid_to.isoformat() == "2026-11-27T17:00:00+00:00"


def test_instruction_is_reworded(deps, cast, instruction):
    typed = {"text": "Pas de visite le soir.", "instruction_id": str(instruction), "version": "1"}

    visit(deps, cast.dr_lune).post(f"/practice/{cast.lilas}/instructions", data=typed)

    assert [one.text for one in known(deps, cast)] == ["Pas de visite le soir."]


def test_reworded_meanwhile_is_not_overwritten(deps, cast, instruction):
    typed = {"text": "Autre.", "instruction_id": str(instruction), "version": "9"}

    answer = visit(deps, cast.dr_lune).post(f"/practice/{cast.lilas}/instructions", data=typed)

    assert answer.status_code == 409


@pytest.mark.parametrize(
    "typed", [{"text": ""}, {"text": "x", "kind": "odd"}, {"text": "x", "until": "soon"}]
)
def test_bad_instruction_is_refused(deps, cast, typed):
    answer = visit(deps, cast.dr_lune).post(f"/practice/{cast.lilas}/instructions", data=typed)

    assert answer.status_code == 422


@pytest.mark.parametrize("act", ["confirm", "retire"])
def test_instruction_is_settled(deps, cast, instruction, act, clock):
    clock.advance(days=100)

    visit(deps, cast.dr_lune).post(
        f"/practice/{cast.lilas}/instructions/{instruction}", data={"act": act, "version": "1"}
    )

    left = [one.confirmed_on for one in known(deps, cast)]
    assert left == ([clock.now().date()] if act == "confirm" else [])


@pytest.mark.parametrize("path", ["instructions", "hours", "adopt"])
def test_secretaries_write_nothing_here(deps, cast, path):
    assert visit(deps, cast.ada).post(f"/practice/{cast.lilas}/{path}").status_code == 403


def test_adoption_is_an_act_of_a_practitioner(deps, cast, audited):
    client = visit(deps, cast.dr_lune)
    assert "Adopter le jeu de référence" in text(client.get(f"/practice/{cast.lilas}"))

    client.post(f"/practice/{cast.lilas}/adopt")

    assert "adopté par Dr Lune le 26/11/2026" in text(client.get(f"/practice/{cast.lilas}"))
    assert "protocol.adopt" in audited()


@pytest.mark.parametrize("role", ["manager", "supervisor"])
def test_adoption_is_refused_to_who_is_no_practitioner(deps, cast, role):
    client = visit(deps, getattr(cast, role))

    assert "Adopter le jeu" not in text(client.get(f"/practice/{cast.lilas}"))
    assert client.post(f"/practice/{cast.lilas}/adopt").status_code == 403


def test_hours_are_replaced(deps, cast):
    typed = {"hours_of": "practice", "1a_opens": "08:30", "1a_closes": "12:00", "7b_opens": "14:00"}

    visit(deps, cast.manager).post(f"/practice/{cast.lilas}/hours", data={**typed, "7b_closes": "00:00"})

    with deps.unit_of_work(cast.manager) as uow:
        hours = practices.hours(uow, cast.lilas, HoursOf.PRACTICE)
    assert hours == (Opening(1, 510, 720), Opening(7, 840, 1440))


@pytest.mark.parametrize(
    "typed",
    [
        {"hours_of": "moon"},
        {"hours_of": "phone", "1a_opens": "08:30"},
        {"hours_of": "phone", "1a_opens": "12:00", "1a_closes": "08:00"},
        {"hours_of": "phone", "1a_opens": "half past", "1a_closes": "12:00"},
    ],
)
def test_bad_hours_are_refused(deps, cast, typed):
    assert visit(deps, cast.manager).post(f"/practice/{cast.lilas}/hours", data=typed).status_code == 422


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"1a_opens": "08:30"}, "1a_closes"),
        ({"1a_opens": "12:00", "1a_closes": "08:00"}, "1a_closes"),
        ({"2a_opens": "08:00", "2a_closes": "13:00", "2b_opens": "12:00", "2b_closes": "18:00"}, "2b_opens"),
    ],
)
def test_bad_hours_are_told_at_their_field_and_kept(deps, cast, typed, field):
    answer = visit(deps, cast.manager).post(
        f"/practice/{cast.lilas}/hours", data={"hours_of": "phone", **typed}
    )

    assert re.search(rf'name="{field}"[^>]*aria-invalid="true"[^>]* autofocus', text(answer))
    for name, value in typed.items():
        assert f'name="{name}" value="{value}"' in text(answer)


def test_end_of_an_instruction_before_now_is_told_at_its_field(deps, cast):
    typed = {"text": "Urgences au Dr Soleil.", "until": "2020-01-01T10:00"}

    page = text(visit(deps, cast.manager).post(f"/practice/{cast.lilas}/instructions", data=typed))

    assert re.search(r'name="until"[^>]*aria-invalid="true"', page)
    assert "Urgences au Dr Soleil." in page


def test_instruction_sent_twice_stands_once(deps, cast):
    client, typed = visit(deps, cast.manager), {"text": "Sport : passer à l’accueil."}

    first = client.post(f"/practice/{cast.lilas}/instructions", data=typed)
    second = client.post(f"/practice/{cast.lilas}/instructions", data=typed)

    assert (first.status_code, second.status_code) == (303, 303)
    assert [one.text for one in known(deps, cast)] == ["Sport : passer à l’accueil."]


def test_manager_records_an_absence_of_a_practitioner_and_ends_it(deps, cast):
    client = visit(deps, cast.manager)
    typed = {"who": str(cast.dr_lune_id), "first": "2030-01-07T08:00", "last": "2030-01-11T19:00"}

    client.post(f"/practice/{cast.lilas}/absences", data=typed)
    with deps.unit_of_work(cast.manager) as uow:
        (away,) = practices.absences(uow, cast.lilas)
    client.post(f"/practice/{cast.lilas}/absences/{away.id}/end")

    assert away.practitioner_id == cast.dr_lune_id
    with deps.unit_of_work(cast.manager) as uow:
        assert practices.absences(uow, cast.lilas) == ()


def test_absence_that_ends_before_it_starts_is_told_at_its_field(deps, cast):
    typed = {
        "who": "practice",
        "first": "2030-01-11T08:00",
        "last": "2030-01-07T19:00",
        "says": "Voir le 116 117",
    }

    page = text(visit(deps, cast.manager).post(f"/practice/{cast.lilas}/absences", data=typed))

    assert re.search(r'name="last"[^>]*aria-invalid="true"', page)
    assert "Voir le 116 117" in page


def test_order_with_somebody_twice_is_refused(deps, cast):
    twice = {"person": [str(cast.dr_lune_id), str(cast.dr_lune_id)]}

    assert visit(deps, cast.supervisor).post(f"/practice/{cast.lilas}/on-call", data=twice).status_code == 422


def test_practitioner_of_another_practice_cannot_be_on_call(deps, cast):
    answer = visit(deps, cast.supervisor).post(
        f"/practice/{cast.lilas}/on-call", data={"person": str(cast.dr_iris_id)}
    )

    assert answer.status_code == 404


@pytest.mark.parametrize("role", ["ada", "dr_lune", "manager"])
@pytest.mark.parametrize("path", ["on-call", "contacts"])
def test_who_is_on_call_is_set_by_supervisors(deps, cast, role, path):
    assert visit(deps, getattr(cast, role)).post(f"/practice/{cast.lilas}/{path}").status_code == 403


@pytest.mark.parametrize("role", ["dr_lune", "manager"])
@pytest.mark.parametrize(
    ("kind", "shift", "says"),
    [
        ("moved", HALF_HOUR, "ven. 27 9:00 pour le secrétariat, ven. 27 9:30 dans cet agenda"),
        ("vanished", None, "Noté pour ven. 27 9:00 par le secrétariat, disparu de cet agenda"),
        ("refused", None, "Cet agenda a refusé ven. 27 9:00 après l’appel"),
    ],
)
def test_what_a_calendar_says_otherwise_stands_under_it_without_a_name(deps, cast, role, kind, shift, says):
    house = House.build(deps, cast, FakeCalendars(), "memory://lune", lanes=1, rules=True)
    card = flow.book(house.deps, house.ada, house.booking())
    house.dispute(card, ConflictKind(kind), shift)

    page = text(visit(house.deps, getattr(cast, role)).get(f"/practice/{cast.lilas}"))

    assert page.count(says) == 1
    assert house.booking().family_name not in page.replace("Cabinet des Lilas", "")
