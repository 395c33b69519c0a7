"""Calls on real PostgreSQL: open, ring, answer, drafts, close; nothing is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from telesec.callbacks import reads as callback_reads
from telesec.callbacks import service as callbacks
from telesec.callbacks.service import OpenCallback
from telesec.calls import gone, reads
from telesec.calls import service as calls
from telesec.calls.rules import CallState, DraftKind, Outcome
from telesec.calls.service import OpenCall, Ring, SaveDraft
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import NotFound, Refused, Stale
from telesec.patients import reads as patient_reads
from telesec.patients import service as patients
from telesec.patients.reads import SearchPatients
from telesec.patients.service import RegisterPatient
from telesec.practices import reads as practice_reads
from telesec.practices import service as practices
from telesec.practices.service import WriteInstruction
from telesec.testing.cast import BRUNO_PHONE, GLYCINES_LINE, LILAS_LINE
from telesec.triage import service as triage
from telesec.triage.patient import PatientFacts
from telesec.triage.service import StartTriage

RENEWAL = "ordonnance_medicament"
SID = "CA" + "0" * 32


@pytest.fixture
def call_id(uow_as, cast):
    with uow_as(cast.ada) as uow:
        _, opened = calls.open_call(uow, OpenCall(cast.lilas, from_number=BRUNO_PHONE))
        uow.commit()
    return opened


@pytest.fixture
def ringing(uow_as, cast):
    with uow_as(system_actor(Purpose.RECEIVE_CALLS)) as uow:
        _, line_id = practice_reads.find_line(uow, LILAS_LINE)
    with uow_as(system_actor(Purpose.RECEIVE_CALLS, cast.lilas)) as uow:
        rang = calls.ring(uow, Ring(cast.lilas, line_id, SID, BRUNO_PHONE))
        uow.commit()
    return rang


@pytest.fixture
def zoe_id(uow_as, cast):
    with uow_as(cast.ada) as uow:
        patient_id = patients.register(uow, RegisterPatient(cast.lilas, "Étoile", "Zoé"))
        uow.commit()
    return patient_id


def hang_up(uow_as, cast):
    with uow_as(system_actor(Purpose.RECEIVE_CALLS, cast.lilas)) as uow:
        gone.hang_up(uow, cast.lilas, SID)
        uow.commit()


def test_open_call_finds_the_practice_of_a_line(uow_as, cast):
    with uow_as(cast.ada) as uow:
        practice_id, opened = calls.open_call(uow, OpenCall(line="01 99 00 00 02"))
        card = reads.call(uow, practice_id, opened)

    assert practice_id == cast.glycines
    assert card.line_id is not None
    assert card.state is CallState.OPEN


def test_open_call_hides_a_line_of_another_practice(uow_as, cast):
    with uow_as(cast.dr_lune) as uow, pytest.raises(NotFound):
        calls.open_call(uow, OpenCall(line=GLYCINES_LINE))


def test_open_call_refuses_a_line_that_is_not_the_practices(uow_as, cast):
    with uow_as(cast.ada) as uow, pytest.raises(NotFound):
        calls.open_call(uow, OpenCall(cast.lilas, line=GLYCINES_LINE))


def test_open_call_refuses_neither_practice_nor_line(uow_as, cast):
    with uow_as(cast.ada) as uow, pytest.raises(Refused) as refusal:
        calls.open_call(uow, OpenCall())

    assert refusal.value.code == "no_practice"


def test_open_call_refuses_a_stranger(uow_as, cast):
    with uow_as(cast.stranger) as uow, pytest.raises(NotFound):
        calls.open_call(uow, OpenCall(cast.lilas))


def test_call_shows_greeting_and_instructions(uow_as, cast, call_id):
    with uow_as(cast.supervisor) as uow:
        practices.set_greeting(uow, cast.lilas, "Cabinet des Lilas, bonjour.")
        practices.write_instruction(uow, WriteInstruction(cast.lilas, "Pas de visite.", "Dr Lune"))
        uow.commit()

    with uow_as(cast.ada) as uow:
        situation = reads.call(uow, cast.lilas, call_id).situation

    assert situation.greeting == "Cabinet des Lilas, bonjour."
    assert [one.text for one in situation.instructions] == ["Pas de visite."]


def test_call_marks_instructions_new_since_the_last_call(uow_as, cast, clock, call_id):
    clock.advance(minutes=5)
    with uow_as(cast.supervisor) as uow:
        practices.write_instruction(uow, WriteInstruction(cast.lilas, "Pas de visite.", "Dr Lune"))
        uow.commit()
    clock.advance(minutes=5)

    with uow_as(cast.ada) as uow:
        _, next_call = calls.open_call(uow, OpenCall(cast.lilas))
        mine = reads.call(uow, cast.lilas, next_call).situation.instructions
    with uow_as(cast.ines) as uow:
        _, first_call = calls.open_call(uow, OpenCall(cast.lilas))
        hers = reads.call(uow, cast.lilas, first_call).situation.instructions

    assert (mine[0].new, hers[0].new) == (True, False)


def test_call_shows_who_called_before_from_that_number(uow_as, cast, clock, call_id):
    clock.advance(minutes=5)
    with uow_as(cast.ines) as uow:
        _, second = calls.open_call(uow, OpenCall(cast.lilas, from_number=BRUNO_PHONE))
        card = reads.call(uow, cast.lilas, second)

    assert [one.id for one in card.previous_calls] == [call_id]
    assert card.from_number == BRUNO_PHONE


def test_call_without_a_number_has_no_previous_calls(uow_as, cast, call_id):
    with uow_as(cast.ines) as uow:
        for _ in range(2):
            _, hidden = calls.open_call(uow, OpenCall(cast.lilas))

        assert reads.call(uow, cast.lilas, hidden).previous_calls == ()


def test_open_call_leaves_no_number_in_the_table(uow_as, cast, call_id):
    with uow_as(cast.ada) as uow:
        row = uow.session.execute(text("SELECT call::text FROM call")).scalar_one()

    assert BRUNO_PHONE not in row
    assert BRUNO_PHONE.encode().hex() not in row


def test_open_call_closes_the_callers_callback(uow_as, cast, clock):
    due = clock.now() + timedelta(hours=1)
    with uow_as(cast.ada) as uow:
        callbacks.open_callback(uow, OpenCallback(cast.lilas, BRUNO_PHONE, due))
        calls.open_call(uow, OpenCall(cast.lilas, from_number=BRUNO_PHONE))

        assert callback_reads.waiting(uow).items == ()


def test_my_open_calls_survive_a_reload(uow_as, cast, call_id):
    with uow_as(cast.ada) as uow:
        assert [row.id for row in reads.my_open_calls(uow)] == [call_id]
    with uow_as(cast.ines) as uow:
        assert reads.my_open_calls(uow) == ()


def test_queue_shows_ringing_and_open_calls_of_all_practices(uow_as, cast, clock, call_id, ringing):
    clock.advance(seconds=8)
    with uow_as(cast.ines) as uow:
        rows = reads.queue(uow)

    assert {(row.id, row.state) for row in rows} == {
        (call_id, CallState.OPEN),
        (ringing, CallState.RINGING),
    }
    assert {row.waited for row in rows} == {0, 8}


def test_queue_is_empty_for_another_practice(uow_as, cast, call_id):
    with uow_as(cast.dr_iris) as uow:
        assert reads.queue(uow) == ()


def test_ring_twice_is_once(uow_as, cast, ringing):
    with uow_as(system_actor(Purpose.RECEIVE_CALLS, cast.lilas)) as uow:
        again = calls.ring(uow, Ring(cast.lilas, None, SID, BRUNO_PHONE))

    assert again == ringing


def test_find_call_knows_the_carriers_name_of_a_call(uow_as, cast, ringing):
    other = "CA" + "2" * 32
    with uow_as(system_actor(Purpose.RECEIVE_CALLS, cast.glycines)) as uow:
        rang = calls.ring(uow, Ring(cast.glycines, None, other, BRUNO_PHONE))
        uow.commit()

    with uow_as(system_actor(Purpose.RECEIVE_CALLS)) as uow:
        assert reads.find_call(uow, SID) == (cast.lilas, ringing)
        assert reads.find_call(uow, other) == (cast.glycines, rang)
        assert reads.find_call(uow, "CA" + "1" * 32) is None


def test_answer_gives_the_call_to_one_of_two_secretaries(uow_as, cast, ringing):
    def take(actor):
        with uow_as(actor) as uow:
            try:
                calls.answer(uow, cast.lilas, ringing)
            except Refused as refusal:
                return refusal.code
            uow.commit()
        return "mine"

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(take, [cast.ada, cast.ines]))

    assert told == ["call_taken", "mine"]


def test_answer_ones_own_call_again_changes_nothing(uow_as, cast, clock, ringing):
    with uow_as(cast.ada) as uow:
        calls.answer(uow, cast.lilas, ringing)
        uow.commit()
    clock.advance(minutes=1)

    with uow_as(cast.ada) as uow:
        calls.answer(uow, cast.lilas, ringing)

        assert reads.call(uow, cast.lilas, ringing).answered_at == clock.now() - timedelta(minutes=1)


def test_hang_up_before_an_answer_promises_a_callback(uow_as, cast, ringing):
    hang_up(uow_as, cast)

    with uow_as(cast.ada) as uow:
        (card,) = callback_reads.open_cards(uow, cast.lilas).items
        call = reads.call(uow, cast.lilas, ringing)

    assert (card.phone, card.call_id) == (BRUNO_PHONE, ringing)
    assert call.outcome is Outcome.ABANDONED


def test_hang_up_twice_is_once(uow_as, cast, ringing):
    hang_up(uow_as, cast)
    hang_up(uow_as, cast)

    with uow_as(cast.ada) as uow:
        assert len(callback_reads.open_cards(uow, cast.lilas).items) == 1


def test_hang_up_after_the_answer_leaves_the_call_to_its_secretary(uow_as, cast, ringing):
    with uow_as(cast.ada) as uow:
        calls.answer(uow, cast.lilas, ringing)
        uow.commit()

    hang_up(uow_as, cast)

    with uow_as(cast.ada) as uow:
        call = reads.call(uow, cast.lilas, ringing)
        assert call.state is CallState.OPEN
        assert call.hung_up_at is not None
        assert callback_reads.waiting(uow).items == ()


def test_answer_refuses_a_caller_who_hung_up(uow_as, cast, ringing):
    hang_up(uow_as, cast)

    with uow_as(cast.ada) as uow, pytest.raises(Refused) as refusal:
        calls.answer(uow, cast.lilas, ringing)

    assert refusal.value.code == "call_closed"


def test_link_patient_lets_the_number_find_them(uow_as, cast, call_id, zoe_id):
    with uow_as(cast.ada) as uow:
        calls.link_patient(uow, cast.lilas, call_id, zoe_id)

        found = patient_reads.search(uow, SearchPatients(cast.lilas, phone=BRUNO_PHONE))
        assert [card.id for card in found] == [zoe_id]
        assert reads.call(uow, cast.lilas, call_id).patient_id == zoe_id


def test_earlier_calls_about_counts_72_hours(deps, uow_as, cast, clock, zoe_id):
    for days in (0, 2, 2):
        clock.advance(days=days)
        with uow_as(cast.ada) as uow:
            _, latest = calls.open_call(uow, OpenCall(cast.lilas))
            calls.link_patient(uow, cast.lilas, latest, zoe_id)
            told = StartTriage(cast.lilas, PatientFacts(), "symptome_non_liste", call_id=latest)
            calls.start_triage(uow, deps.library, told)
            uow.commit()

    with uow_as(cast.ada) as uow:
        assert reads.earlier_calls_about(uow, cast.lilas, latest) == 1


def test_earlier_calls_about_nobody_is_none(uow_as, cast, call_id):
    with uow_as(cast.ada) as uow:
        assert reads.earlier_calls_about(uow, cast.lilas, call_id) == 0


def test_start_triage_raises_a_repeat_call(deps, uow_as, cast, clock, zoe_id):
    with uow_as(cast.dr_lune) as uow:
        triage.adopt_reference_set(uow, deps.library, cast.lilas)
        uow.commit()

    def level():
        with uow_as(cast.ada) as uow:
            _, opened = calls.open_call(uow, OpenCall(cast.lilas))
            calls.link_patient(uow, cast.lilas, opened, zoe_id)
            told = StartTriage(cast.lilas, PatientFacts(age_months=600), RENEWAL, call_id=opened)
            session = calls.start_triage(uow, deps.library, told)
            uow.commit()
        return session.level.urgency

    first = level()
    clock.advance(hours=1)

    assert level() > first


def test_save_draft_is_there_after_a_crash(uow_as, cast, call_id):
    with uow_as(cast.ada) as uow:
        calls.save_draft(uow, SaveDraft(cast.lilas, call_id, DraftKind.NOTE, "Douleur"))
        saved = calls.save_draft(uow, SaveDraft(cast.lilas, call_id, DraftKind.NOTE, "Douleur depuis", 1))
        calls.save_draft(uow, SaveDraft(cast.lilas, call_id, DraftKind.MESSAGE, "Rappeler"))
        uow.commit()

    with uow_as(cast.ada) as uow:
        drafts = reads.call(uow, cast.lilas, call_id).drafts

    assert {kind: (draft.text, draft.version) for kind, draft in drafts.items()} == {
        DraftKind.NOTE: ("Douleur depuis", saved.version),
        DraftKind.MESSAGE: ("Rappeler", 1),
    }


def test_save_draft_refuses_a_second_tab_that_has_not_seen_the_first(uow_as, cast, call_id):
    with uow_as(cast.ada) as uow:
        calls.save_draft(uow, SaveDraft(cast.lilas, call_id, DraftKind.NOTE, "Onglet un"))
        uow.commit()

    with uow_as(cast.ada) as uow, pytest.raises(Stale):
        calls.save_draft(uow, SaveDraft(cast.lilas, call_id, DraftKind.NOTE, "Onglet deux"))


def test_clear_draft_empties_what_was_filed_and_counts_on(uow_as, cast, call_id):
    with uow_as(cast.ada) as uow:
        calls.save_draft(uow, SaveDraft(cast.lilas, call_id, DraftKind.NOTE, "Douleur"))
        calls.clear_draft(uow, cast.lilas, call_id, DraftKind.NOTE, filed="Douleur, 3 jours", seen=0)
        uow.commit()
        draft = reads.call(uow, cast.lilas, call_id).drafts[DraftKind.NOTE]

    assert (draft.text, draft.version) == ("", 2)
    with uow_as(cast.ada) as uow, pytest.raises(Stale):
        calls.save_draft(uow, SaveDraft(cast.lilas, call_id, DraftKind.NOTE, "Onglet un", 1))


@pytest.mark.parametrize(("seen", "left"), [(0, "Onglet un"), (1, "")])
def test_clear_draft_leaves_what_another_tab_wrote(uow_as, cast, call_id, seen, left):
    with uow_as(cast.ada) as uow:
        calls.save_draft(uow, SaveDraft(cast.lilas, call_id, DraftKind.NOTE, "Onglet un"))
        calls.clear_draft(uow, cast.lilas, call_id, DraftKind.NOTE, filed="Onglet deux", seen=seen)

        assert reads.call(uow, cast.lilas, call_id).drafts[DraftKind.NOTE].text == left


def test_close_takes_the_call_out_of_the_queue(uow_as, cast, call_id):
    with uow_as(cast.ada) as uow:
        calls.close(uow, cast.lilas, call_id, Outcome.MESSAGE)

        assert reads.queue(uow) == ()
        assert reads.call(uow, cast.lilas, call_id).outcome is Outcome.MESSAGE


def test_close_refuses_another_outcome(uow_as, cast, call_id):
    with uow_as(cast.ada) as uow:
        calls.close(uow, cast.lilas, call_id, Outcome.MESSAGE)
        calls.close(uow, cast.lilas, call_id, Outcome.MESSAGE)

        with pytest.raises(Refused) as refusal:
            calls.close(uow, cast.lilas, call_id, Outcome.OTHER)

    assert refusal.value.code == "call_closed"


def test_practice_of_hides_calls_of_others(uow_as, cast, call_id):
    with uow_as(cast.ada) as uow:
        assert reads.practice_of(uow, call_id) == cast.lilas
    with uow_as(cast.dr_iris) as uow, pytest.raises(NotFound):
        reads.practice_of(uow, call_id)
