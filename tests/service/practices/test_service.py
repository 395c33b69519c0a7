"""Practices on real PostgreSQL: founding, lines, instructions, isolation."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import Forbidden, NotFound, Refused, Stale
from telesec.foundation.ids import new_id
from telesec.practices import reads
from telesec.practices import service as practices
from telesec.practices.rules import Applies, HoursOf, Occasion, Opening
from telesec.practices.service import (
    AddPractitioner,
    CreatePractice,
    SetAbsence,
    WriteInstruction,
    founder,
)
from telesec.testing.cast import GLYCINES_LINE, LILAS_LINE

RPPS = "10000000009"


def write(cast, **changes):
    words = {"practice_id": cast.lilas, "text": "Ne pas déranger à midi.", "author_name": "Dr Lune"}
    return WriteInstruction(**{**words, **changes})


@pytest.fixture
def instruction(uow_as, cast):
    with uow_as(cast.dr_lune) as uow:
        instruction_id = practices.write_instruction(uow, write(cast))
        uow.commit()
    return instruction_id


def texts(uow, practice_id, **options):
    return [card.text for card in reads.situation(uow, practice_id, **options).instructions]


def test_create_practice_is_open_to_an_operator_who_founds_it(uow_as, cast):
    practice_id = new_id()

    with uow_as(founder(cast.operator, practice_id)) as uow:
        practices.create_practice(uow, CreatePractice(practice_id, "Cabinet du Jasmin"))
        uow.commit()

    with uow_as(system_actor(Purpose.SETUP, practice_id)) as uow:
        assert reads.practice(uow, practice_id).name == "Cabinet du Jasmin"


def test_founder_refuses_a_secretary(cast):
    with pytest.raises(Forbidden):
        founder(cast.ada, new_id())


def test_create_practice_refuses_an_unknown_time_zone(uow_as, cast):
    practice_id = new_id()

    with uow_as(founder(cast.operator, practice_id)) as uow, pytest.raises(Refused) as refusal:
        practices.create_practice(uow, CreatePractice(practice_id, "X", time_zone="Europe/Nulle-Part"))

    assert refusal.value.code == "bad_time_zone"


def test_add_practitioner_refuses_a_wrong_check_digit(uow_as, cast):
    with uow_as(cast.supervisor) as uow, pytest.raises(Refused) as refusal:
        practices.add_practitioner(uow, AddPractitioner(cast.lilas, "Dr Comète", "physician", "10000000001"))

    assert refusal.value.code == "bad_rpps"


def test_add_practitioner_refuses_the_same_rpps_twice(uow_as, cast):
    someone = AddPractitioner(cast.lilas, "Dr Comète", "physician", RPPS)

    with uow_as(cast.supervisor) as uow:
        practices.add_practitioner(uow, someone)
        with pytest.raises(Refused) as refusal:
            practices.add_practitioner(uow, someone)

    assert refusal.value.code == "rpps_taken"


def test_add_line_refuses_a_number_of_another_practice(uow_as, cast):
    with uow_as(cast.supervisor) as uow, pytest.raises(Refused) as refusal:
        practices.add_line(uow, cast.glycines, LILAS_LINE)

    assert refusal.value.code == "line_taken"


def test_find_line_routes_before_a_practice_is_known(uow_as, cast):
    with uow_as(system_actor(Purpose.RECEIVE_CALLS)) as uow:
        found = [reads.find_line(uow, number) for number in (LILAS_LINE, GLYCINES_LINE)]

    assert [line[0] for line in found] == [cast.lilas, cast.glycines]


def test_find_line_knows_no_foreign_number(uow_as, cast):
    with uow_as(system_actor(Purpose.RECEIVE_CALLS)) as uow:
        assert reads.find_line(uow, "+33199009999") is None


def test_all_practice_ids_sees_every_practice(uow_as, cast):
    with uow_as(system_actor(Purpose.SETUP)) as uow:
        ids = reads.all_practice_ids(uow)
        after = reads.all_practice_ids(uow, after=ids[0])

    assert set(ids) == {cast.lilas, cast.glycines}
    assert after == ids[1:]


def test_all_practice_ids_refuses_a_secretary(uow_as, cast):
    with uow_as(cast.ada) as uow, pytest.raises(Forbidden):
        reads.all_practice_ids(uow)


def test_greeting_speaks_the_callers_language_when_there_is_one(uow_as, cast):
    with uow_as(cast.supervisor) as uow:
        practices.set_greeting(uow, cast.lilas, "Bonjour.")
        practices.set_greeting(uow, cast.lilas, "Hello.", language="en")
        spoken = [reads.situation(uow, cast.lilas, language=one).greeting for one in (None, "en", "de")]

    assert spoken == ["Bonjour.", "Hello.", "Bonjour."]


def test_line_route_cannot_be_read_by_the_application(uow_as, cast):
    with uow_as(cast.ada) as uow, pytest.raises(DBAPIError):
        uow.session.execute(text("SELECT * FROM line_route"))


def test_practices_lists_only_what_the_actor_serves(uow_as, cast):
    with uow_as(cast.dr_lune) as uow:
        cards = reads.practices(uow)

    assert [card.name for card in cards] == ["Cabinet des Lilas"]
    assert [p.name for p in cards[0].practitioners] == ["Dr Lune", "Dr Soleil"]
    assert [line.number for line in cards[0].lines] == [LILAS_LINE]


def test_practices_is_empty_for_a_stranger(uow_as, cast):
    with uow_as(cast.stranger) as uow:
        assert reads.practices(uow) == ()


def test_practice_hides_another_tenants(uow_as, cast):
    with uow_as(cast.dr_lune) as uow, pytest.raises(NotFound):
        reads.practice(uow, cast.glycines)


def test_write_instruction_puts_it_in_force(uow_as, cast, instruction):
    with uow_as(cast.ada) as uow:
        assert texts(uow, cast.lilas) == ["Ne pas déranger à midi."]


def test_write_instruction_refuses_a_secretary(uow_as, cast):
    with uow_as(cast.ada) as uow, pytest.raises(Forbidden):
        practices.write_instruction(uow, write(cast))


def test_write_instruction_refuses_a_stale_version(uow_as, cast, instruction):
    change = write(cast, text="Déranger.", instruction_id=instruction, version=1)
    with uow_as(cast.dr_lune) as uow:
        practices.write_instruction(uow, change)
        uow.commit()

    with uow_as(cast.dr_soleil) as uow, pytest.raises(Stale):
        practices.write_instruction(uow, change)


def test_write_instruction_refuses_an_end_before_its_start(uow_as, cast, clock):
    with uow_as(cast.dr_lune) as uow, pytest.raises(Refused):
        practices.write_instruction(uow, write(cast, valid_to=clock.now() - timedelta(days=1)))


def test_instruction_ends_with_its_range(uow_as, cast, clock):
    with uow_as(cast.dr_lune) as uow:
        practices.write_instruction(uow, write(cast, valid_to=clock.now() + timedelta(hours=1)))
        uow.commit()

    clock.advance(minutes=60)

    with uow_as(cast.ada) as uow:
        assert texts(uow, cast.lilas) == []


def test_confirm_instruction_is_no_news(uow_as, cast, instruction, clock):
    last_call = clock.now()
    clock.advance(days=1)
    with uow_as(cast.dr_lune) as uow:
        practices.confirm_instruction(uow, cast.lilas, instruction, 1)
        uow.commit()

    with uow_as(cast.ada) as uow:
        (card,) = reads.situation(uow, cast.lilas, last_call_at=last_call).instructions

    assert card.confirmed_on == clock.now().date()
    assert not card.new


def test_instruction_is_new_since_the_last_call(uow_as, cast, clock):
    last_call = clock.now()
    clock.advance(minutes=1)
    with uow_as(cast.dr_lune) as uow:
        practices.write_instruction(uow, write(cast))
        uow.commit()

    with uow_as(cast.ada) as uow:
        (card,) = reads.situation(uow, cast.lilas, last_call_at=last_call).instructions

    assert card.new


def test_retire_instruction_takes_it_out_of_force(uow_as, cast, instruction):
    with uow_as(cast.dr_lune) as uow:
        practices.retire_instruction(uow, cast.lilas, instruction, 1)
        uow.commit()

    with uow_as(cast.ada) as uow:
        assert texts(uow, cast.lilas) == []


def test_set_absence_brings_its_instruction_into_force(uow_as, cast, clock):
    now = clock.now()
    with uow_as(cast.dr_lune) as uow:
        practices.write_instruction(
            uow, write(cast, applies=Applies.ABSENT, practitioner_id=cast.dr_lune_id, text="Voir Dr Soleil.")
        )
        away = SetAbsence(
            cast.lilas, now, now + timedelta(days=1), "Dr Lune", "Dr Soleil remplace.", cast.dr_lune_id
        )
        practices.set_absence(uow, away)
        uow.commit()

    with uow_as(cast.ada) as uow:
        situation = reads.situation(uow, cast.lilas)

    assert [card.text for card in situation.instructions] == ["Voir Dr Soleil."]
    assert [away.says for away in situation.away] == ["Dr Soleil remplace."]


def test_set_absence_refuses_another_practices_practitioner(uow_as, cast, clock):
    with uow_as(cast.supervisor) as uow, pytest.raises(NotFound):
        practices.set_absence(
            uow, SetAbsence(cast.glycines, clock.now(), None, "Inès", practitioner_id=cast.dr_lune_id)
        )


def test_greeting_follows_the_hours(uow_as, cast, clock):
    with uow_as(cast.supervisor) as uow:
        practices.set_hours(uow, cast.lilas, HoursOf.PHONE, [Opening(4, 8 * 60, 19 * 60)])
        practices.set_greeting(uow, cast.lilas, "Cabinet des Lilas, bonjour.")
        practices.set_greeting(uow, cast.lilas, "Le cabinet est fermé.", occasion=Occasion.CLOSED)
        uow.commit()
    with uow_as(cast.ada) as uow:
        by_day = reads.situation(uow, cast.lilas).greeting

    clock.advance(hours=9)

    with uow_as(cast.ada) as uow:
        assert (by_day, reads.situation(uow, cast.lilas).greeting) == (
            "Cabinet des Lilas, bonjour.",
            "Le cabinet est fermé.",
        )


def test_set_hours_replaces_the_week(uow_as, cast):
    with uow_as(cast.supervisor) as uow:
        practices.set_hours(uow, cast.lilas, HoursOf.PHONE, [Opening(1, 480, 720)])
        practices.set_hours(uow, cast.lilas, HoursOf.PHONE, [Opening(2, 480, 720)])

        assert reads.hours(uow, cast.lilas, HoursOf.PHONE) == (Opening(2, 480, 720),)
