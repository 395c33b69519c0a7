"""What screens see of alerts."""

from datetime import timedelta

import pytest

from telesec.alerts import flow, reads
from telesec.alerts import service as alerts
from telesec.alerts.rules import AlertLevel, ChannelKind, Outcome
from telesec.alerts.service import Acknowledge, RaiseAlert
from telesec.foundation.ids import new_id


def raise_in(deps, cast, practice_id, **fields):
    with deps.unit_of_work(cast.ada) as uow:
        alert_id = alerts.raise_alert(uow, RaiseAlert(practice_id, AlertLevel.DOCTOR_NOW, **fields))
        uow.commit()
    return alert_id


def take(deps, actor, alert_id, outcome=None):
    with deps.unit_of_work(actor) as uow:
        alerts.acknowledge(uow, Acknowledge(alert_id, outcome=outcome))
        uow.commit()


def test_red_list_shows_exhausted_alerts_of_every_practice(deps, cast, clock):
    first = raise_in(deps, cast, cast.lilas)
    flow.deliver(deps)
    clock.advance(seconds=1)
    second = raise_in(deps, cast, cast.glycines)
    flow.deliver(deps)

    with deps.unit_of_work(cast.supervisor) as uow:
        page = reads.red_list(uow)

    assert [row.id for row in page.items] == [first, second]
    assert all(row.red for row in page.items)


def test_red_list_pages(deps, cast, clock):
    ids = []
    for _ in range(3):
        ids.append(raise_in(deps, cast, cast.lilas))
        flow.deliver(deps)
        clock.advance(seconds=1)

    with deps.unit_of_work(cast.supervisor) as uow:
        first = reads.red_list(uow, limit=2)
        rest = reads.red_list(uow, limit=2, cursor=first.next_cursor)

    assert [row.id for row in (*first.items, *rest.items)] == ids
    assert rest.next_cursor is None


def test_red_list_of_a_stranger_is_empty(deps, cast):
    raise_in(deps, cast, cast.lilas)
    flow.deliver(deps)

    with deps.unit_of_work(cast.stranger) as uow:
        assert reads.red_list(uow).items == ()


def test_taken_alert_is_an_open_loop_until_its_outcome(deps, cast, on_call):
    alert_id = raise_in(deps, cast, cast.lilas)
    take(deps, cast.dr_lune, alert_id, Outcome.WILL_CALL)

    with deps.unit_of_work(cast.ada) as uow:
        loops = reads.open_loops(uow).items
    take(deps, cast.dr_lune, alert_id, Outcome.PATIENT_CALLED)
    with deps.unit_of_work(cast.ada) as uow:
        after = reads.open_loops(uow).items

    assert [row.id for row in loops] == [alert_id]
    assert after == ()


def test_practitioner_sees_alerts_that_call_him_open_ones_first(deps, cast, clock, on_call):
    closed = raise_in(deps, cast, cast.lilas)
    take(deps, cast.dr_lune, closed, Outcome.PATIENT_CALLED)
    clock.advance(seconds=1)
    still_open = raise_in(deps, cast, cast.lilas)
    raise_in(deps, cast, cast.glycines)

    with deps.unit_of_work(cast.dr_lune) as uow:
        rows = reads.mine(uow)

    assert [row.id for row in rows] == [still_open, closed]


def test_alert_is_found_by_its_message_and_its_call(deps, cast, on_call):
    message_id, call_id = new_id(), new_id()
    alert_id = raise_in(deps, cast, cast.lilas, message_id=message_id, call_id=call_id)

    with deps.unit_of_work(cast.ada) as uow:
        by_message = reads.of_messages(uow, cast.lilas, [message_id, new_id()])
        by_call = reads.of_call(uow, cast.lilas, call_id)

    assert {key: row.id for key, row in by_message.items()} == {message_id: alert_id}
    assert [row.id for row in by_call] == [alert_id]


def test_who_now_shows_the_order_and_the_channels(deps, cast, on_call):
    with deps.unit_of_work(cast.ada) as uow:
        rungs = reads.who_now(uow, cast.lilas, [cast.dr_soleil_id])

    assert [(rung.practitioner_id, rung.channels) for rung in rungs] == [
        (cast.dr_soleil_id, (ChannelKind.SMS, ChannelKind.VOICE)),
        (cast.dr_lune_id, (ChannelKind.SMS, ChannelKind.VOICE)),
    ]


def test_detail_tells_what_was_tried_in_order(deps, cast, clock, on_call):
    alert_id = raise_in(deps, cast, cast.lilas)
    flow.deliver(deps)
    clock.advance(seconds=60)
    flow.deliver(deps)

    with deps.unit_of_work(cast.ada) as uow:
        detail = reads.alert(uow, alert_id)

    assert [one.channel for one in detail.deliveries if one.status == "sent"] == ["sms", "voice"]
    assert detail.alert.next_step_at == clock.now() + timedelta(seconds=120)


@pytest.mark.parametrize("read", [reads.red_list, reads.open_loops, reads.under_way])
def test_lists_of_nothing_are_empty(deps, cast, read):
    with deps.unit_of_work(cast.supervisor) as uow:
        assert read(uow).items == ()


def test_contacts_are_shown_masked(deps, cast, on_call):
    with deps.unit_of_work(cast.supervisor) as uow:
        cards = reads.contact_cards(uow, cast.lilas)

    assert {card.to_masked for card in cards} == {"+33 •••• 01", "+33 •••• 02"}
    assert all(card.verified_at for card in cards)
