"""What a practitioner tells the desk: late, away, still true."""

import pytest

from telesec.desk import phone_routes
from telesec.practices import reads as practices
from telesec.practices import service
from telesec.practices.service import WriteInstruction
from telesec.testing.pages import page_client


def phone(deps, who):
    return page_client(deps, who, phone_routes.blueprint)


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


def away(deps, cast):
    with deps.unit_of_work(cast.ada) as uow:
        return practices.absences(uow, cast.lilas)


def test_late_is_an_instruction_until_midnight(deps, cast):
    answer = phone(deps, cast.dr_lune).post(f"/phone/day/{cast.lilas}/late", data={"minutes": "20"})

    assert answer.status_code == 303
    (one,) = known(deps, cast)
    assert one.text == "Dr Lune a 20 minutes de retard."
    assert one.valid_to.isoformat() == "2026-11-26T23:00:00+00:00"


def test_a_second_delay_takes_the_place_of_the_first(deps, cast):
    for minutes in ("20", "30"):
        phone(deps, cast.dr_lune).post(f"/phone/day/{cast.lilas}/late", data={"minutes": minutes})
    phone(deps, cast.dr_soleil).post(f"/phone/day/{cast.lilas}/late", data={"minutes": "20"})

    told = {one.text for one in known(deps, cast)}
    assert told == {"Dr Lune a 30 minutes de retard.", "Dr Soleil a 20 minutes de retard."}


def test_late_refuses_a_delay_nobody_offered(deps, cast):
    answer = phone(deps, cast.dr_lune).post(f"/phone/day/{cast.lilas}/late", data={"minutes": "7"})

    assert answer.status_code == 422


def test_late_is_refused_to_a_secretary_and_to_another_practice(deps, cast):
    path = f"/phone/day/{cast.lilas}/late"

    assert phone(deps, cast.ada).post(path, data={"minutes": "20"}).status_code == 403
    assert phone(deps, cast.dr_iris).post(path, data={"minutes": "20"}).status_code == 404


def test_absence_is_read_on_the_practices_wall(deps, cast):
    typed = {"first": "2026-11-27T08:00", "last": "2026-11-27T12:00", "says": "Dr Soleil remplace."}

    phone(deps, cast.dr_lune).post(f"/phone/day/{cast.lilas}/absence", data=typed)

    (one,) = away(deps, cast)
    assert one.practitioner_id == cast.dr_lune_id
    assert one.start.isoformat() == "2026-11-27T07:00:00+00:00"
    assert "Dr Soleil remplace." in text(phone(deps, cast.dr_lune).get("/phone/day"))


def test_absence_without_times_begins_now(deps, cast, clock):
    phone(deps, cast.dr_lune).post(f"/phone/day/{cast.lilas}/absence", data={"who": "practice"})

    (one,) = away(deps, cast)
    assert (one.start, one.end, one.practitioner_id) == (clock.now(), None, None)


def test_absence_with_nonsense_is_refused(deps, cast):
    answer = phone(deps, cast.dr_lune).post(f"/phone/day/{cast.lilas}/absence", data={"first": "tomorrow"})

    assert answer.status_code == 422


def test_absence_can_be_ended(deps, cast, clock):
    client = phone(deps, cast.dr_lune)
    client.post(f"/phone/day/{cast.lilas}/absence")
    clock.advance(minutes=5)
    (one,) = away(deps, cast)

    answer = client.post(f"/phone/day/{cast.lilas}/absence/{one.id}/end")

    assert answer.status_code == 303
    assert away(deps, cast) == ()


def test_absence_cannot_be_ended_by_a_secretary(deps, cast):
    phone(deps, cast.dr_lune).post(f"/phone/day/{cast.lilas}/absence")
    (one,) = away(deps, cast)

    answer = phone(deps, cast.ada).post(f"/phone/day/{cast.lilas}/absence/{one.id}/end")

    assert answer.status_code == 403


def test_old_instruction_is_confirmed_with_one_tap(deps, cast, clock, instruction):
    clock.advance(days=100)
    client = phone(deps, cast.dr_lune)
    assert "1 consigne à confirmer" in text(client.get("/phone/day"))

    path = f"/phone/day/{cast.lilas}/instructions/{instruction}"
    client.post(path, data={"act": "confirm", "version": "1"})

    (one,) = known(deps, cast)
    assert one.confirmed_on == clock.now().date()


def test_instruction_no_longer_true_is_retired(deps, cast, instruction):
    path = f"/phone/day/{cast.lilas}/instructions/{instruction}"

    phone(deps, cast.dr_lune).post(path, data={"act": "retire", "version": "1"})

    assert known(deps, cast) == ()


def test_instruction_changed_meanwhile_is_not_overwritten(deps, cast, instruction):
    path = f"/phone/day/{cast.lilas}/instructions/{instruction}"

    answer = phone(deps, cast.dr_lune).post(path, data={"act": "confirm", "version": "7"})

    assert answer.status_code == 409
