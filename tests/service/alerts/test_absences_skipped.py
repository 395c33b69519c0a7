"""Who is away now is skipped at once and the trace says so; never silence."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from telesec.alerts import contacts, flow, reads
from telesec.alerts import service as alerts
from telesec.alerts.models import Delivery
from telesec.alerts.rules import AlertLevel
from telesec.alerts.service import RaiseAlert
from telesec.desk import practice_reads
from telesec.practices import service as practices
from telesec.practices.service import SetAbsence


def away(deps, cast, clock, *people, hours=2):
    with deps.unit_of_work(cast.supervisor) as uow:
        for person in people:
            end = clock.now() + timedelta(hours=hours)
            practices.set_absence(uow, SetAbsence(cast.lilas, clock.now(), end, "Ada", "", person))
        uow.commit()


def raise_one(deps, cast, level):
    with deps.unit_of_work(cast.ada) as uow:
        alert_id = alerts.raise_alert(uow, RaiseAlert(cast.lilas, level, [cast.dr_lune_id]))
        uow.commit()
    return alert_id


def trace(deps, cast, person):
    with deps.unit_of_work(cast.supervisor) as uow:
        rows = uow.session.execute(
            select(Delivery.status, Delivery.error).where(Delivery.practitioner_id == person)
        )
        return {tuple(row) for row in rows}


@pytest.mark.parametrize("level", AlertLevel)
def test_person_away_is_skipped_at_once_and_the_next_is_rung(deps, cast, clock, phones, on_call, level):
    away(deps, cast, clock, cast.dr_lune_id)
    raise_one(deps, cast, level)

    flow.deliver(deps)

    phones["dr-soleil"].expect_call()
    phones["dr-lune"].expect_nothing()
    assert trace(deps, cast, cast.dr_lune_id) == {("skipped", "absent")}


def test_person_back_from_an_absence_is_rung(deps, cast, clock, phones, on_call):
    away(deps, cast, clock, cast.dr_lune_id, hours=1)
    clock.advance(minutes=61)
    raise_one(deps, cast, AlertLevel.CALL15_NOW)

    flow.deliver(deps)

    phones["dr-lune"].expect_call()
    phones.expect_silence()


@pytest.mark.parametrize("everybody", ["both", "practice"])
def test_original_order_is_kept_when_everybody_is_away(deps, cast, clock, phones, on_call, everybody):
    people = (None,) if everybody == "practice" else (cast.dr_lune_id, cast.dr_soleil_id)
    away(deps, cast, clock, *people)
    raise_one(deps, cast, AlertLevel.CALL15_NOW)

    flow.deliver(deps)

    phones["dr-lune"].expect_call()
    phones.expect_silence()


def test_person_away_is_rung_when_the_other_one_cannot_be_reached(deps, cast, clock, phones, on_call):
    away(deps, cast, clock, cast.dr_lune_id)
    raise_one(deps, cast, AlertLevel.CALL15_NOW)
    with deps.unit_of_work(cast.supervisor) as uow:
        contacts.take_off(uow, cast.lilas, cast.dr_soleil_id)
        uow.commit()

    flow.deliver(deps)

    phones["dr-lune"].expect_call()


def test_absence_that_begins_meanwhile_ends_the_repeated_calls(deps, cast, clock, phones, on_call):
    raise_one(deps, cast, AlertLevel.CALL15_NOW)
    flow.deliver(deps)
    phones["dr-lune"].expect_call()
    away(deps, cast, clock, cast.dr_lune_id)

    clock.advance(seconds=80)
    flow.deliver(deps)

    phones["dr-lune"].expect_nothing()
    phones["dr-soleil"].expect_call()


def test_who_now_agrees_with_the_escalation(deps, cast, clock, on_call):
    away(deps, cast, clock, cast.dr_lune_id)

    with deps.unit_of_work(cast.ada) as uow:
        first, second = reads.who_now(uow, cast.lilas)

    assert (first.practitioner_id, first.absent, first.channels) == (cast.dr_lune_id, True, ())
    assert (second.absent, len(second.channels)) == (False, 2)


def test_who_now_keeps_everybody_when_all_are_away(deps, cast, clock, on_call):
    away(deps, cast, clock, None)

    with deps.unit_of_work(cast.ada) as uow:
        rungs = reads.who_now(uow, cast.lilas)

    assert [(rung.absent, len(rung.channels)) for rung in rungs] == [(True, 2), (True, 2)]


def test_cover_of_the_practice_agrees_with_the_escalation(deps, cast, clock, on_call):
    away(deps, cast, clock, cast.dr_lune_id)

    with deps.unit_of_work(cast.dr_soleil) as uow:
        page = practice_reads.page(uow, deps.library, cast.lilas)

    assert page.gaps == ()
    assert cast.dr_soleil_id in {one.answer.person for one in page.cover[0].stretches}
