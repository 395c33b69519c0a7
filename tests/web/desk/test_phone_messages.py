"""The practitioner's inbox and one message on the phone."""

import re

import pytest

from telesec.calls import service as calls
from telesec.calls.rules import Source
from telesec.calls.service import OpenCall
from telesec.desk import phone_routes
from telesec.foundation.ids import new_id
from telesec.messages import reads as messages
from telesec.messages import service as letters
from telesec.messages.service import FileMessage
from telesec.testing.cast import BRUNO_PHONE
from telesec.testing.pages import page_client
from telesec.triage import service as triage
from telesec.triage.levels import Level
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import Given
from telesec.triage.service import AnswerQuestion, StartTriage


def phone(deps, who):
    return page_client(deps, who, phone_routes.blueprint)


def text(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def routine(filed):
    return filed(Level.SAME_DAY, "Résultats arrivés, veut savoir s'il faut revenir.")


def test_inbox_lists_my_messages(deps, cast, routine, filed):
    filed(Level.ROUTINE, "Pour l'autre médecin.", to=cast.dr_soleil_id)

    page = text(phone(deps, cast.dr_lune).get("/phone/messages"))

    assert "Résultats arrivés" in page
    assert "autre médecin" not in page


def test_inbox_without_messages_says_so(deps, cast):
    assert "Aucun message n’attend." in text(phone(deps, cast.dr_lune).get("/phone/messages"))


def test_inbox_of_another_practice_does_not_exist(deps, cast, routine):
    assert phone(deps, cast.dr_iris).get(f"/phone/messages?practice={cast.lilas}").status_code == 404


@pytest.mark.parametrize("role", ["ada", "manager", "stranger"])
def test_inbox_is_closed_to_others(deps, cast, role):
    assert phone(deps, getattr(cast, role)).get("/phone/messages").status_code == 403


def test_supervisor_who_is_no_practitioner_has_no_inbox(deps, cast):
    assert phone(deps, cast.supervisor).get("/phone/messages").status_code == 404


def test_letter_opened_is_marked_read(deps, cast, routine, audited):
    answer = phone(deps, cast.dr_lune).get(f"/phone/messages/{routine.id}")

    assert "Résultats arrivés" in text(answer)
    with deps.unit_of_work(cast.ada) as uow:
        assert messages.message(uow, cast.lilas, routine.id).read_at is not None
    assert "message.view" in audited()


def test_letter_of_another_practice_does_not_exist(deps, cast, routine):
    assert phone(deps, cast.dr_iris).get(f"/phone/messages/{routine.id}").status_code == 404
    assert phone(deps, cast.dr_lune).get(f"/phone/messages/{new_id()}").status_code == 404


def test_letter_is_closed_to_secretaries(deps, cast, routine):
    assert phone(deps, cast.ada).get(f"/phone/messages/{routine.id}").status_code == 403


def test_handled_message_leaves_the_list(deps, cast, routine):
    client = phone(deps, cast.dr_lune)

    answer = client.post(f"/phone/messages/{routine.id}/handled")

    assert answer.status_code == 303
    assert "Résultats" not in text(client.get("/phone/messages"))
    assert "Résultats" in text(client.get("/phone/messages?folder=handled"))


def test_handled_is_refused_to_a_secretary(deps, cast, routine):
    assert phone(deps, cast.ada).post(f"/phone/messages/{routine.id}/handled").status_code == 403


@pytest.fixture
def triaged(deps, cast):
    """A message filed from a call whose triage ended at the 15."""
    with deps.unit_of_work(cast.ada) as uow:
        _, call_id = calls.open_call(uow, OpenCall(cast.lilas, "", BRUNO_PHONE, Source.API))
        asked = StartTriage(cast.lilas, PatientFacts(), "", "mal à la poitrine", call_id)
        view = triage.start(uow, deps.library, asked)
        view = triage.answer(uow, deps.library, AnswerQuestion(view.id, view.question.id, Given.YES))
        command = FileMessage(
            cast.lilas, cast.dr_lune_id, Level.DOCTOR_NOW, "A mal.", BRUNO_PHONE, True, call_id=call_id
        )
        done = letters.file_message(uow, command)
        uow.commit()
    return done, view


def test_the_level_deserved_is_one_tap(deps, cast, on_call, triaged, audited):
    message, view = triaged
    client = page_client(deps, cast.dr_lune, phone_routes.blueprint)
    path = f"/phone/messages/{message.id}"
    assert "Que méritait cet appel" in client.get(path).get_data(as_text=True)

    answer = client.post(f"/phone/triage/{view.id}/level", data={"level": "same_day", "back": path})

    assert answer.location == path
    page = client.get(path).get_data(as_text=True)
    assert "Votre réponse est gardée" in page
    assert re.findall(r'value="(\w+)" aria-pressed="true"', page) == ["same_day"]
    assert "triage.mark" in audited()


@pytest.mark.parametrize(("level", "status"), [("", 422), ("moon", 422)])
def test_a_level_that_is_none_is_refused(deps, cast, on_call, triaged, level, status):
    client = page_client(deps, cast.dr_lune, phone_routes.blueprint)

    assert client.post(f"/phone/triage/{triaged[1].id}/level", data={"level": level}).status_code == status


def test_after_a_level_no_other_site_is_opened(deps, cast, on_call, triaged):
    client = page_client(deps, cast.dr_lune, phone_routes.blueprint)

    answer = client.post(
        f"/phone/triage/{triaged[1].id}/level", data={"level": "same_day", "back": "//evil.example"}
    )

    assert answer.location == "/"
