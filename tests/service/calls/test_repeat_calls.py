"""A second call within 72 hours is found by patient or by number, whoever took the first."""

import pytest

from telesec.calls import gone, reads
from telesec.calls import service as calls
from telesec.calls.rules import Outcome
from telesec.calls.service import OpenCall, Ring
from telesec.foundation.access import Purpose, system_actor
from telesec.patients import service as patients
from telesec.patients.service import RegisterPatient
from telesec.practices import reads as practice_reads
from telesec.testing.cast import BRUNO_PHONE, DR_LUNE_PHONE, LILAS_LINE
from telesec.triage import service as triage
from telesec.triage.patient import PatientFacts
from telesec.triage.service import StartTriage


@pytest.fixture
def opened(deps, uow_as, cast):
    """A call taken from a number, by Ada or another secretary, about a patient or nobody, for a symptom."""

    def open_(number="", patient_id=None, by=None, symptom="symptome_non_liste"):
        with uow_as(by or cast.ada) as uow:
            _, call_id = calls.open_call(uow, OpenCall(cast.lilas, from_number=number))
            if patient_id is not None:
                calls.link_patient(uow, cast.lilas, call_id, patient_id)
            if symptom:
                told = StartTriage(cast.lilas, PatientFacts(), symptom, call_id=call_id)
                calls.start_triage(uow, deps.library, told)
            uow.commit()
        return call_id

    return open_


@pytest.fixture
def registered(uow_as, cast):
    def register(given_name):
        with uow_as(cast.ada) as uow:
            patient_id = patients.register(uow, RegisterPatient(cast.lilas, "Étoile", given_name))
            uow.commit()
        return patient_id

    return register


@pytest.fixture
def earlier(uow_as, cast):
    def count(call_id):
        with uow_as(cast.ada) as uow:
            return reads.earlier_calls_about(uow, cast.lilas, call_id)

    return count


def test_the_number_is_enough(opened, earlier, clock):
    opened(BRUNO_PHONE)
    clock.advance(hours=71)

    assert earlier(opened(BRUNO_PHONE)) == 1


def test_a_call_for_an_appointment_was_for_something_else(opened, earlier):
    opened(BRUNO_PHONE, symptom="")

    assert earlier(opened(BRUNO_PHONE)) == 0


def test_after_72_hours_it_is_a_new_call(opened, earlier, clock):
    opened(BRUNO_PHONE)
    clock.advance(hours=73)

    assert earlier(opened(BRUNO_PHONE)) == 0


def test_another_number_or_none_is_somebody_else(opened, earlier):
    opened(BRUNO_PHONE)
    opened()

    assert earlier(opened(DR_LUNE_PHONE)) == 0
    assert earlier(opened()) == 0


def test_two_patients_of_one_number_are_not_one(opened, registered, earlier):
    opened(BRUNO_PHONE, registered("Zoé"))

    assert earlier(opened(BRUNO_PHONE, registered("Léo"))) == 0
    assert earlier(opened(BRUNO_PHONE)) == 2


def test_a_patient_now_known_called_before_anybody_asked_who(opened, registered, earlier):
    opened(BRUNO_PHONE)

    assert earlier(opened(BRUNO_PHONE, registered("Zoé"))) == 1


def test_a_ring_nobody_answered_was_no_contact(uow_as, cast, opened, earlier):
    with uow_as(system_actor(Purpose.RECEIVE_CALLS)) as uow:
        _, line_id = practice_reads.find_line(uow, LILAS_LINE)
    with uow_as(system_actor(Purpose.RECEIVE_CALLS, cast.lilas)) as uow:
        calls.ring(uow, Ring(cast.lilas, line_id, "CA" + "1" * 32, BRUNO_PHONE))
        gone.hang_up(uow, cast.lilas, "CA" + "1" * 32)
        uow.commit()

    assert earlier(opened(BRUNO_PHONE)) == 0


def test_triage_rises_when_another_secretary_took_the_first_call(deps, uow_as, cast, clock, opened):
    with uow_as(cast.dr_lune) as uow:
        triage.adopt_reference_set(uow, deps.library, cast.lilas)
        uow.commit()

    def level(by, **more):
        call_id = opened(BRUNO_PHONE, by=by, symptom="")
        told = StartTriage(cast.lilas, PatientFacts(age_months=600), "ordonnance_medicament", call_id=call_id)
        with uow_as(by) as uow:
            session = calls.start_triage(uow, deps.library, told, **more)
            calls.close(uow, cast.lilas, call_id, Outcome.INFORMATION)
            uow.commit()
        return session.level.urgency

    first = level(cast.ada)
    clock.advance(hours=20)

    assert level(cast.ines) == first + 1
    assert level(cast.ines, another_reason=True) == first
