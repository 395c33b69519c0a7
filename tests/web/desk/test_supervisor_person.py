"""One person as the supervisor sees them: practices served, and what their leaving would leave behind."""

import pytest
from sqlalchemy import select

from telesec.accounts import members
from telesec.accounts import service as people
from telesec.accounts.models import LoginSession
from telesec.accounts.service import AddMembership, CreatePerson
from telesec.accounts.step_up import Act
from telesec.alerts import contacts
from telesec.desk import phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes
from telesec.foundation.access import Role
from telesec.testing.logins import stepped_up
from telesec.testing.pages import page_client

ROOMS = tuple(
    room.blueprint
    for room in (phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes)
)


def supervise(deps, who):
    return page_client(deps, who, *ROOMS)


def text(answer):
    return answer.get_data(as_text=True)


def person(deps, cast, role, practitioner_id=None):
    with deps.unit_of_work(cast.supervisor) as uow:
        made = people.create_person(uow, CreatePerson("nour@telesec.example", "Nour", role))
        people.add_membership(uow, AddMembership(cast.lilas, made, role, practitioner_id))
        uow.commit()
    return made


def test_leaving_shows_that_nobody_else_is_there(deps, cast):
    nour = person(deps, cast, Role.SECRETARY)

    page = text(supervise(deps, cast.supervisor).get(f"/supervisor/people/{nour}"))

    assert "Cabinet des Lilas\N{NO-BREAK SPACE}: personne d’autre n’y est" in page


def test_leaving_shows_the_gap_in_the_on_call_cover(deps, cast, on_call):
    lune = person(deps, cast, Role.PRACTITIONER, cast.dr_lune_id)
    with deps.unit_of_work(cast.supervisor) as uow:
        contacts.set_on_call(uow, cast.lilas, [cast.dr_lune_id])
        uow.commit()

    page = text(supervise(deps, cast.supervisor).get(f"/supervisor/people/{lune}"))

    assert "cette personne y reçoit les appels urgents" in page
    assert "un appel urgent n’atteindrait personne" in page


def test_leaving_takes_a_practitioner_off_call_and_forgets_their_numbers(deps, cast, on_call):
    lune = person(deps, cast, Role.PRACTITIONER, cast.dr_lune_id)

    answer = supervise(deps, cast.supervisor).post(
        f"/supervisor/people/{lune}/disable", data={"off_call": "yes"}
    )

    assert answer.status_code == 303
    with deps.unit_of_work(cast.supervisor) as uow:
        assert contacts.order_of_duty(uow, cast.lilas) == (cast.dr_soleil_id,)
        assert contacts.usable(uow, cast.lilas, [cast.dr_lune_id]) == {}


def test_account_closed_without_the_tick_leaves_the_on_call_order(deps, cast, on_call):
    lune = person(deps, cast, Role.PRACTITIONER, cast.dr_lune_id)

    supervise(deps, cast.supervisor).post(f"/supervisor/people/{lune}/disable")

    with deps.unit_of_work(cast.supervisor) as uow:
        assert contacts.order_of_duty(uow, cast.lilas) == (cast.dr_lune_id, cast.dr_soleil_id)


def test_another_login_of_the_same_practitioner_keeps_the_duty(deps, cast, on_call):
    lune = person(deps, cast, Role.PRACTITIONER, cast.dr_lune_id)
    with deps.unit_of_work(cast.supervisor) as uow:
        second = people.create_person(
            uow, CreatePerson("lune2@telesec.example", "Dr Lune", Role.PRACTITIONER)
        )
        people.add_membership(uow, AddMembership(cast.lilas, second, Role.PRACTITIONER, cast.dr_lune_id))
        uow.commit()

    supervise(deps, cast.supervisor).post(f"/supervisor/people/{lune}/disable", data={"off_call": "yes"})

    with deps.unit_of_work(cast.supervisor) as uow:
        assert contacts.order_of_duty(uow, cast.lilas) == (cast.dr_lune_id, cast.dr_soleil_id)


def test_nobody_shuts_themselves_out(deps, cast):
    me = stepped_up(deps, cast.supervisor, Act.MANAGE_PEOPLE)

    answer = supervise(deps, me).post(f"/supervisor/people/{me.person_id}/disable")

    assert answer.status_code == 422
    assert "votre propre compte" in text(answer)
    with deps.unit_of_work(me) as uow:
        assert uow.session.scalars(select(LoginSession.ended_at)).all() == [None]


def test_practices_served_change_with_the_second_factor_given_anew(deps, cast):
    nour = person(deps, cast, Role.SECRETARY)
    path, typed = f"/supervisor/people/{nour}/practices", {"practice": [str(cast.glycines)]}

    asked = supervise(deps, cast.supervisor).post(path, data=typed)
    proven = stepped_up(deps, cast.supervisor, Act.MANAGE_PEOPLE)
    answer = supervise(deps, proven).post(path, data=typed)

    assert (asked.status_code, answer.status_code) == (422, 303)
    assert f'value="{cast.glycines}" checked' in text(asked)
    with deps.unit_of_work(cast.supervisor) as uow:
        assert set(members.served(uow, nour)) == {cast.glycines}


def test_practitioner_gains_no_practice_by_a_tick(deps, cast):
    lune = person(deps, cast, Role.PRACTITIONER, cast.dr_lune_id)
    proven = stepped_up(deps, cast.supervisor, Act.MANAGE_PEOPLE)

    answer = supervise(deps, proven).post(
        f"/supervisor/people/{lune}/practices", data={"practice": [str(cast.lilas), str(cast.glycines)]}
    )

    assert answer.status_code == 422
    assert "invité pour chaque cabinet" in text(answer)


@pytest.mark.parametrize("role", ["ada", "dr_lune", "manager"])
def test_one_person_is_for_those_who_manage_people(deps, cast, role):
    nour = person(deps, cast, Role.SECRETARY)

    assert supervise(deps, getattr(cast, role)).get(f"/supervisor/people/{nour}").status_code == 403


def test_nobody_is_not_found(deps, cast):
    assert supervise(deps, cast.supervisor).get(f"/supervisor/people/{cast.lilas}").status_code == 404
