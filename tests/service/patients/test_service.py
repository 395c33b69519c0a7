"""Patients on real PostgreSQL: register, find, likely duplicates, who speaks for whom."""

from datetime import date

import pytest
from sqlalchemy import text

from telesec.foundation.errors import Forbidden, NotFound, Refused, Stale
from telesec.foundation.ids import new_id
from telesec.patients import bulk, reads
from telesec.patients import service as patients
from telesec.patients.bulk import NewPatient
from telesec.patients.reads import ClaimedIdentity, SearchPatients
from telesec.patients.service import AddCaller, RegisterPatient

BORN = date(1950, 7, 14)
SHARED = "+33199000100"
BRUNO = "+33639980010"


def zoe(cast, **changes):
    told = {
        "practice_id": cast.lilas,
        "family_name": "Étoile",
        "given_name": "Zoé",
        "birth_date": BORN,
        "phones": (SHARED,),
    }
    return RegisterPatient(**{**told, **changes})


@pytest.fixture
def zoe_id(uow_as, cast):
    with uow_as(cast.ada) as uow:
        patient_id = patients.register(uow, zoe(cast))
        uow.commit()
    return patient_id


def found(uow, cast, **query):
    return [card.id for card in reads.search(uow, SearchPatients(cast.lilas, **query))]


def test_register_keeps_what_was_told(uow_as, cast, zoe_id):
    with uow_as(cast.ada) as uow:
        card = reads.patient(uow, cast.lilas, zoe_id)

    assert (card.family_name, card.given_name, card.birth_date) == ("Étoile", "Zoé", BORN)
    assert card.phones == (SHARED,)


def test_register_leaves_no_name_in_the_table(uow_as, cast, zoe_id):
    with uow_as(cast.ada) as uow:
        row = uow.session.execute(text("SELECT patient::text FROM patient")).scalar_one()

    told = ["Étoile".encode(), b"Zo", b"1950", b"0100"]
    assert not any(word.hex() in row for word in told)


def test_register_refuses_a_likely_duplicate(uow_as, cast, zoe_id):
    with uow_as(cast.ada) as uow, pytest.raises(Refused) as refusal:
        patients.register(uow, zoe(cast, family_name="ETOILE", given_name="Zoe", phones=()))

    assert refusal.value.code == "patient_exists"
    assert refusal.value.extra == {"patient_ids": [str(zoe_id)]}


def test_register_accepts_a_duplicate_that_was_confirmed(uow_as, cast, zoe_id):
    with uow_as(cast.ada) as uow:
        assert patients.register(uow, zoe(cast, confirmed=True)) != zoe_id


def test_register_asks_by_number_when_no_birth_date_is_known(uow_as, cast, zoe_id):
    with uow_as(cast.ada) as uow, pytest.raises(Refused):
        patients.register(uow, zoe(cast, birth_date=None))


def test_register_refuses_what_is_no_number(uow_as, cast):
    with uow_as(cast.ada) as uow, pytest.raises(Refused) as refusal:
        patients.register(uow, zoe(cast, phones=("12",)))

    assert refusal.value.code == "bad_number"


def test_register_refuses_a_practice_manager(uow_as, cast):
    with uow_as(cast.manager) as uow, pytest.raises(Forbidden):
        patients.register(uow, zoe(cast))


def test_find_or_register_returns_the_known_patient(uow_as, cast, zoe_id):
    with uow_as(cast.ada) as uow:
        assert patients.find_or_register(uow, zoe(cast, phones=(BRUNO,))) == zoe_id

        assert found(uow, cast, phone=BRUNO) == [zoe_id]


def test_find_or_register_makes_a_new_one_of_another_name(uow_as, cast, zoe_id):
    with uow_as(cast.ada) as uow:
        assert patients.find_or_register(uow, zoe(cast, given_name="Augustin")) != zoe_id


def test_find_or_register_never_chooses_between_two(uow_as, cast, zoe_id):
    with uow_as(cast.ada) as uow:
        other = patients.register(uow, zoe(cast, confirmed=True))

        assert patients.find_or_register(uow, zoe(cast)) not in {zoe_id, other}


def test_search_by_phone_lists_all_who_share_it(uow_as, cast, zoe_id):
    with uow_as(cast.ada) as uow:
        other = patients.register(uow, zoe(cast, family_name="Comète", given_name="Augustin"))

        assert found(uow, cast, phone="01 99 00 01 00") == [other, zoe_id]


def test_search_by_birth_date_then_letters(uow_as, cast, zoe_id):
    with uow_as(cast.ada) as uow:
        patients.register(uow, zoe(cast, family_name="Comète", given_name="Augustin"))

        assert found(uow, cast, birth_date=BORN, name_prefix="eto") == [zoe_id]


def test_search_by_birth_date_looks_beyond_ten_thousand_others(uow_as, cast, zoe_id):
    others = [NewPatient(f"Nom{n}", birth_date=date(1960, 1, 1)) for n in range(10_000)]
    with uow_as(cast.supervisor) as uow:
        bulk.register_many(uow, cast.lilas, others)
        uow.commit()

    with uow_as(cast.ada) as uow:
        assert found(uow, cast, birth_date=BORN) == [zoe_id]


def test_search_finds_nothing_of_another_practice(uow_as, cast, zoe_id):
    with uow_as(cast.ada) as uow:
        assert reads.search(uow, SearchPatients(cast.glycines, phone=SHARED)) == ()


@pytest.mark.parametrize("query", [{}, {"phone": SHARED, "birth_date": BORN}, {"phone": "12"}])
def test_search_refuses_anything_else(uow_as, cast, query):
    with uow_as(cast.ada) as uow, pytest.raises(Refused):
        reads.search(uow, SearchPatients(cast.lilas, **query))


def test_search_is_closed_to_other_practices(uow_as, cast):
    with uow_as(cast.dr_iris) as uow, pytest.raises(NotFound):
        reads.search(uow, SearchPatients(cast.lilas, phone=SHARED))


def test_revise_forgets_the_old_number(uow_as, cast, zoe_id):
    with uow_as(cast.ada) as uow:
        patients.revise(uow, zoe_id, 1, zoe(cast, phones=(BRUNO,)))

        assert found(uow, cast, phone=SHARED) == []
        assert found(uow, cast, phone=BRUNO) == [zoe_id]


def test_revise_refuses_a_stale_version(uow_as, cast, zoe_id):
    with uow_as(cast.ada) as uow:
        patients.revise(uow, zoe_id, 1, zoe(cast))
        uow.commit()

    with uow_as(cast.ines) as uow, pytest.raises(Stale):
        patients.revise(uow, zoe_id, 1, zoe(cast))


def test_add_caller_lets_their_number_find_the_patient(uow_as, cast, zoe_id):
    with uow_as(cast.ada) as uow:
        patients.add_caller(uow, AddCaller(cast.lilas, zoe_id, "Bruno", "fils", BRUNO))

        assert found(uow, cast, phone=BRUNO) == [zoe_id]
        (caller,) = reads.callers(uow, cast.lilas, zoe_id)

    assert (caller.name, caller.relation, caller.phone) == ("Bruno", "fils", BRUNO)


def test_add_caller_refuses_an_unknown_patient(uow_as, cast):
    with uow_as(cast.ada) as uow, pytest.raises(NotFound):
        patients.add_caller(uow, AddCaller(cast.lilas, new_id(), "Bruno", "fils"))


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        (ClaimedIdentity("ETOILE", "zoe", BORN), True),
        (ClaimedIdentity("Étoile", "Zoé", date(1950, 7, 15)), False),
        (ClaimedIdentity("Étoile", "Zoé", None), False),
        (ClaimedIdentity("Étoile", "Augustin", BORN), False),
    ],
)
def test_verify_tells_only_whether_it_matches(uow_as, cast, zoe_id, claimed, expected):
    with uow_as(cast.ada) as uow:
        assert reads.verify(uow, cast.lilas, zoe_id, claimed) is expected


def test_verify_says_no_for_a_patient_who_does_not_exist(uow_as, cast):
    with uow_as(cast.ada) as uow:
        assert not reads.verify(uow, cast.lilas, new_id(), ClaimedIdentity("Étoile", "Zoé", BORN))


def test_patient_card_names_nobody_in_a_log(uow_as, cast, zoe_id):
    with uow_as(cast.ada) as uow:
        assert "toile" not in repr(reads.patient(uow, cast.lilas, zoe_id))


def test_find_or_register_takes_the_one_who_shares_the_number_of_two_namesakes(uow_as, cast, zoe_id):
    with uow_as(cast.ada) as uow:
        patients.register(uow, zoe(cast, confirmed=True, phones=(BRUNO,)))

        assert patients.find_or_register(uow, zoe(cast)) == zoe_id


def test_find_or_register_never_takes_one_of_another_birth_date(uow_as, cast, zoe_id):
    with uow_as(cast.ada) as uow:
        assert patients.find_or_register(uow, zoe(cast, birth_date=date(1980, 1, 1))) != zoe_id
