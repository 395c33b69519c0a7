"""Day one on a real database: from nothing to ready, and back when something is undone."""

import pytest
from sqlalchemy import event

from telesec.accounts import service as people
from telesec.accounts.models import Person
from telesec.accounts.service import AddMembership, CreatePerson
from telesec.alerts import contacts, flow
from telesec.alerts import service as alerts
from telesec.alerts.contacts import AddContact
from telesec.alerts.rules import ChannelKind
from telesec.alerts.service import Acknowledge, Outcome
from telesec.foundation.access import Actor, Purpose, Role, system_actor
from telesec.foundation.errors import Refused
from telesec.onboarding import setting_up, trial
from telesec.onboarding.progress import progress, standings
from telesec.onboarding.setting_up import TypedCalendar
from telesec.onboarding.steps import StepName
from telesec.onboarding.trial import Outcome as Tried
from telesec.practices import service as practices
from telesec.practices.service import WriteInstruction
from telesec.testing.calendars import FakeCalendars
from telesec.testing.on_call import lilas_phones, put_on_call, with_phones
from telesec.triage import service as triage

URL = "https://agenda.exemple/lune"


@pytest.fixture
def phones():
    return lilas_phones()


@pytest.fixture
def calendars(clock):
    return FakeCalendars(clock.now)


@pytest.fixture
def deps(deps, calendars, phones):
    return with_phones(deps.with_parts(calendars=calendars), phones)


@pytest.fixture
def lacks(deps, cast):
    """What returns the needed steps Lilas lacks."""

    def ask():
        with deps.unit_of_work(cast.supervisor) as uow:
            return {step.name for step in progress(uow, cast.lilas).steps if step.needed and not step.done}

    return ask


@pytest.fixture
def connected(deps, cast):
    """Dr Lune's calendar, tested."""
    typed = TypedCalendar(cast.lilas, cast.dr_lune_id, "memory", URL, "lune", "secret")
    with deps.unit_of_work(cast.supervisor) as uow:
        schedule_id = setting_up.connect_calendar(uow, typed)
        uow.commit()
    assert trial.try_calendar(deps, cast.supervisor, cast.lilas, schedule_id) is Tried.OK
    return schedule_id


def as_supervisor(deps, cast, act):
    with deps.unit_of_work(cast.supervisor) as uow:
        made = act(uow)
        uow.commit()
    return made


def take(deps, cast, alert_id):
    """Dr Lune takes an alert by SMS and ends it."""
    with deps.unit_of_work(system_actor(Purpose.RECEIVE_ANSWERS, cast.lilas)) as uow:
        alerts.acknowledge(uow, Acknowledge(alert_id, "sms", cast.dr_lune_id, Outcome.PATIENT_CALLED))
        uow.commit()


def test_a_practice_becomes_ready_step_by_step(deps, cast, lacks, connected, phones):
    assert lacks() == set(StepName) - {
        StepName.PRACTITIONERS, StepName.LINE, StepName.CALENDARS, StepName.PATIENTS,
    }  # fmt: skip

    as_supervisor(deps, cast, lambda uow: setting_up.take_sector_types(uow, cast.lilas, ()))
    form = {"a_opens": "09:00", "a_closes": "12:00"}
    as_supervisor(
        deps, cast, lambda uow: setting_up.set_bookable(uow, cast.lilas, connected, [1, 2, 3, 4, 5], form)
    )
    as_supervisor(
        deps,
        cast,
        lambda uow: practices.write_instruction(uow, WriteInstruction(cast.lilas, "Pas de visite.", "Nour")),
    )
    nour = as_supervisor(
        deps, cast, lambda uow: people.create_person(uow, CreatePerson("n@t.example", "Nour", Role.SECRETARY))
    )
    as_supervisor(
        deps,
        cast,
        lambda uow: people.add_membership(uow, AddMembership(cast.lilas, nour, Role.SECRETARY)),
    )
    assert StepName.PEOPLE in lacks()
    as_supervisor(deps, cast, lambda uow: setattr(uow.session.get(Person, nour), "password_hash", "enrolled"))
    with deps.unit_of_work(cast.dr_lune) as uow:
        triage.adopt_reference_set(uow, deps.library, cast.lilas)
        uow.commit()
    put_on_call(deps, cast)
    assert lacks() == {StepName.TEST_CALL}

    alert_id = as_supervisor(deps, cast, lambda uow: setting_up.ring_test(uow, cast.lilas))
    flow.deliver(deps)
    phones["dr-lune"].expect_sms()
    assert lacks() == {StepName.TEST_CALL}
    take(deps, cast, alert_id)

    assert lacks() == set()
    with deps.unit_of_work(cast.supervisor) as uow:
        assert progress(uow, cast.lilas).ready
        assert {one.card.id: one.ready for one in standings(uow)} == {cast.lilas: True, cast.glycines: False}


def test_the_list_tells_of_each_practice_what_its_page_tells_in_as_many_queries_for_one_as_for_two(
    deps, cast, connected, database
):
    put_on_call(deps, cast)
    nour = cast.supervisor
    alone = Actor(nour.role, nour.person_id, {cast.lilas: nour.memberships[cast.lilas]})
    asked = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    def told(who):
        asked.clear()
        with deps.unit_of_work(who) as uow:
            return standings(uow), len(asked)

    (one, queries_for_one), (two, queries_for_two) = told(alone), told(nour)

    assert queries_for_one == queries_for_two
    assert [standing.card.id for standing in one] == [cast.lilas]
    with deps.unit_of_work(nour) as uow:
        for standing in two:
            assert standing.steps == progress(uow, standing.card.id).steps
    assert len(two) == 2
    assert two[0].steps != two[1].steps


def test_a_new_number_is_tested_anew(deps, cast, clock, lacks):
    put_on_call(deps, cast)
    take(deps, cast, as_supervisor(deps, cast, lambda uow: setting_up.ring_test(uow, cast.lilas)))
    assert StepName.TEST_CALL not in lacks()
    clock.advance(minutes=1)

    as_supervisor(
        deps,
        cast,
        lambda uow: contacts.add_contact(
            uow, AddContact(cast.lilas, cast.dr_lune_id, ChannelKind.VOICE, "+33639980011", verified=True)
        ),
    )

    assert StepName.TEST_CALL in lacks()


def test_a_page_tap_proves_no_phone(deps, cast, lacks):
    put_on_call(deps, cast)
    alert_id = as_supervisor(deps, cast, lambda uow: setting_up.ring_test(uow, cast.lilas))
    with deps.unit_of_work(cast.dr_lune) as uow:
        alerts.acknowledge(uow, Acknowledge(alert_id))
        uow.commit()

    assert StepName.TEST_CALL in lacks()


def test_nobody_is_rung_twice_nor_where_nobody_can_be_reached(deps, cast):
    with deps.unit_of_work(cast.supervisor) as uow, pytest.raises(Refused) as nobody:
        setting_up.ring_test(uow, cast.lilas)
    put_on_call(deps, cast)
    as_supervisor(deps, cast, lambda uow: setting_up.ring_test(uow, cast.lilas))
    with deps.unit_of_work(cast.supervisor) as uow, pytest.raises(Refused) as twice:
        setting_up.ring_test(uow, cast.lilas)

    assert (nobody.value.code, twice.value.code) == ("nobody_on_call", "test_under_way")


def test_another_address_is_tested_anew_and_the_old_test_leaves_nothing(
    deps, cast, lacks, calendars, connected
):
    assert calendars.at(URL).live_entries() == []
    assert StepName.CALENDARS not in lacks()

    other = TypedCalendar(cast.lilas, cast.dr_lune_id, "memory", "https://agenda.exemple/b", "lune", "x")
    again = as_supervisor(deps, cast, lambda uow: setting_up.connect_calendar(uow, other))

    assert again == connected
    assert StepName.CALENDARS in lacks()


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("down", Tried.UNREADABLE),
        ("unreadable", Tried.UNREADABLE),
        ("refuse_login", Tried.REFUSED),
        ("conflict", Tried.NOT_WRITTEN),
        ("lose_reply", Tried.NOT_WRITTEN),
    ],
)
def test_a_calendar_that_fails_its_test_says_how_and_keeps_no_entry(
    deps, cast, calendars, connected, fault, outcome
):
    getattr(calendars.at(URL), fault)()

    assert trial.try_calendar(deps, cast.supervisor, cast.lilas, connected) is outcome

    calendars.at(URL).heal()
    assert calendars.at(URL).live_entries() == []
    with deps.unit_of_work(cast.supervisor) as uow:
        assert progress(uow, cast.lilas).calendars[0].outcome == outcome


@pytest.mark.parametrize(
    ("days", "form", "code"),
    [
        ([], {"a_opens": "09:00", "a_closes": "12:00"}, "bad_hours"),
        ([1], {}, "bad_hours"),
        ([1], {"a_opens": "12:00", "a_closes": "09:00"}, "bad_hours"),
        ([1], {"a_opens": "neuf", "a_closes": "12:00"}, "bad_time"),
        ([1], {"a_opens": "09:00", "a_closes": "12:00", "b_opens": "11:00", "b_closes": "18:00"}, "overlap"),
    ],
)
def test_hours_nobody_can_mean_are_refused(deps, cast, connected, days, form, code):
    with deps.unit_of_work(cast.supervisor) as uow, pytest.raises(Refused) as caught:
        setting_up.set_bookable(uow, cast.lilas, connected, days, form)

    assert caught.value.code == code


def test_sector_types_are_taken_once(deps, cast):
    first = as_supervisor(deps, cast, lambda uow: setting_up.take_sector_types(uow, cast.lilas, ()))
    second = as_supervisor(deps, cast, lambda uow: setting_up.take_sector_types(uow, cast.lilas, ()))

    assert (first, second) == (3, 0)
