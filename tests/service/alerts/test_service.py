"""Acknowledging, telling the outcome, passing on, closing."""

import threading
from datetime import timedelta

import pytest

from telesec.alerts import flow
from telesec.alerts import service as alerts
from telesec.alerts.models import Alert
from telesec.alerts.rules import AlertLevel, AlertState, Outcome
from telesec.alerts.service import Acknowledge, CloseAlert, RaiseAlert
from telesec.foundation.errors import Forbidden, NotFound, Refused


@pytest.fixture
def raised(deps, cast, on_call):
    with deps.unit_of_work(cast.ada) as uow:
        alert_id = alerts.raise_alert(uow, RaiseAlert(cast.lilas, AlertLevel.DOCTOR_NOW, [cast.dr_lune_id]))
        uow.commit()
    return alert_id


def look(deps, cast, alert_id):
    with deps.unit_of_work(cast.supervisor) as uow:
        return uow.session.get(Alert, (cast.lilas, alert_id))


def take(deps, actor, alert_id, outcome=None):
    with deps.unit_of_work(actor) as uow:
        state = alerts.acknowledge(uow, Acknowledge(alert_id, outcome=outcome))
        uow.commit()
    return state


def close(deps, actor, alert_id, reason="Dr Soleil joint par le voisin"):
    with deps.unit_of_work(actor) as uow:
        alerts.close_alert(uow, CloseAlert(alert_id, reason))
        uow.commit()


def test_alert_rolled_back_with_its_message_leaves_nothing(deps, cast, on_call):
    with deps.unit_of_work(cast.ada) as uow:
        alert_id = alerts.raise_alert(uow, RaiseAlert(cast.lilas, AlertLevel.DOCTOR_NOW))

    assert look(deps, cast, alert_id) is None


def test_acknowledge_takes_the_alert_for_the_practitioner(deps, cast, clock, raised):
    state = take(deps, cast.dr_lune, raised)

    alert = look(deps, cast, raised)
    assert state is AlertState.ACKNOWLEDGED
    assert (alert.acknowledged_by, alert.acknowledged_channel) == (cast.dr_lune_id, "page")
    assert alert.next_step_at == clock.now() + timedelta(minutes=10)


def test_acknowledge_twice_changes_nothing(deps, cast, clock, raised):
    take(deps, cast.dr_lune, raised)
    taken_at = clock.now()
    clock.advance(seconds=30)

    take(deps, cast.dr_lune, raised)

    assert look(deps, cast, raised).acknowledged_at == taken_at


def test_second_person_is_told_that_it_is_taken(deps, cast, raised):
    take(deps, cast.dr_lune, raised)

    with pytest.raises(Refused) as refused:
        take(deps, cast.dr_soleil, raised)

    assert refused.value.code == "already_acknowledged"


@pytest.mark.parametrize("who", ["ada", "supervisor"])
def test_only_practitioners_acknowledge(deps, cast, raised, who):
    with pytest.raises(Forbidden):
        take(deps, getattr(cast, who), raised)


def test_practitioner_of_another_practice_finds_nothing(deps, cast, raised):
    with pytest.raises(NotFound):
        take(deps, cast.dr_iris, raised)


@pytest.mark.parametrize("outcome", [Outcome.PATIENT_CALLED, Outcome.SENT_TO_15])
def test_closing_outcome_closes(deps, cast, raised, outcome):
    state = take(deps, cast.dr_lune, raised, outcome)

    assert state is AlertState.CLOSED
    assert look(deps, cast, raised).next_step_at is None


def test_outcome_after_a_promise_closes(deps, cast, raised):
    take(deps, cast.dr_lune, raised, Outcome.WILL_CALL)

    with deps.unit_of_work(cast.dr_lune) as uow:
        state = alerts.record_outcome(uow, raised, Outcome.PATIENT_CALLED)
        uow.commit()

    assert state is AlertState.CLOSED


def test_repeated_outcome_of_a_closed_alert_is_no_error(deps, cast, raised):
    take(deps, cast.dr_lune, raised, Outcome.PATIENT_CALLED)

    assert take(deps, cast.dr_lune, raised, Outcome.PATIENT_CALLED) is AlertState.CLOSED


def test_other_outcome_of_a_closed_alert_is_refused(deps, cast, raised):
    take(deps, cast.dr_lune, raised, Outcome.PATIENT_CALLED)

    with pytest.raises(Refused) as refused:
        take(deps, cast.dr_lune, raised, Outcome.WILL_CALL)

    assert refused.value.code == "alert_closed"


def test_passing_on_triggers_again_for_the_next_person(deps, cast, raised):
    state = take(deps, cast.dr_lune, raised, Outcome.PASS_ON)

    assert state is AlertState.TRIGGERED
    assert look(deps, cast, raised).from_position == 1


def test_supervisor_closes_on_the_red_list_with_a_reason(deps, cast, clock, raised):
    clock.advance(minutes=10)
    flow.deliver(deps)

    close(deps, cast.supervisor, raised)

    assert look(deps, cast, raised).outcome == "closed_by_supervisor"


def test_reason_of_the_supervisor_is_sealed(deps, cast, clock, raised):
    clock.advance(minutes=10)
    flow.deliver(deps)

    close(deps, cast.supervisor, raised, "CANARI")

    assert b"CANARI" not in look(deps, cast, raised).reason_sealed


def test_supervisor_cannot_close_an_alert_still_under_way(deps, cast, raised):
    with pytest.raises(Refused) as refused:
        close(deps, cast.supervisor, raised)

    assert refused.value.code == "not_exhausted"


def test_closing_without_words_is_refused(deps, cast, clock, raised):
    clock.advance(minutes=10)
    flow.deliver(deps)

    with pytest.raises(Refused) as refused:
        close(deps, cast.supervisor, raised, "  ")

    assert refused.value.code == "reason_needed"


def test_secretary_cannot_close(deps, cast, clock, raised):
    clock.advance(minutes=10)
    flow.deliver(deps)

    with pytest.raises(Forbidden):
        close(deps, cast.ada, raised)


def test_racing_acknowledgements_have_one_winner(deps, cast, raised):
    results, start = [], threading.Barrier(8)

    def race(actor):
        start.wait()
        try:
            take(deps, actor, raised)
            results.append(actor)
        except Refused as refused:
            results.append(refused.code)

    actors = [cast.dr_lune, cast.dr_soleil] * 4
    threads = [threading.Thread(target=race, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winners = {actor.person_id for actor in results if not isinstance(actor, str)}
    assert len(results) == 8
    assert len(winners) == 1


def test_codes_of_open_alerts_differ(deps, cast, on_call):
    with deps.unit_of_work(cast.ada) as uow:
        ids = [alerts.raise_alert(uow, RaiseAlert(cast.lilas, AlertLevel.DOCTOR_NOW)) for _ in range(20)]
        uow.commit()

    assert len({look(deps, cast, alert_id).code for alert_id in ids}) == 20
