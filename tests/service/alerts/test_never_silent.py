"""Whatever happens in whatever order: an open alert has a next step or is red, and silence follows a take."""

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from telesec.alerts import flow
from telesec.alerts import service as alerts
from telesec.alerts.models import Alert, Delivery
from telesec.alerts.rules import AlertLevel, Outcome
from telesec.alerts.service import Acknowledge, RaiseAlert
from telesec.foundation.errors import Refused
from telesec.testing.channels import Fault

acts = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, 15, 60, 75, 180, 600, 1800])),
    st.tuples(st.just("take"), st.sampled_from([None, *Outcome])),
    st.tuples(st.just("fail"), st.sampled_from([Fault.DOWN, Fault.REFUSED, Fault.LOSE_REPLY, Fault.DROP])),
)


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(level=st.sampled_from(AlertLevel), story=st.lists(acts, max_size=8), second=st.booleans())
def test_alert_never_ends_in_silence(deps, cast, clock, phones, on_call, level, story, second):  # noqa: PLR0917 - one story
    with deps.unit_of_work(cast.ada) as uow:
        alert_id = alerts.raise_alert(uow, RaiseAlert(cast.lilas, level, [cast.dr_lune_id]))
        uow.commit()
    actor = cast.dr_soleil if second else cast.dr_lune

    for act, value in story:
        if act == "wait":
            clock.advance(seconds=value)
        elif act == "fail":
            phones.sms.fail(value)
            phones.voice.fail(value)
        else:
            take(deps, actor, alert_id, value)
        flow.deliver(deps)

        with deps.unit_of_work(cast.supervisor) as uow:
            row = uow.session.get(Alert, (cast.lilas, alert_id))
            claimed = uow.session.scalars(
                select(Delivery.claimed_at).where(
                    Delivery.alert_id == alert_id,
                    Delivery.round == row.round,
                    Delivery.claimed_at.is_not(None),
                )
            ).all()
        assert row.state == "closed" or row.exhausted_at or row.next_step_at > clock.now()
        if row.state == "acknowledged":
            assert all(at <= row.acknowledged_at for at in claimed)


def take(deps, actor, alert_id, outcome):
    """Take the alert if that is still possible."""
    with suppress(Refused), deps.unit_of_work(actor) as uow:
        alerts.acknowledge(uow, Acknowledge(alert_id, outcome=outcome))
        uow.commit()
