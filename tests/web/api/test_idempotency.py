"""``Idempotency-Key``: one record however often a request is repeated."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from telesec.accounts import idempotency, jobs
from telesec.accounts.models import IdempotentRequest
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import InProgress
from telesec.foundation.ids import new_id

MESSAGES, CALLS, CALLBACKS = "/api/v1/messages", "/api/v1/calls", "/api/v1/callbacks"
APPOINTMENTS = "/api/v1/appointments"


@pytest.fixture
def message(cast):
    return {
        "practice_id": str(cast.lilas),
        "practitioner_id": str(cast.dr_lune_id),
        "level": "routine",
        "text": "Zoé demande le résultat de sa prise de sang.",
        "callback_number": "+33639980010",
    }


def rows(deps, table):
    with deps.database.direct() as connection:
        return connection.execute(f"select * from {table}").fetchall()


def messages_of(house, cast):
    with house.deps.unit_of_work(cast.ada) as uow:
        return uow.session.execute(text("select count(*) from message")).scalar()


def test_repeated_request_gets_the_first_answer(house, cast, ada, message):
    first = ada.post(MESSAGES, message, key="k1")
    again = ada.post(MESSAGES, message, key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert messages_of(house, cast) == 1


def test_without_a_key_two_messages_are_two(house, cast, ada, message):
    ada.post(MESSAGES, message)
    ada.post(MESSAGES, message)

    assert messages_of(house, cast) == 2


def test_other_body_under_the_same_key_is_refused(house, cast, ada, message):
    ada.post(MESSAGES, message, key="k1")

    answer = ada.post(MESSAGES, message | {"level": "same_day"}, key="k1")

    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")
    assert messages_of(house, cast) == 1


def test_other_address_under_the_same_key_is_refused(cast, ada, message):
    ada.post(MESSAGES, message, key="k1")

    answer = ada.post(CALLS, {"practice_id": str(cast.lilas)}, key="k1")

    assert answer.json["code"] == "idempotency_key_reused"


def test_key_belongs_to_its_token(house, cast, program, message):
    program(cast.ada).post(MESSAGES, message, key="k1")

    answer = program(cast.ines).post(MESSAGES, message, key="k1")

    assert "Idempotency-Replayed" not in answer.headers
    assert messages_of(house, cast) == 2


def test_refused_request_may_be_corrected_under_its_key(ada, message):
    refused = ada.post(MESSAGES, message | {"callback_number": "12"}, key="k1")

    answer = ada.post(MESSAGES, message, key="k1")

    assert (refused.status_code, answer.status_code) == (422, 201)


def test_key_is_forgotten_after_a_day(house, cast, clock, ada, message):
    ada.post(MESSAGES, message, key="k1")
    clock.advance(hours=24)

    answer = ada.post(MESSAGES, message, key="k1")

    assert "Idempotency-Replayed" not in answer.headers
    assert messages_of(house, cast) == 2


def test_sweep_deletes_what_is_older_than_a_day(house, clock, ada, message):
    ada.post(MESSAGES, message, key="k1")
    clock.advance(hours=25)
    ada.post(MESSAGES, message, key="k2")

    assert jobs.forget_answers(house.deps) == 1
    assert jobs.forget_answers(house.deps) == 0
    assert len(rows(house.deps, "idempotent_request")) == 1


def claim_as_another_attempt(house, ada, body):
    """Leave the claim of an attempt that is still at work, or died before it did anything."""
    with house.deps.unit_of_work(system_actor(Purpose.AUTHENTICATE)) as uow:
        row = uow.session.query(IdempotentRequest).one()
        row.status = row.answer_sealed = row.acted_at = row.acted_id = None
        uow.commit()


def test_request_still_in_progress_is_409_with_a_time_to_wait(house, ada, message):
    ada.post(MESSAGES, message, key="k1")
    claim_as_another_attempt(house, ada, message)

    answer = ada.post(MESSAGES, message, key="k1")

    assert (answer.status_code, answer.json["code"]) == (409, "in_progress")
    assert answer.headers["Retry-After"] == "1"


def test_claim_of_a_dead_process_is_taken_over_after_ten_seconds(house, clock, ada, message):
    ada.post(MESSAGES, message, key="k1")
    claim_as_another_attempt(house, ada, message)
    clock.advance(seconds=10)

    assert ada.post(MESSAGES, message, key="k1").status_code == 201


def test_late_answer_of_an_attempt_taken_over_is_not_kept(house, cast, clock, ada, message):
    actor = house.deps  # the parts
    ada.post(MESSAGES, message, key="k1")
    with actor.unit_of_work(system_actor(Purpose.AUTHENTICATE)) as uow:
        row = uow.session.query(IdempotentRequest).one()
        asked = idempotency.Request(row.token_id, row.key_hash, row.request_hash)
        late = idempotency.Claim(asked, cast.lilas)
        idempotency.keep(uow, late, 201, b"{}")
        uow.commit()

    assert ada.post(MESSAGES, message, key="k1").json != {}


@pytest.mark.parametrize("key", ["", " ", "é", "x" * 201, "a b"])
def test_odd_key_is_refused(ada, message, key):
    answer = ada.post(MESSAGES, message, headers={"Idempotency-Key": key.encode().decode("latin-1")})

    assert (answer.status_code, answer.json["code"]) == (422, "bad_idempotency_key")


def test_answer_is_stored_sealed(house, cast, ada):
    promise = {
        "practice_id": str(cast.lilas),
        "phone": "+33639980010",
        "due_at": "2026-11-26T15:00:00+01:00",
    }

    answer = ada.post(CALLBACKS, promise, key="k1")

    assert "+33639980010" in answer.text
    assert b"33639980010" not in repr(rows(house.deps, "idempotent_request")).encode()
    assert ada.post(CALLBACKS, promise, key="k1").json == answer.json


def test_token_that_lost_a_practice_gets_no_stored_answer(house, cast, ada, message):
    ada.post(MESSAGES, message, key="k1")
    with house.deps.unit_of_work(cast.ada) as uow:
        uow.session.execute(text("delete from membership where practice_id = :id"), {"id": cast.lilas})
        uow.commit()

    answer = ada.post(MESSAGES, message, key="k1")

    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")


def test_search_is_not_kept(house, cast, ada):
    search = {"practice_id": str(cast.lilas), "phone": "+33639980010"}

    assert ada.post("/api/v1/patients/search", search, key="k1").status_code == 200
    assert rows(house.deps, "idempotent_request") == []


def test_pending_booking_is_answered_again_as_it_was(house, ada):
    house.fake.lose_reply()
    body = booking(house)

    first = ada.post(APPOINTMENTS, body, key="k1")
    again = ada.post(APPOINTMENTS, body, key="k1")

    assert (first.json["status"], again.json) == ("pending", first.json)


def test_calendar_that_is_down_keeps_no_answer(house, ada):
    house.fake.unreadable()
    down = ada.post(APPOINTMENTS, booking(house), key="k1")
    house.fake.heal()

    answer = ada.post(APPOINTMENTS, booking(house), key="k1")

    assert (down.status_code, down.headers["Retry-After"], answer.status_code) == (503, "10", 201)


def test_booking_repeated_without_a_key_books_once(house, cast, ada):
    call = ada.post(CALLS, {"practice_id": str(cast.lilas)}).json
    body = booking(house) | {"call_id": call["id"]}

    first = ada.post(APPOINTMENTS, body)
    again = ada.post(APPOINTMENTS, body)

    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)
    assert len(house.fake.live_entries()) == 1


def booking(house, start=None):
    slot = house.slot()
    return {
        "practice_id": str(house.practice_id),
        "schedule_id": str(house.schedule_id),
        "appointment_type_id": str(house.type_id),
        "start": (start or slot.start).isoformat(),
        "patient": {"family_name": "Lilas", "given_name": "Zoé", "phone": "+33639980020"},
    }


def lose_the_answer(deps, clock):
    """Leave what a process killed between the act and its answer leaves; let the time pass."""
    with deps.database.direct() as connection:
        connection.execute("update idempotent_request set status = null, answer_sealed = null")
    clock.advance(seconds=10)


@pytest.fixture
def bodies(house, cast, message):
    practice_id = str(cast.lilas)
    promise = {"practice_id": practice_id, "phone": "+33639980010", "due_at": "2026-11-26T15:00:00+01:00"}
    return {
        MESSAGES: message | {"level": "doctor_now"},
        CALLS: {"practice_id": practice_id},
        CALLBACKS: promise,
        APPOINTMENTS: booking(house),
    }


@pytest.mark.parametrize("path", [MESSAGES, CALLS, CALLBACKS, APPOINTMENTS])
def test_what_was_carried_out_before_a_death_is_told_and_not_done_again(house, clock, ada, bodies, path):
    made = ada.post(path, bodies[path], key="k1")
    lose_the_answer(house.deps, clock)

    again = ada.post(path, bodies[path], key="k1")

    assert made.status_code == 201
    assert (again.status_code, again.json["code"]) == (409, "answer_lost")
    assert again.json["id"] == made.json["id"]


def test_a_slow_attempt_somebody_took_over_cannot_commit(house, cast, clock, ada, message):
    ada.post(MESSAGES, message, key="k1")
    with house.deps.database.direct() as connection:
        (token_id,) = connection.execute("select token_id from idempotent_request").fetchone()
    overtaken = replace(cast.ada, token_id=token_id, attempt_id=new_id())

    with house.deps.unit_of_work(overtaken) as uow:
        uow.audit("message.file", practice_id=cast.lilas)
        with pytest.raises(InProgress):
            uow.commit()


def test_an_attempt_that_died_before_the_clock_went_back_is_taken_over(deps, clock, ada, message):
    ada.post(MESSAGES, message, key="k1")
    with deps.database.direct() as connection:
        connection.execute(
            "update idempotent_request set status = null, answer_sealed = null, acted_at = null"
        )
    clock.advance(hours=-1)

    again = ada.post(MESSAGES, message, key="k1")

    assert again.status_code == 201
