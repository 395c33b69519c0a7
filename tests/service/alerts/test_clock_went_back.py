"""The clock is put back an hour: a policy's next step is far away, yet its doctors are called now."""

import pytest
from sqlalchemy import select

from telesec.alerts import flow
from telesec.alerts import service as alerts
from telesec.alerts.models import Alert
from telesec.alerts.rules import AlertLevel
from telesec.alerts.service import Acknowledge, RaiseAlert


@pytest.fixture
def raised(deps, cast, on_call, phones):
    """A vital alert whose first call rang."""
    with deps.unit_of_work(cast.ada) as uow:
        alert_id = alerts.raise_alert(uow, RaiseAlert(cast.lilas, AlertLevel.CALL15_NOW, [cast.dr_lune_id]))
        uow.commit()
    flow.deliver(deps)
    phones["dr-lune"].expect_call()
    return alert_id


def look(deps, cast, alert_id):
    with deps.unit_of_work(cast.supervisor) as uow:
        return uow.session.scalars(select(Alert).where(Alert.id == alert_id)).one()


def test_who_was_called_before_is_called_again_and_the_next_one_in_a_minute(
    deps, cast, clock, phones, raised
):
    clock.advance(hours=-1)

    assert flow.follow_clock(deps) == 1
    flow.deliver(deps)
    phones["dr-lune"].expect_call()
    assert flow.follow_clock(deps) == 0
    clock.advance(seconds=60)
    flow.deliver(deps)

    phones["dr-soleil"].expect_call()
    assert look(deps, cast, raised).round == 2


def test_an_older_alert_whose_last_call_is_to_come_is_followed_too(deps, clock, phones, raised):
    clock.advance(minutes=10)
    flow.deliver(deps)
    phones["dr-lune"].expect_call()
    phones["dr-soleil"].expect_call()
    clock.advance(minutes=-5)

    assert flow.follow_clock(deps) == 1
    flow.deliver(deps)

    phones["dr-lune"].expect_call()


def test_who_took_it_is_given_as_long_as_if_it_were_now(deps, cast, clock, raised):
    with deps.unit_of_work(cast.dr_lune) as uow:
        alerts.acknowledge(uow, Acknowledge(raised))
        uow.commit()
    clock.advance(hours=-1)

    flow.follow_clock(deps)
    clock.advance(minutes=1)
    flow.follow_clock(deps)

    waits = look(deps, cast, raised).next_step_at - clock.now()
    assert waits.total_seconds() == 4 * 60


def test_a_clock_that_goes_on_moves_nothing(deps, clock, raised):
    clock.advance(seconds=30)

    assert flow.follow_clock(deps) == 0
