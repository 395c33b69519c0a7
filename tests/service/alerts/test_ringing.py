"""After somebody took an alert, calls of ours that still ring elsewhere are hung up."""

import pytest
from sqlalchemy import select

from telesec.alerts import attempts, flow
from telesec.alerts import service as alerts
from telesec.alerts.models import Delivery
from telesec.alerts.ports import DeliveryReport
from telesec.alerts.rules import AlertLevel, ChannelKind, DeliveryStatus
from telesec.alerts.service import Acknowledge, CloseAlert, RaiseAlert
from telesec.foundation.access import Purpose, system_actor
from telesec.testing.channels import FakeChannel, Fault


@pytest.fixture
def ringing(deps, cast, clock, phones, on_call):
    """Both doctors' phones ring for a vital alert; its id."""
    with deps.unit_of_work(cast.ada) as uow:
        alert_id = alerts.raise_alert(uow, RaiseAlert(cast.lilas, AlertLevel.CALL15_NOW))
        uow.commit()
    flow.deliver(deps)
    clock.advance(seconds=60)
    flow.deliver(deps)
    phones["dr-lune"].expect_call()
    phones["dr-soleil"].expect_call()
    return alert_id


def take(deps, cast, alert_id, channel="page"):
    who = cast.dr_lune_id
    with deps.unit_of_work(cast.dr_lune) as uow:
        alerts.acknowledge(uow, Acknowledge(alert_id, channel, who))
        uow.commit()


def calls(deps, cast):
    with deps.unit_of_work(cast.supervisor) as uow:
        rows = uow.session.scalars(
            select(Delivery).where(Delivery.channel == "voice").order_by(Delivery.position)
        ).all()
    return [(row.status, row.error, row.due_at) for row in rows]


def test_calls_that_ring_are_hung_up(deps, cast, phones, ringing):
    take(deps, cast, ringing)

    flow.deliver(deps)

    assert len(phones.voice.stopped) == 2
    assert calls(deps, cast) == [("skipped", "hung_up", None)] * 2


def test_hanging_up_twice_is_hanging_up_once(deps, cast, phones, ringing):
    take(deps, cast, ringing)
    flow.deliver(deps)

    assert flow.deliver(deps) == 0
    assert len(phones.voice.stopped) == 2


def test_call_in_which_the_keys_were_pressed_goes_on(deps, cast, phones, ringing):
    take(deps, cast, ringing, channel="voice")

    flow.deliver(deps)

    assert len(phones.voice.stopped) == 1
    assert calls(deps, cast)[0][0] == "sent"


def test_call_somebody_picked_up_goes_on(deps, cast, phones, ringing):
    with deps.unit_of_work(cast.supervisor) as uow:
        rows = uow.session.scalars(select(Delivery).where(Delivery.practitioner_id == cast.dr_soleil_id))
        spoken = rows.one().id
    with deps.unit_of_work(system_actor(Purpose.RECEIVE_ANSWERS, cast.lilas)) as uow:
        attempts.report(uow, cast.lilas, DeliveryReport(spoken, "fake", DeliveryStatus.ANSWERED))
        uow.commit()
    take(deps, cast, ringing)

    flow.deliver(deps)

    assert len(phones.voice.stopped) == 1


def test_supervisor_who_closes_the_alert_ends_the_calls(deps, cast, clock, phones, ringing):
    clock.advance(seconds=130)
    flow.deliver(deps)
    with deps.unit_of_work(cast.supervisor) as uow:
        alerts.close_alert(uow, CloseAlert(ringing, "Rappelé par moi."))
        uow.commit()

    flow.deliver(deps)

    assert phones.voice.stopped


def test_carrier_that_cannot_hang_up_lets_it_ring(deps, cast, phones, ringing):
    phones.voice.fail(Fault.DOWN, Fault.DROP)
    take(deps, cast, ringing)

    flow.deliver(deps)

    assert flow.deliver(deps) == 0
    assert calls(deps, cast) == [("sent", None, None)] * 2


class Mute:
    """A channel of a plug-in that cannot hang up."""

    kind = ChannelKind.VOICE
    name = "mute"

    def __init__(self, other: FakeChannel) -> None:
        self.send, self.look_up = other.send, other.look_up


def test_channel_without_stop_is_left_alone(deps, cast, phones, ringing):
    mute = deps.with_parts(channels=phones.channels | {ChannelKind.VOICE: (Mute(phones.voice),)})
    take(deps, cast, ringing)

    flow.deliver(mute)

    assert calls(deps, cast) == [("sent", None, None)] * 2


class TakenMeanwhile(FakeChannel):
    """A channel during whose sending somebody takes the alert."""

    act = staticmethod(lambda: None)

    def send(self, notice):
        receipt = super().send(notice)
        self.act()
        return receipt


def test_call_that_began_while_the_alert_was_taken_is_hung_up(deps, cast, phones, on_call):
    channel = TakenMeanwhile(ChannelKind.VOICE)
    parts = deps.with_parts(channels=phones.channels | {ChannelKind.VOICE: (channel,)})
    with deps.unit_of_work(cast.ada) as uow:
        alert_id = alerts.raise_alert(uow, RaiseAlert(cast.lilas, AlertLevel.CALL15_NOW))
        uow.commit()
    channel.act = lambda: take(deps, cast, alert_id)

    flow.deliver(parts)
    flow.deliver(parts)

    assert len(channel.stopped) == 1
