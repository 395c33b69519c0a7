"""The checklist page: a practice founded, each step typed, refusals beside their fields."""

from uuid import UUID

import pytest

from telesec.desk import practice_routes, protocol_routes, supervisor_routes, wall_routes
from telesec.foundation.access import Actor, Purpose, Role, system_actor
from telesec.hooks import AppointmentTypeTemplate, Sector
from telesec.onboarding import routes
from telesec.practices import reads as practices
from telesec.testing.calendars import FakeCalendars
from telesec.testing.logins import known
from telesec.testing.on_call import lilas_phones, put_on_call, with_phones
from telesec.testing.pages import page_client

ROOMS = tuple(
    room.blueprint for room in (routes, practice_routes, protocol_routes, supervisor_routes, wall_routes)
)
KINE = Sector(
    "kine", "Kiné", "Physio", (AppointmentTypeTemplate("seance", "Séance", "Session", 30),), lanes=3
)


@pytest.fixture
def deps(deps, clock):
    made = deps.with_parts(calendars=FakeCalendars(clock.now), sectors=(KINE,))
    return with_phones(made, lilas_phones())


@pytest.fixture
def browser(deps, cast):
    with deps.unit_of_work(system_actor(Purpose.SETUP, *cast.supervisor.practice_ids)) as uow:
        known(uow, cast.supervisor)
        uow.commit()
    return page_client(deps, cast.supervisor, *ROOMS)


def text(answer):
    return answer.get_data(as_text=True)


def founded(deps, browser, cast, **form):
    """Found a practice and return a browser of its supervisor and its address."""
    typed = {
        "name": "Cabinet des Iris",
        "time_zone": "Europe/Paris",
        "language": "fr",
        "sector": "kine",
        **form,
    }
    answer = browser.post("/onboarding", data=typed)
    assert answer.status_code == 303, text(answer)
    place = answer.headers["Location"]
    here = place.rsplit("/", 1)[1]
    who = cast.supervisor
    again = Actor(who.role, who.person_id, {**who.memberships, UUID(here): Role.SUPERVISOR})
    return page_client(deps, again, *ROOMS), place


def test_a_practice_is_founded_and_served_by_its_founder(deps, browser, cast):
    mine, place = founded(deps, browser, cast)

    page = text(mine.get(place))

    assert "Cabinet des Iris" in page
    assert "Pas encore prêt pour les appels" in page
    assert "Aucun praticien pour l’instant." in page
    assert "Étapes faites : 0 sur 10" in page
    listed = text(mine.get("/onboarding"))
    assert listed.count("Étapes faites : 0 sur 10") == 1
    assert "Ensuite : Praticiens" in listed


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": " "}, "Écrivez entre 1 et"),
        ({"time_zone": "Mars/Olympus"}, "fuseau horaire"),
        ({"sector": "magie"}, "Choisissez"),
        ({"language": "xx"}, "Choisissez"),
    ],
)
def test_a_practice_that_cannot_be_founded_comes_back_as_typed(browser, change, told):
    typed = {"name": "Iris", "time_zone": "Europe/Paris", "language": "fr", "sector": "kine"}

    answer = browser.post("/onboarding", data={**typed, **change})

    assert answer.status_code == 422
    assert told in text(answer)


def test_steps_are_typed_and_show_as_done(deps, browser, cast):
    mine, place = founded(deps, browser, cast)

    for step, form in (
        ("practitioners", {"display_name": "Mme Iris", "profession": "physiotherapist"}),
        ("line", {"number": "01 99 00 00 09"}),
        ("types/sector", {}),
        ("types", {"name": "Bilan", "minutes": "45"}),
    ):
        assert mine.post(f"{place}/{step}", data=form).status_code == 303, step

    page = text(mine.get(place))
    assert "Mme Iris" in page
    assert "01 99 00 00 09" in page
    assert "Séance (30 min)" in page
    assert "Bilan (45 min)" in page
    assert "Étapes faites : 3 sur 10" in page
    assert 'name="lanes" type="number" min="1" max="20" value="3"' in page


@pytest.mark.parametrize(
    ("step", "form", "told"),
    [
        ("practitioners", {"display_name": "Dr Mars", "rpps": "123"}, "Vérifiez le numéro RPPS"),
        ("line", {"number": "12"}, "Vérifiez le numéro de téléphone."),
        ("line", {"number": "01 99 00 00 02"}, "appartient déjà à une ligne"),
        ("types", {"name": "Bilan", "minutes": "2"}, "entre 5 et 480"),
        ("types", {"name": "Bilan", "minutes": "20", "release_hours": "2"}, "1 à 72 heures avant"),
        ("calendars", {"url": "agenda"}, "Choisissez un praticien."),
        ("test-call", {}, "Mettez d’abord de garde"),
    ],
)
def test_a_refused_step_comes_back_with_what_was_typed(browser, cast, step, form, told):
    answer = browser.post(f"/onboarding/{cast.lilas}/{step}", data=form)

    assert answer.status_code in {409, 422}
    assert told in text(answer)
    assert all(f'value="{value}"' in text(answer) for value in form.values())


def test_calendar_is_connected_tested_and_given_hours(deps, browser, cast):
    typed = {
        "practitioner": str(cast.dr_lune_id), "calendar_kind": "memory", "url": "https://a.exemple/l",
        "user": "lune", "secret": "geheim", "lanes": "1",
    }  # fmt: skip
    bad = browser.post(f"/onboarding/{cast.lilas}/calendars", data={**typed, "url": "a.exemple"})
    good = browser.post(f"/onboarding/{cast.lilas}/calendars", data=typed)
    page = text(browser.get(f"/onboarding/{cast.lilas}"))
    schedule = page.split(f"/onboarding/{cast.lilas}/calendars/")[1].split("/")[0]
    again = browser.post(f"/onboarding/{cast.lilas}/calendars/{schedule}/test")
    hours = browser.post(
        f"/onboarding/{cast.lilas}/calendars/{schedule}/hours",
        data={"day": ["1", "2"], "a_opens": "09:00", "a_closes": "12:00"},
    )

    assert (bad.status_code, good.status_code, again.status_code, hours.status_code) == (422, 303, 303, 303)
    assert "Donnez l’adresse entière" in text(bad)
    assert "geheim" not in text(bad) + page
    assert "écrit, relu et retiré" in page
    assert "2 plages par semaine" in text(browser.get(f"/onboarding/{cast.lilas}"))


def test_a_type_is_kept_for_urgent_calls_with_hours_of_its_own(deps, browser, cast):
    typed = {
        "practitioner": str(cast.dr_lune_id), "calendar_kind": "memory", "url": "https://a.exemple/l",
        "user": "lune", "secret": "geheim", "lanes": "1",
    }  # fmt: skip
    kept = {"name": "Urgence", "minutes": "15", "min_level": "same_day", "release_hours": "2"}
    browser.post(f"/onboarding/{cast.lilas}/calendars", data=typed)
    browser.post(f"/onboarding/{cast.lilas}/types", data=kept)
    page = text(browser.get(f"/onboarding/{cast.lilas}"))
    schedule = page.split(f"/onboarding/{cast.lilas}/calendars/")[1].split("/")[0]
    hours = f"/onboarding/{cast.lilas}/calendars/{schedule}/hours"
    type_id = page.split('<option value="">tous les motifs</option><option value="')[1].split('"')[0]

    browser.post(hours, data={"day": ["1", "2"], "a_opens": "09:00", "a_closes": "12:00"})
    browser.post(
        hours,
        data={"appointment_type": type_id, "day": ["1"], "a_opens": "11:00", "a_closes": "12:00"},
    )

    assert "Urgence (15 min, réservé aux appels du jour et plus urgents)" in page
    assert "3 plages par semaine" in text(browser.get(f"/onboarding/{cast.lilas}"))


def test_test_call_rings_and_says_since_when(deps, browser, cast):
    put_on_call(deps, cast)

    assert browser.post(f"/onboarding/{cast.lilas}/test-call").status_code == 303

    page = text(browser.get(f"/onboarding/{cast.lilas}"))
    assert "Sonne depuis 10:00." in page


def test_founder_actor_is_not_given_other_practices(deps, browser, cast):
    founded(deps, browser, cast)

    with deps.unit_of_work(cast.supervisor) as uow:
        assert {card.name for card in practices.practices(uow)} == {
            "Cabinet des Lilas",
            "Cabinet des Glycines",
        }


@pytest.mark.parametrize("role", ["ada", "dr_lune", "manager", "operator", "stranger"])
def test_setting_up_is_for_supervisors(deps, cast, role):
    client = page_client(deps, getattr(cast, role), *ROOMS)

    assert client.get("/onboarding").status_code == 403
    assert client.get(f"/onboarding/{cast.lilas}").status_code in {403, 404}
