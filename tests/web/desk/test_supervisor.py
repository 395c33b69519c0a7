"""The supervisor's red list, one alert, the people; the wall."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from telesec.accounts import reads as accounts
from telesec.accounts import service as people_service
from telesec.accounts.models import Membership
from telesec.accounts.service import CreatePerson
from telesec.accounts.step_up import Act
from telesec.alerts import flow
from telesec.alerts import service as alerts
from telesec.alerts.service import Acknowledge
from telesec.callbacks import service as callbacks
from telesec.callbacks.service import OpenCallback
from telesec.calls import service as calls
from telesec.calls.service import Ring
from telesec.desk import phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes
from telesec.foundation.access import Role
from telesec.foundation.ids import new_id
from telesec.messages import reads as messages
from telesec.practices import service as practices
from telesec.practices.service import SetAbsence
from telesec.testing.cast import BRUNO_PHONE
from telesec.testing.channels import Fault
from telesec.testing.logins import stepped_up
from telesec.testing.pages import page_client
from telesec.vault import keyring

ROOMS = tuple(
    room.blueprint
    for room in (phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes)
)


def supervise(deps, who):
    return page_client(deps, who, *ROOMS)


def text(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def person(deps, cast):
    with deps.unit_of_work(cast.supervisor) as uow:
        made = people_service.create_person(uow, CreatePerson("nour@telesec.example", "Nour", Role.SECRETARY))
        uow.commit()
    return made


def test_board_without_trouble_says_so(deps, cast):
    page = text(supervise(deps, cast.supervisor).get("/supervisor"))

    assert "Chaque alerte a été prise" in page
    assert "Tout est arrivé, et chaque message urgent a été lu." in page


@pytest.fixture
def own_key_file(deps, tmp_path):
    """The parts with master keys in a file of this test alone, and that file."""
    path = tmp_path / "own master.key"
    path.write_bytes(deps.settings.master_key_file.read_bytes())
    path.chmod(0o400)
    own = deps.with_parts(keys=keyring.from_file(path))
    yield own, path
    own.keys.wipe()


@pytest.mark.parametrize("ill", ["missing", "open to others", "another key"])
def test_board_says_that_the_key_file_is_lost_and_what_to_type(own_key_file, cast, ill):
    deps, path = own_key_file
    browser = supervise(deps, cast.supervisor)
    well = text(browser.get("/supervisor"))
    good = path.read_bytes()
    path.unlink()
    if ill == "another key":
        keyring.generate_file(path)
    elif ill == "open to others":
        path.write_bytes(good)
        path.chmod(0o644)

    page = text(browser.get("/supervisor"))

    said = "a été remplacé" if ill == "another key" else "manque ou est ouvert à d’autres"
    assert "fichier de clé maîtresse" not in well
    assert f"Le fichier de clé maîtresse {said}" in page
    assert "Demandez à l’exploitant de taper\u00a0: telesec doctor" in page


def test_board_shows_the_red_list_without_content(deps, cast, red):
    page = text(supervise(deps, cast.supervisor).get("/supervisor"))

    assert f"/supervisor/alerts/{red.alert_id}" in page
    assert "Cabinet des Lilas" in page
    assert "Fièvre" not in page


def test_board_tells_the_hours_in_which_nobody_is_reached(deps, cast, clock, on_call):
    with deps.unit_of_work(cast.supervisor) as uow:
        for who in (cast.dr_lune_id, cast.dr_soleil_id):
            start = clock.now() + timedelta(days=1)
            end = start + timedelta(minutes=90)
            practices.set_absence(uow, SetAbsence(cast.lilas, start, end, "Ada", practitioner_id=who))
        uow.commit()

    page = text(supervise(deps, cast.supervisor).get("/supervisor"))

    assert "ven. 27 10:00 à ven. 27 11:30" in page
    assert "personne n’est de garde" in page  # Glycines has set nobody


def test_board_shows_what_still_calls(deps, cast, urgent):
    assert "étape suivante dans" in text(supervise(deps, cast.supervisor).get("/supervisor"))


def test_board_shows_failed_attempts(deps, cast, on_call, filed, phones):
    phones.sms.fail(Fault.REFUSED)
    filed()
    flow.deliver(deps)

    assert "SMS, échec" in text(supervise(deps, cast.supervisor).get("/supervisor"))


def test_board_shows_late_callbacks_and_unread_messages(deps, cast, clock, urgent):
    with deps.unit_of_work(cast.ada) as uow:
        callbacks.open_callback(uow, OpenCallback(cast.lilas, BRUNO_PHONE, clock.now()))
        uow.commit()
    clock.advance(minutes=40)

    page = text(supervise(deps, cast.supervisor).get("/supervisor"))

    assert "en retard de 40" in page
    assert "message non lu" in page
    assert "06 39" not in page


@pytest.mark.parametrize("path", ["/supervisor", "/supervisor/people", "/wall", "/wall/board"])
@pytest.mark.parametrize("role", ["ada", "dr_lune", "manager", "stranger"])
def test_pages_are_for_supervisors(deps, cast, path, role):
    assert supervise(deps, getattr(cast, role)).get(path).status_code == 403


def test_alert_opens_with_what_is_known(deps, cast, red, audited):
    page = text(supervise(deps, cast.supervisor).get(f"/supervisor/alerts/{red.alert_id}"))

    assert "Fièvre 39,2" in page
    assert "06 39 98 00 10" in page
    assert {"alert.view", "message.view"} <= set(audited())


def test_alert_opened_by_a_supervisor_is_not_marked_read(deps, cast, red):
    supervise(deps, cast.supervisor).get(f"/supervisor/alerts/{red.alert_id}")

    with deps.unit_of_work(cast.supervisor) as uow:
        assert messages.message(uow, cast.lilas, red.id).read_at is None


def test_close_takes_it_off_the_red_list(deps, cast, red):
    client = supervise(deps, cast.supervisor)

    answer = client.post(
        f"/supervisor/alerts/{red.alert_id}/close", data={"reason": "Dr Soleil joint au cabinet."}
    )

    assert answer.status_code == 303
    assert "Chaque alerte a été prise" in text(client.get("/supervisor"))


def test_close_wants_a_reason(deps, cast, red):
    answer = supervise(deps, cast.supervisor).post(f"/supervisor/alerts/{red.alert_id}/close")

    assert answer.status_code == 422


def test_close_is_refused_while_it_still_calls(deps, cast, urgent):
    answer = supervise(deps, cast.supervisor).post(
        f"/supervisor/alerts/{urgent.alert_id}/close", data={"reason": "Réglé."}
    )

    assert answer.status_code == 409
    assert "Elle appelle encore." in text(answer)


def test_a_reason_typed_while_somebody_took_the_alert_is_kept(deps, cast, red):
    with deps.unit_of_work(cast.dr_soleil) as uow:
        alerts.acknowledge(uow, Acknowledge(red.alert_id))
        uow.commit()

    answer = supervise(deps, cast.supervisor).post(
        f"/supervisor/alerts/{red.alert_id}/close", data={"reason": "Dr Soleil joint <au> cabinet."}
    )

    assert answer.status_code == 409
    assert "readonly>Dr Soleil joint &lt;au&gt; cabinet.</textarea>" in text(answer)


@pytest.mark.parametrize("role", ["ada", "dr_lune"])
def test_close_is_for_supervisors(deps, cast, red, role):
    answer = supervise(deps, getattr(cast, role)).post(
        f"/supervisor/alerts/{red.alert_id}/close", data={"reason": "Réglé."}
    )

    assert answer.status_code == 403


def test_people_are_listed_with_their_state(deps, cast, person):
    page = text(supervise(deps, cast.supervisor).get("/supervisor/people"))

    assert "Nour" in page
    assert "pas encore inscrit" in page


NINA = {"display_name": "Nina", "email": "nina@telesec.example", "role": "practitioner"}


def test_person_added_serves_the_practices_and_gets_a_link(deps, cast):
    typed = {**NINA, "practice": [str(cast.lilas)], "practitioner": str(cast.dr_soleil_id)}

    assert supervise(deps, cast.supervisor).post("/supervisor/people", data=typed).status_code == 422
    proven = stepped_up(deps, cast.supervisor, Act.MANAGE_PEOPLE)
    answer = supervise(deps, proven).post("/supervisor/people", data=typed)

    assert "http://localhost:8000/enrol/" in text(answer)
    with deps.unit_of_work(cast.supervisor) as uow:
        (found,) = uow.session.scalars(select(Membership).where(Membership.practitioner_id.is_not(None)))
    assert (found.practice_id, found.role, found.practitioner_id) == (
        cast.lilas,
        "practitioner",
        cast.dr_soleil_id,
    )


@pytest.mark.parametrize(
    ("change", "status"),
    [({"email": "nina"}, 422), ({"display_name": " "}, 422), ({"role": "operator"}, 422)],
)
def test_person_with_a_fault_is_refused(deps, cast, change, status):
    answer = supervise(deps, cast.supervisor).post("/supervisor/people", data={**NINA, **change})

    assert answer.status_code == status


def test_person_for_a_practice_of_others_is_refused(deps, cast):
    typed = {**NINA, "practice": [str(new_id())]}

    assert supervise(deps, cast.supervisor).post("/supervisor/people", data=typed).status_code == 404


def test_person_is_not_added_by_a_secretary(deps, cast):
    assert supervise(deps, cast.ada).post("/supervisor/people", data=NINA).status_code == 403


def test_link_is_shown_once(deps, cast, person):
    asked = supervise(deps, cast.supervisor).post(f"/supervisor/people/{person}/link")
    proven = stepped_up(deps, cast.supervisor, Act.MANAGE_PEOPLE)
    answer = supervise(deps, proven).post(f"/supervisor/people/{person}/link")

    assert asked.status_code == 422
    assert "Tapez le code" in text(asked)
    assert "http://localhost:8000/enrol/" in text(answer)
    assert answer.headers["Cache-Control"] == "no-store"


def test_link_of_nobody_is_not_found(deps, cast):
    path = f"/supervisor/people/{cast.lilas}/link"

    assert supervise(deps, cast.supervisor).post(path).status_code == 404


def test_disabled_person_is_shut_out(deps, cast, person):
    answer = supervise(deps, cast.supervisor).post(f"/supervisor/people/{person}/disable")

    assert answer.status_code == 303
    with deps.unit_of_work(cast.supervisor) as uow:
        assert [one.disabled for one in accounts.people(uow) if one.id == person] == [True]


@pytest.mark.parametrize("act", ["link", "disable"])
def test_people_are_managed_by_supervisors_only(deps, cast, person, act):
    assert supervise(deps, cast.ada).post(f"/supervisor/people/{person}/{act}").status_code == 403


def test_wall_shows_figures_and_no_names(deps, cast, clock, red):
    with deps.unit_of_work(cast.ada) as uow:
        calls.ring(uow, Ring(cast.lilas, None, "ring-1", BRUNO_PHONE))
        uow.commit()
    clock.advance(seconds=45)

    page = text(supervise(deps, cast.supervisor).get("/wall"))

    assert "Alertes rouges" in page
    assert "45" in page
    assert "Fièvre" not in page
    assert "06 39" not in page


def test_wall_singles_out_who_must_be_called_after_a_red_flag(deps, cast, clock):
    with deps.unit_of_work(cast.ada) as uow:
        for number, vital in ((BRUNO_PHONE, True), ("+33639980012", False)):
            callbacks.open_callback(uow, OpenCallback(cast.lilas, number, clock.now(), vital=vital))
        uow.commit()

    part = text(supervise(deps, cast.supervisor).get("/wall/board"))

    urgent = part.partition('class="human"')[2].partition("</ol>")[0]
    assert urgent.count("À rappeler après un signe d’alerte") == 1
    promised = part.partition('class="states"')[2].partition("</ul>")[0]
    assert promised.count("Cabinet des Lilas") == 1
    assert 'Rappels promis <span class="count">1</span>' in part


def test_wall_is_read_again_without_the_page_around(deps, cast):
    part = text(supervise(deps, cast.supervisor).get("/wall/board"))

    assert "<html" not in part
    assert "Rien à traiter tout de suite." in part
