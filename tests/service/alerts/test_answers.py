"""Coded SMS and keys: what is taken, what is refused politely, five tries."""

import pytest
from sqlalchemy import select

from telesec.alerts import answers, contacts, flow, words
from telesec.alerts import service as alerts
from telesec.alerts.contacts import AddContact
from telesec.alerts.models import Alert, Delivery
from telesec.alerts.rules import AlertLevel, ChannelKind, Outcome
from telesec.alerts.service import Acknowledge, RaiseAlert
from telesec.foundation.access import Purpose, system_actor
from telesec.testing.cast import BRUNO_PHONE, DR_LUNE_PHONE, DR_SOLEIL_PHONE


@pytest.fixture
def raised(deps, cast, on_call):
    with deps.unit_of_work(cast.ada) as uow:
        alert_id = alerts.raise_alert(uow, RaiseAlert(cast.lilas, AlertLevel.DOCTOR_NOW, [cast.dr_lune_id]))
        uow.commit()
    flow.deliver(deps)
    return alert_id


def look(deps, cast, alert_id):
    with deps.unit_of_work(cast.supervisor) as uow:
        return uow.session.get(Alert, (cast.lilas, alert_id))


def reply(deps, number, body):
    with deps.unit_of_work(system_actor(Purpose.RECEIVE_ANSWERS)) as uow:
        found = contacts.find_by_number(uow, number)
    with deps.unit_of_work(system_actor(Purpose.RECEIVE_ANSWERS, *{p for p, _ in found})) as uow:
        sentence = answers.text_in(uow, found, body)
        uow.commit()
    return sentence


def wrong(code):
    return f"1 {(int(code) + 1) % 100:02d}"


@pytest.fixture
def call(deps, cast, clock, raised):
    """The voice delivery that rings at Dr Lune."""
    clock.advance(seconds=60)
    flow.deliver(deps)
    with deps.unit_of_work(cast.supervisor) as uow:
        return uow.session.scalars(select(Delivery).where(Delivery.channel == "voice")).one()


def press(deps, call, digits):
    with deps.unit_of_work(system_actor(Purpose.RECEIVE_ANSWERS, call.practice_id)) as uow:
        spoken = answers.press(uow, call.practice_id, call.id, digits)
        uow.commit()
    return spoken


def pick_up(deps, call):
    with deps.unit_of_work(system_actor(Purpose.RECEIVE_ANSWERS, call.practice_id)) as uow:
        return answers.pick_up(uow, call.practice_id, call.id)


def test_coded_reply_from_the_verified_number_acknowledges(deps, cast, raised):
    code = look(deps, cast, raised).code

    sentence = reply(deps, DR_LUNE_PHONE, f"1 {code}")

    alert = look(deps, cast, raised)
    assert sentence == words.text_taken(code)
    assert (alert.acknowledged_by, alert.acknowledged_channel) == (cast.dr_lune_id, "sms")


def test_reply_from_an_unknown_number_gets_silence(deps, cast, raised):
    sentence = reply(deps, BRUNO_PHONE, f"1 {look(deps, cast, raised).code}")

    assert sentence is None
    assert look(deps, cast, raised).state == "triggered"


def test_reply_from_an_unverified_number_gets_silence(deps, cast, raised):
    with deps.unit_of_work(cast.supervisor) as uow:
        contacts.add_contact(uow, AddContact(cast.lilas, cast.dr_lune_id, ChannelKind.SMS, BRUNO_PHONE))
        uow.commit()

    assert reply(deps, BRUNO_PHONE, f"1 {look(deps, cast, raised).code}") is None


def test_reply_with_an_outcome_closes(deps, cast, raised):
    code = look(deps, cast, raised).code

    reply(deps, DR_LUNE_PHONE, f"A {code}")

    assert look(deps, cast, raised).outcome == Outcome.PATIENT_CALLED


def test_repeated_reply_says_the_same(deps, cast, raised):
    code = look(deps, cast, raised).code
    first = reply(deps, DR_LUNE_PHONE, f"1 {code}")

    assert reply(deps, DR_LUNE_PHONE, f"1 {code}") == first


def test_reply_after_somebody_else_took_it_is_refused_politely(deps, cast, raised):
    code = look(deps, cast, raised).code
    reply(deps, DR_SOLEIL_PHONE, f"1 {code}")

    assert reply(deps, DR_LUNE_PHONE, f"1 {code}") == words.TAKEN


def test_reply_to_a_closed_alert_is_refused_politely(deps, cast, raised):
    code = look(deps, cast, raised).code
    reply(deps, DR_LUNE_PHONE, f"S {code}")

    assert reply(deps, DR_LUNE_PHONE, f"1 {code}") == words.CLOSED


def test_other_words_are_not_understood_and_cost_no_try(deps, cast, raised):
    assert reply(deps, DR_LUNE_PHONE, "oui j'arrive") == words.NOT_UNDERSTOOD
    assert look(deps, cast, raised).tries == 0


def test_five_wrong_codes_end_the_code(deps, cast, raised):
    code = look(deps, cast, raised).code
    said = [reply(deps, DR_LUNE_PHONE, wrong(code)) for _ in range(5)]

    assert said == [words.WRONG_CODE] * 4 + [words.NO_MORE_TRIES]
    assert reply(deps, DR_LUNE_PHONE, f"1 {code}") == words.NO_MORE_TRIES
    assert look(deps, cast, raised).state == "triggered"


def test_page_still_takes_the_alert_after_five_wrong_codes(deps, cast, raised):
    for _ in range(5):
        reply(deps, DR_LUNE_PHONE, wrong(look(deps, cast, raised).code))

    with deps.unit_of_work(cast.dr_lune) as uow:
        alerts.acknowledge(uow, Acknowledge(raised))
        uow.commit()

    assert look(deps, cast, raised).state == "acknowledged"


def test_number_shared_by_two_practices_takes_the_right_alert(deps, cast, raised):
    with deps.unit_of_work(cast.supervisor) as uow:
        contacts.add_contact(
            uow, AddContact(cast.glycines, cast.dr_iris_id, ChannelKind.SMS, DR_LUNE_PHONE, verified=True)
        )
        other = alerts.raise_alert(uow, RaiseAlert(cast.glycines, AlertLevel.DOCTOR_NOW, [cast.dr_iris_id]))
        uow.session.flush()
        uow.session.get(Alert, (cast.glycines, other)).code = wrong(look(deps, cast, raised).code)[2:]
        uow.commit()

    reply(deps, DR_LUNE_PHONE, f"1 {look(deps, cast, raised).code}")

    with deps.unit_of_work(cast.supervisor) as uow:
        assert uow.session.get(Alert, (cast.glycines, other)).state == "triggered"
    assert look(deps, cast, raised).state == "acknowledged"


def test_call_reads_the_code_and_waits_for_two_keys(deps, cast, raised, call):
    spoken = pick_up(deps, call)

    assert spoken == answers.Spoken(words.voice_prompt(look(deps, cast, raised).code), 2)


def test_voicemail_acknowledges_nothing(deps, cast, raised, call):
    pick_up(deps, call)
    press(deps, call, "")

    assert look(deps, cast, raised).state == "triggered"


def test_keys_take_the_alert_then_ask_the_outcome(deps, cast, raised, call):
    spoken = press(deps, call, look(deps, cast, raised).code)

    assert spoken == answers.Spoken(words.outcome_menu(), 1)
    assert look(deps, cast, raised).acknowledged_channel == "voice"


def test_same_keys_posted_twice_say_the_same(deps, cast, raised, call):
    code = look(deps, cast, raised).code
    first = press(deps, call, code)

    assert press(deps, call, code) == first


def test_outcome_key_records_the_outcome(deps, cast, raised, call):
    press(deps, call, look(deps, cast, raised).code)

    spoken = press(deps, call, "2")

    assert spoken == answers.Spoken((words.outcome_noted(Outcome.WILL_CALL),))
    assert look(deps, cast, raised).outcome == Outcome.WILL_CALL


def test_other_outcome_key_asks_again(deps, cast, raised, call):
    press(deps, call, look(deps, cast, raised).code)

    assert press(deps, call, "9").digits == 1


def test_five_wrong_keys_end_the_call(deps, cast, raised, call):
    bad = wrong(look(deps, cast, raised).code)[2:]
    said = [press(deps, call, bad).digits for _ in range(5)]

    assert said == [2, 2, 2, 2, 0]
    assert press(deps, call, look(deps, cast, raised).code).sentences == (words.NO_MORE_TRIES,)


def test_call_picked_up_after_somebody_took_it_says_so(deps, cast, raised, call):
    reply(deps, DR_SOLEIL_PHONE, f"1 {look(deps, cast, raised).code}")

    assert pick_up(deps, call) == answers.Spoken((words.TAKEN,))
    assert press(deps, call, look(deps, cast, raised).code) == answers.Spoken((words.TAKEN,))
