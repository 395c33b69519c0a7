"""The sweep on real PostgreSQL: deliveries on a moved clock, faults, takeover."""

import threading

import pytest
from sqlalchemy import select

from telesec.alerts import answers, attempts, contacts, flow
from telesec.alerts import service as alerts
from telesec.alerts.contacts import AddContact
from telesec.alerts.models import Alert, Delivery
from telesec.alerts.rules import AlertLevel, ChannelKind, Outcome
from telesec.alerts.service import Acknowledge, RaiseAlert
from telesec.foundation.access import Purpose, system_actor
from telesec.testing.cast import DR_LUNE_PHONE
from telesec.testing.channels import Fault, WorkerKilled


@pytest.fixture
def raised(deps, cast, on_call):
    """Raise an urgent alert for Dr Lune and return its id."""
    return raise_one(deps, cast)


def raise_one(deps, cast, level=AlertLevel.DOCTOR_NOW):
    with deps.unit_of_work(cast.ada) as uow:
        alert_id = alerts.raise_alert(uow, RaiseAlert(cast.lilas, level, [cast.dr_lune_id]))
        uow.commit()
    return alert_id


def look(deps, cast, alert_id):
    with deps.unit_of_work(cast.supervisor) as uow:
        return uow.session.get(Alert, (cast.lilas, alert_id))


def deliveries(deps, cast, alert_id):
    with deps.unit_of_work(cast.supervisor) as uow:
        rows = uow.session.scalars(
            select(Delivery)
            .where(Delivery.practice_id == cast.lilas, Delivery.alert_id == alert_id)
            .order_by(Delivery.created_at, Delivery.id)
        ).all()
    return [(row.channel, row.status) for row in rows]


def take(deps, actor, alert_id, outcome=None):
    with deps.unit_of_work(actor) as uow:
        alerts.acknowledge(uow, Acknowledge(alert_id, outcome=outcome and Outcome(outcome)))
        uow.commit()


def test_urgent_alert_escalates_from_sms_to_the_red_list(deps, cast, clock, phones, raised):
    flow.deliver(deps)
    phones["dr-lune"].expect_sms("1 message urgent vous attend. Répondez 1 ")

    clock.advance(seconds=60)
    flow.deliver(deps)
    phones["dr-lune"].expect_call()

    clock.advance(seconds=120)
    flow.deliver(deps)
    phones["dr-soleil"].expect_sms()
    phones["dr-soleil"].expect_call()

    clock.advance(seconds=420)
    flow.deliver(deps)
    phones.expect_silence()
    assert look(deps, cast, raised).exhausted_at == clock.now()


def test_sms_says_count_code_and_domain_only(deps, cast, phones, raised):
    flow.deliver(deps)

    code = look(deps, cast, raised).code
    notice = phones["dr-lune"].expect_sms()
    assert notice.text == f"1 message urgent vous attend. Répondez 1 {code}. localhost"


def test_two_alerts_are_counted_in_the_sms(deps, cast, phones, raised):
    flow.deliver(deps)
    phones["dr-lune"].expect_sms("1 message")
    raise_one(deps, cast)

    flow.deliver(deps)

    phones["dr-lune"].expect_sms("2 messages urgents")


def test_vital_alert_calls_at_once_and_repeats_in_parallel(deps, cast, clock, phones, on_call):
    raise_one(deps, cast, AlertLevel.CALL15_NOW)
    flow.deliver(deps)
    phones["dr-lune"].expect_call()

    clock.advance(seconds=60)
    flow.deliver(deps)
    phones["dr-soleil"].expect_call()

    clock.advance(seconds=15)
    flow.deliver(deps)
    phones["dr-lune"].expect_call()
    phones.expect_silence()


def test_sweep_twice_sends_once(deps, phones, raised):
    flow.deliver(deps)

    assert flow.deliver(deps) == 0
    assert len(phones.sms.taken) == 1


def test_skipped_channel_says_so_in_the_trace(deps, cast, raised):
    flow.deliver(deps)

    assert ("push", "skipped") in deliveries(deps, cast, raised)


def test_no_contact_at_all_lands_on_the_red_list_at_once(deps, cast, phones):
    alert_id = raise_one(deps, cast)

    flow.deliver(deps)

    assert look(deps, cast, alert_id).exhausted_at is not None
    phones.expect_silence()


def test_nobody_named_and_nobody_on_call_lands_on_the_red_list(deps, cast):
    with deps.unit_of_work(cast.ada) as uow:
        alert_id = alerts.raise_alert(uow, RaiseAlert(cast.lilas, AlertLevel.CALL15_NOW))
        uow.commit()

    flow.deliver(deps)

    assert look(deps, cast, alert_id).exhausted_at is not None


def test_nobody_is_called_after_the_acknowledgement(deps, cast, clock, phones, raised):
    flow.deliver(deps)
    phones["dr-lune"].expect_sms()
    take(deps, cast.dr_lune, raised)

    clock.advance(seconds=590)
    flow.deliver(deps)

    phones.expect_silence()


def test_attempt_waiting_when_the_alert_is_taken_is_skipped(deps, cast, clock, phones, raised):
    phones.sms.fail(Fault.DOWN)
    flow.deliver(deps)
    take(deps, cast.dr_lune, raised)

    clock.advance(seconds=5)
    flow.deliver(deps)

    phones.expect_silence()
    assert ("sms", "skipped") in deliveries(deps, cast, raised)


def test_missing_outcome_calls_again(deps, cast, clock, phones, raised):
    flow.deliver(deps)
    phones["dr-lune"].expect_sms()
    take(deps, cast.dr_lune, raised)

    clock.advance(minutes=10)
    flow.deliver(deps)

    phones["dr-lune"].expect_sms()
    assert look(deps, cast, raised).round == 2


def test_promise_to_call_calls_again_after_half_an_hour(deps, cast, clock, phones, raised):
    flow.deliver(deps)
    phones["dr-lune"].expect_sms()
    take(deps, cast.dr_lune, raised, "will_call")

    clock.advance(minutes=29)
    flow.deliver(deps)
    phones.expect_silence()

    clock.advance(minutes=1)
    flow.deliver(deps)
    phones["dr-lune"].expect_sms()


def test_passing_on_reaches_the_next_person_at_once(deps, cast, phones, raised):
    flow.deliver(deps)
    phones["dr-lune"].expect_sms()
    take(deps, cast.dr_lune, raised, "pass_on")

    flow.deliver(deps)

    phones["dr-soleil"].expect_sms()
    phones["dr-soleil"].expect_call()
    phones.expect_silence()


def test_permanent_failure_moves_to_the_next_stage_at_once(deps, cast, phones, raised):
    phones.sms.fail(Fault.REFUSED)

    flow.deliver(deps)

    phones["dr-lune"].expect_call()


def test_passing_failure_is_repeated(deps, clock, phones, raised):
    phones.sms.fail(Fault.DOWN)
    flow.deliver(deps)
    phones.expect_silence()

    clock.advance(seconds=5)
    flow.deliver(deps)

    phones["dr-lune"].expect_sms()


def test_carrier_that_stays_down_does_not_stop_the_escalation(deps, cast, clock, phones, raised):
    phones.sms.fail(*[Fault.DOWN] * 20)
    phones.voice.fail(*[Fault.DOWN] * 20)

    for _ in range(121):
        clock.advance(seconds=5)
        flow.deliver(deps)

    assert look(deps, cast, raised).exhausted_at is not None


def test_lost_reply_is_looked_up_and_not_repeated(deps, cast, clock, phones, raised):
    phones.sms.fail(Fault.LOSE_REPLY)
    flow.deliver(deps)

    clock.advance(seconds=3)
    flow.deliver(deps)

    assert len(phones.sms.taken) == 1
    assert ("sms", "sent") in deliveries(deps, cast, raised)


def test_dropped_request_is_looked_up_then_repeated(deps, clock, phones, raised):
    phones.sms.fail(Fault.DROP)
    flow.deliver(deps)

    clock.advance(seconds=3)
    flow.deliver(deps)

    phones["dr-lune"].expect_sms()
    assert len(phones.sms.look_ups) == 1


@pytest.mark.parametrize("fault", [Fault.KILL_BEFORE_SEND, Fault.KILL_AFTER_SEND])
def test_worker_killed_while_sending_is_taken_over_at_once(deps, cast, phones, raised, fault):
    phones.sms.fail(fault)
    with pytest.raises(WorkerKilled):
        flow.deliver(deps)

    flow.deliver(deps)

    phones["dr-lune"].expect_sms()
    phones.expect_silence()
    assert ("sms", "sent") in deliveries(deps, cast, raised)


def test_worker_killed_before_the_record_takes_nothing_over_after_the_acknowledgement(
    deps, cast, phones, raised
):
    phones.sms.fail(Fault.KILL_BEFORE_SEND)
    with pytest.raises(WorkerKilled):
        flow.deliver(deps)
    take(deps, cast.dr_lune, raised)

    flow.deliver(deps)

    phones.expect_silence()


def test_slow_worker_is_never_pre_empted(deps, cast, phones, raised):
    with deps.database.direct() as slow:
        flow._advance_due(deps)
        with deps.unit_of_work(cast.supervisor) as uow:
            row = uow.session.scalars(select(Delivery).where(Delivery.status == "queued")).one()
        slow.execute("select pg_advisory_lock(%s)", (flow.lock_key(row.id),))

        flow.deliver(deps)
        phones.expect_silence()

    flow.deliver(deps)
    phones["dr-lune"].expect_sms()


def test_sweep_finds_the_alerts_of_two_practices(deps, cast, on_call):
    ids = []
    for practice_id in (cast.lilas, cast.glycines):
        with deps.unit_of_work(cast.ada) as uow:
            ids.append(alerts.raise_alert(uow, RaiseAlert(practice_id, AlertLevel.DOCTOR_NOW)))
            uow.commit()

    flow.deliver(deps)

    with deps.unit_of_work(cast.supervisor) as uow:
        moved = uow.session.scalars(select(Alert.id).where(Alert.stages_done > 0)).all()
    assert set(moved) == set(ids)


def test_more_alerts_than_fly_at_once_all_leave_in_one_run(deps, cast, phones, on_call):
    with deps.unit_of_work(cast.ada) as uow:
        for _ in range(flow.IN_FLIGHT + 6):
            alerts.raise_alert(uow, RaiseAlert(cast.lilas, AlertLevel.DOCTOR_NOW, [cast.dr_lune_id]))
        uow.commit()

    flow.deliver(deps)

    assert len(phones.sms.taken) == flow.IN_FLIGHT + 6


def test_provider_that_hangs_holds_up_nobody_else(deps, cast, phones, raised):
    phones.sms.fail(Fault.HANG)
    worker = threading.Thread(target=flow.deliver, args=(deps,))
    worker.start()
    raise_one(deps, cast, AlertLevel.CALL15_NOW)

    phones.voice.wait_until_taken(1)
    phones.sms.release()
    worker.join()

    phones["dr-lune"].expect_call()


def test_look_ups_see_the_attempts_and_contacts_of_two_practices(deps, cast, phones, on_call):
    with deps.unit_of_work(cast.supervisor) as uow:
        iris = AddContact(cast.glycines, cast.dr_iris_id, ChannelKind.SMS, DR_LUNE_PHONE, verified=True)
        contacts.add_contact(uow, iris)
        alerts.raise_alert(uow, RaiseAlert(cast.lilas, AlertLevel.DOCTOR_NOW))
        alerts.raise_alert(uow, RaiseAlert(cast.glycines, AlertLevel.DOCTOR_NOW, [cast.dr_iris_id]))
        uow.commit()
    flow._advance_due(deps)

    with deps.unit_of_work(system_actor(Purpose.DELIVER_ALERTS)) as uow:
        due = attempts.due_deliveries(uow, 100)
        homes = {answers.find_delivery(uow, delivery_id) for _, delivery_id in due}
        found = contacts.find_by_number(uow, DR_LUNE_PHONE)

    both = {cast.lilas, cast.glycines}
    assert {practice_id for practice_id, _ in due} == both
    assert homes == both
    assert {practice_id for practice_id, _ in found} == both
