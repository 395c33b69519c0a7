"""Every look-up that crosses practices: it sees both, gives ids and nothing else, and is locked down.

The look-ups are found in the database itself, so a new one without a case here fails.
"""

from datetime import timedelta

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import select

from telesec.alerts import service as alerts
from telesec.alerts.models import Alert
from telesec.alerts.rules import AlertLevel
from telesec.alerts.service import RaiseAlert
from telesec.calls.models import Call
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.ids import new_id
from telesec.foundation.tenant_context import SETTING, sign
from telesec.testing.logins import known

FOUND = r"""
select p.proname, pg_get_function_result(p.oid) as gives, r.rolname as owner, p.prosecdef as definer,
  p.proconfig as config, has_function_privilege('public', p.oid, 'execute') as for_all
from pg_proc p join pg_roles r on r.oid = p.proowner
where p.pronamespace = 'sec'::regnamespace and p.proname ~ '^(due|find)_'
"""


def later(deps, *_rest):
    return deps.clock.now() + timedelta(hours=1)


CASES = {
    "due_alerts": lambda *world: [(later(*world), 100)],
    "due_deliveries": lambda *world: [(later(*world), 100)],
    "due_freed_slots": lambda *world: [(later(*world), 100)],
    "due_holds": lambda *world: [(later(*world), 100)],
    "due_settlements": lambda *world: [(later(*world), 100)],
    "due_ringing": lambda *world: [(later(*world), 100)],
    "due_readings": lambda *world: [(later(*world), 100)],
    "due_import_drafts": lambda *world: [(later(*world), 100)],
    "due_untaken_alerts": lambda deps, homes, _cast: [untaken(deps, homes)],
    "due_audit": lambda *world: [(later(*world), 100)],
    "due_practice_keys": lambda *_world: [(99_999, 1000)],
    "find_audit_chains": lambda *_world: [()],
    "find_practices": lambda *_world: [("00000000-0000-0000-0000-000000000000", 100)],
    "find_line": lambda _deps, homes, _cast: [(home.line,) for home in homes],
    "find_call": lambda _deps, homes, _cast: [(home.provider_call,) for home in homes],
    "find_delivery": lambda deps, homes, _cast: [(key,) for key in deliveries(deps, homes)],
    "find_contact": lambda deps, homes, _cast: [(key,) for key in contact_ids(deps, homes)],
    "find_contacts": lambda deps, homes, _cast: [(route_index(deps, homes),)],
    "find_memberships": lambda _deps, _homes, cast: [(cast.ada.person_id,)],
    "find_open_work": lambda deps, _homes, cast: [
        (cast.supervisor.person_id, deps.clock.now()),
        (cast.ada.person_id, deps.clock.now()),
    ],
    "find_vital_alerts": lambda deps, homes, cast: [vital(deps, homes, cast)],
}
BY_KEY = {"find_line", "find_call", "find_delivery", "find_contact"}
"""Look-ups of one thing by its key: each key leads to its own practice and to no other."""


def stored(deps, homes, query):
    """Return one column as the practices themselves see it."""
    with deps.unit_of_work(system_actor(Purpose.SETUP, *(home.practice_id for home in homes))) as uow:
        return uow.session.connection().exec_driver_sql(query).scalars().all()


def contact_ids(deps, homes):
    found = stored(
        deps,
        homes,
        "select distinct on (practice_id) practice_id || ' ' || id from contact_method "
        "order by practice_id, id",
    )
    by_practice = dict(one.split() for one in found)
    return [by_practice[str(home.practice_id)] for home in homes]


def deliveries(deps, homes):
    found = stored(deps, homes, "select distinct on (practice_id) id from delivery order by practice_id, id")
    by_practice = dict(
        zip(
            stored(deps, homes, "select distinct practice_id from delivery order by practice_id"),
            found,
            strict=True,
        )
    )
    return [by_practice[home.practice_id] for home in homes]


def route_index(deps, homes):
    (index,) = set(
        stored(deps, homes, "select route_index from contact_method where route_index is not null")
    )
    return index


def vital(deps, homes, cast):
    """Raise a vital alert in each practice; the supervisor must hear of both."""
    with deps.unit_of_work(system_actor(Purpose.SETUP, *cast.supervisor.practice_ids)) as uow:
        known(uow, cast.supervisor)
        for home in homes:
            alerts.raise_alert(uow, RaiseAlert(home.practice_id, AlertLevel.CALL15_NOW))
        uow.commit()
    return (cast.supervisor.person_id,)


def untaken(deps, homes):
    """Let nobody take an alert of each practice's call."""
    with deps.unit_of_work(system_actor(Purpose.SETUP, *(home.practice_id for home in homes))) as uow:
        for home in homes:
            call_id = uow.session.scalars(select(Call.id).where(Call.practice_id == home.practice_id)).first()
            alert_id = alerts.raise_alert(
                uow, RaiseAlert(home.practice_id, AlertLevel.DOCTOR_NOW, call_id=call_id)
            )
            uow.locked(Alert, home.practice_id, alert_id).exhausted_at = uow.now()
        uow.commit()
    return (100,)


@pytest.fixture
def world(furnished, homes, cast):
    with furnished.unit_of_work(system_actor(Purpose.SETUP, *cast.ada.practice_ids)) as uow:
        known(uow, cast.ada)
        uow.commit()
    return furnished, homes, cast


@pytest.fixture
def found(migrated):
    with psycopg.connect(migrated.app, row_factory=dict_row) as connection:
        return {row["proname"]: row for row in connection.execute(FOUND).fetchall()}


@pytest.fixture
def outside(migrated):
    """The application role in a context of no practice: what a sweep is before it knows anything."""
    connection = psycopg.connect(migrated.app, row_factory=dict_row)
    value = sign(migrated.context_key, [], "test")
    connection.execute("select set_config(%s, %s, true)", (SETTING, value))
    yield connection
    connection.close()


def ask(connection, name, arguments):
    marks = ", ".join(["%s"] * len(arguments))
    return connection.execute(f"select * from sec.{name}({marks})", arguments).fetchall()


def practice_of(row):
    return row.get("practice_id") or row["id"]


def test_every_look_up_has_a_case(found):
    assert set(found) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_look_up_sees_both_practices(world, outside, name):
    homes = {home.practice_id for home in world[1]}

    seen = [ask(outside, name, arguments) for arguments in CASES[name](*world)]

    assert {practice_of(row) for rows in seen for row in rows} >= homes


@pytest.mark.parametrize("name", sorted(BY_KEY))
def test_key_leads_to_its_own_practice_only(world, outside, name):
    seen = [ask(outside, name, arguments) for arguments in CASES[name](*world)]

    assert [[practice_of(row) for row in rows] for rows in seen] == [[home.practice_id] for home in world[1]]


@pytest.mark.parametrize("name", CASES)
def test_look_up_gives_ids_and_roles_only(found, name):
    columns = found[name]["gives"].removeprefix("TABLE(").rstrip(")").split(", ")

    assert {column.split(" ", 1)[1] for column in columns} <= {"uuid", "bigint", "character varying"}
    assert {column.split(" ", 1)[0] for column in columns} <= {
        "practice_id",
        "id",
        "generation",
        "practitioner_id",
        "role",
    }


@pytest.mark.parametrize("name", CASES)
def test_look_up_is_locked_down(found, name):
    row = found[name]

    assert (row["owner"], row["definer"], row["for_all"]) == ("telesec_system", True, False)
    assert row["config"] == ["search_path=pg_catalog"]


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("due_")])
def test_look_up_takes_no_more_than_asked(world, outside, name):
    ((*more, _limit),) = CASES[name](*world)

    assert len(ask(outside, name, (*more, 1))) == 1


def test_number_nobody_has_finds_nobody(outside, world):
    assert ask(outside, "find_line", ("+33199009999",)) == []
    assert ask(outside, "find_delivery", (new_id(),)) == []
    assert ask(outside, "find_memberships", (new_id(),)) == []


def test_look_ups_are_the_only_way_across(outside, world):
    for table in ("practice", "call", "alert", "delivery", "contact_method", "membership", "appointment"):
        assert outside.execute(f"select 1 from {table}").fetchall() == [], table
