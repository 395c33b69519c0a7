import threading
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from telesec.audit import commands, jobs, rules
from telesec.audit import service as audit
from telesec.audit.models import Entry, Pending
from telesec.audit.rules import Checkpoint, Fault
from telesec.foundation.access import Actor, Purpose, Role, system_actor
from telesec.foundation.errors import Forbidden
from telesec.foundation.ids import new_id


@pytest.fixture
def deps(deps):
    return deps.with_parts(record=audit.append_pending)


@pytest.fixture
def cast():
    """Practices nothing has happened to yet; the trail needs only their ids."""
    lilas, glycines = new_id(), new_id()
    return SimpleNamespace(
        lilas=lilas,
        glycines=glycines,
        ada=Actor(Role.SECRETARY, new_id(), dict.fromkeys((lilas, glycines), Role.SECRETARY)),
        stranger=Actor(Role.SECRETARY, new_id()),
    )


def act(uow_as, actor, practice, *, count=1, action="message.read", **detail):
    with uow_as(actor) as uow:
        for _ in range(count):
            uow.audit(action, practice_id=practice, object_id=uuid4(), **detail)
        uow.commit()


def entries(uow_as, practice):
    with uow_as(system_actor(Purpose.SEAL_AUDIT, practice)) as uow:
        found = select(Entry).where(Entry.practice_id == practice).order_by(Entry.seq)
        return uow.session.scalars(found).all()


def verdict(uow_as, practice, checkpoint=None):
    with uow_as(system_actor(Purpose.SETUP, practice)) as uow:
        return audit.verify(uow, practice, checkpoint)


def test_an_act_waits_for_its_place_after_the_commit(uow_as, cast):
    act(uow_as, cast.ada, cast.lilas)

    with uow_as(cast.ada) as uow:
        assert uow.session.scalars(select(Pending.action)).all() == ["message.read"]


def test_an_act_is_lost_with_a_rollback(uow_as, cast):
    with uow_as(cast.ada) as uow:
        uow.audit("message.read", practice_id=cast.lilas)

    with uow_as(cast.ada) as uow:
        assert uow.session.scalars(select(Pending)).all() == []


def test_the_sealer_moves_acts_to_the_chain_in_order(deps, uow_as, cast):
    act(uow_as, cast.ada, cast.lilas, count=3)
    act(uow_as, cast.ada, cast.lilas, action="message.file")

    sealed = jobs.seal_due(deps)

    chain = entries(uow_as, cast.lilas)
    assert sealed == 4
    assert [(entry.seq, entry.action) for entry in chain] == [
        (1, "message.read"),
        (2, "message.read"),
        (3, "message.read"),
        (4, "message.file"),
    ]


def test_sealing_twice_is_sealing_once(deps, uow_as, cast):
    act(uow_as, cast.ada, cast.lilas, count=3)
    jobs.seal_due(deps)

    assert jobs.seal_due(deps) == 0
    assert verdict(uow_as, cast.lilas).entries == 3


def test_each_practice_has_its_own_chain(deps, uow_as, cast):
    act(uow_as, cast.ada, cast.lilas)
    act(uow_as, cast.ada, cast.glycines)

    jobs.seal_due(deps)

    assert [len(entries(uow_as, practice)) for practice in (cast.lilas, cast.glycines)] == [1, 1]


def test_what_was_done_before_the_clock_was_put_back_is_sealed_at_once(uow_as, cast, clock):
    act(uow_as, cast.ada, cast.lilas)
    clock.advance(hours=-1)

    with uow_as(system_actor(Purpose.SEAL_AUDIT)) as uow:
        assert cast.lilas in audit.due_chains(uow)


def test_due_audit_sees_two_practices(uow_as, cast):
    act(uow_as, cast.ada, cast.lilas, count=2)
    act(uow_as, cast.ada, cast.glycines)

    with uow_as(system_actor(Purpose.SEAL_AUDIT)) as uow:
        assert {cast.lilas, cast.glycines} <= set(audit.due_chains(uow))


def test_one_sealer_works_on_a_chain_at_a_time(uow_as, cast):
    act(uow_as, cast.ada, cast.lilas, count=2)
    sealer = system_actor(Purpose.SEAL_AUDIT, cast.lilas)

    with uow_as(sealer) as first, uow_as(sealer) as second:
        sealed = audit.seal(first, cast.lilas), audit.seal(second, cast.lilas)

    assert sealed == (2, 0)


def test_racing_sealers_and_writers_leave_one_good_chain(deps, uow_as, cast):
    def write():
        for _ in range(10):
            act(uow_as, cast.ada, cast.lilas)
            jobs.seal_due(deps)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    jobs.seal_due(deps)

    found = verdict(uow_as, cast.lilas)
    assert (found.entries, found.fault) == (40, None)


def test_an_act_on_a_foreign_practice_goes_to_the_installation(deps, uow_as, cast):
    act(uow_as, cast.stranger, cast.lilas, action="access.refuse")

    jobs.seal_due(deps)

    (entry,) = entries(uow_as, rules.INSTALLATION)
    assert str(cast.lilas) in entry.detail


def test_the_actor_is_named_by_id(deps, uow_as, cast):
    act(uow_as, cast.ada, cast.lilas)
    act(uow_as, system_actor(Purpose.FREE_HOLDS, cast.lilas), cast.lilas)

    jobs.seal_due(deps)

    assert [entry.actor for entry in entries(uow_as, cast.lilas)] == [
        f"person:{cast.ada.person_id}",
        "system:free_holds",
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "update audit.entry set action = 'x'",
        "update audit.entry set detail = null, salt = null",
        "delete from audit.entry",
        "truncate audit.entry",
        "update audit.pending set action = 'x'",
        "delete from audit.pending",
        "truncate audit.pending",
        "alter table audit.entry disable trigger all",
        "drop trigger append_only on audit.entry",
        "select audit.take_pending()",
    ],
)
def test_the_application_cannot_rewrite_the_trail(deps, uow_as, cast, statement):
    act(uow_as, cast.ada, cast.lilas)
    jobs.seal_due(deps)

    with uow_as(cast.ada) as uow, pytest.raises(DBAPIError):
        uow.session.execute(text(statement))


def test_an_entry_that_was_never_pending_is_refused(uow_as, cast):
    with uow_as(cast.ada) as uow, pytest.raises(DBAPIError, match="pending act only"):
        uow.session.execute(
            insert(Entry).values(
                practice_id=cast.lilas,
                seq=1,
                id=uuid4(),
                at=uow.now(),
                actor="nobody",
                action="message.read",
                detail="{}",
                salt=b"",
                commitment=bytes(32),
                previous=b"",
                hash=b"",
            )
        )


def test_an_act_in_the_name_of_another_practice_is_refused(uow_as, cast):
    with uow_as(cast.stranger) as uow, pytest.raises(DBAPIError):
        uow.session.execute(
            insert(Pending).values(
                practice_id=cast.lilas,
                id=uuid4(),
                at=uow.now(),
                actor="nobody",
                action="message.read",
                detail="{}",
                salt=b"",
                commitment=bytes(32),
            )
        )


def test_verify_reports_acts_that_wait_over_a_minute(uow_as, clock, cast):
    act(uow_as, cast.ada, cast.lilas)

    clock.advance(seconds=61)

    assert verdict(uow_as, cast.lilas).fault is Fault.UNSEALED


def test_verify_lets_acts_wait_a_minute(uow_as, clock, cast):
    act(uow_as, cast.ada, cast.lilas)

    clock.advance(seconds=59)

    assert verdict(uow_as, cast.lilas).fault is None


def test_verify_finds_a_cut_tail_by_a_checkpoint(deps, uow_as, cast):
    act(uow_as, cast.ada, cast.lilas)
    jobs.seal_due(deps)

    assert verdict(uow_as, cast.lilas, Checkpoint(2, bytes(32))).fault is Fault.TAIL_CUT


def test_a_secretary_may_not_verify(uow_as, cast):
    with uow_as(cast.ada) as uow, pytest.raises(Forbidden):
        audit.verify(uow, cast.lilas)


def test_the_command_checks_every_chain(deps, uow_as, cast):
    act(uow_as, cast.ada, cast.lilas)
    act(uow_as, cast.ada, cast.glycines)
    jobs.seal_due(deps)

    verdicts = commands.verify_all(deps)

    found = {verdict.practice_id: verdict.fault for verdict in verdicts}
    assert found.items() >= {cast.lilas: None, cast.glycines: None}.items()
