"""How many queries the pages of practitioners and supervisors cost, and whose data they may show."""

from dataclasses import replace

import pytest
from sqlalchemy import event

from telesec.alerts import flow
from telesec.desk import phone_reads, practice_reads, supervisor_reads
from telesec.foundation.errors import Forbidden, NotFound
from telesec.messages import service as messages
from telesec.messages.service import FileMessage
from telesec.testing.cast import BRUNO_PHONE
from telesec.testing.on_call import lilas_phones, put_on_call, with_phones
from telesec.triage.levels import Level


@pytest.fixture
def deps(deps):
    return with_phones(deps, lilas_phones())


@pytest.fixture
def alerts(deps, cast):
    """What files some urgent messages for Dr Lune and returns them."""
    put_on_call(deps, cast)

    def file(count):
        filed = []
        with deps.unit_of_work(cast.ada) as uow:
            for number in range(count):
                command = FileMessage(
                    cast.lilas, cast.dr_lune_id, Level.DOCTOR_NOW, f"Chute {number}.", BRUNO_PHONE, True
                )
                filed.append(messages.file_message(uow, command))
            uow.commit()
        flow.deliver(deps)
        return filed

    return file


@pytest.fixture
def queries(deps):
    """What counts the statements a function sends."""

    def count(actor, read):
        sent = []
        with deps.unit_of_work(actor) as uow:
            connection = uow.session.connection()

            def note(*args):
                sent.append(args[2])

            event.listen(connection, "before_cursor_execute", note)
            read(uow)
            event.remove(connection, "before_cursor_execute", note)
        return len(sent)

    return count


def test_overview_costs_the_same_for_one_practice_and_for_all(cast, queries, alerts):
    alerts(3)
    one = replace(cast.supervisor, memberships={cast.lilas: cast.supervisor.role})

    assert queries(one, supervisor_reads.overview) == queries(cast.supervisor, supervisor_reads.overview)
    assert queries(cast.supervisor, supervisor_reads.overview) <= 15


def test_board_of_the_phone_costs_the_same_for_one_alert_and_for_many(cast, queries, alerts):
    alerts(1)
    few = queries(cast.dr_lune, phone_reads.board)
    alerts(12)

    assert queries(cast.dr_lune, phone_reads.board) == few
    assert few <= 9


def test_watching_the_phone_costs_two_queries(cast, queries, alerts):
    alerts(2)

    assert queries(cast.dr_lune, lambda uow: phone_reads.changed(uow, "")) == 2


def test_practice_page_costs_a_fixed_number_of_queries(deps, cast, queries, alerts):
    alerts(1)

    assert queries(cast.dr_lune, lambda uow: practice_reads.page(uow, deps.library, cast.lilas)) <= 23


def test_inbox_costs_the_same_for_one_message_and_for_many(cast, queries, alerts):
    def read(uow):
        phone_reads.inbox(uow, None, phone_reads.Folder.TO_HANDLE, None)

    alerts(1)
    few = queries(cast.dr_lune, read)
    alerts(10)

    assert queries(cast.dr_lune, read) == few


@pytest.mark.parametrize("role", ["ada", "dr_lune", "manager", "operator", "stranger"])
def test_overview_is_for_supervisors(deps, cast, role):
    with deps.unit_of_work(getattr(cast, role)) as uow, pytest.raises(Forbidden):
        supervisor_reads.overview(uow)


def test_alert_is_put_together_for_its_practice_only(deps, cast, alerts):
    (filed,) = alerts(1)

    with deps.unit_of_work(cast.dr_iris) as uow, pytest.raises(NotFound):
        phone_reads.sheet(uow, deps.library, filed.alert_id)
    with deps.unit_of_work(cast.ada) as uow, pytest.raises(Forbidden):
        phone_reads.sheet(uow, deps.library, filed.alert_id)


def test_overview_of_one_practice_shows_nothing_of_the_other(deps, cast, alerts):
    alerts(2)
    other = replace(cast.supervisor, memberships={cast.glycines: cast.supervisor.role})

    with deps.unit_of_work(other) as uow:
        seen = supervisor_reads.overview(uow)

    assert (seen.calling, seen.red.items, seen.deliveries) == ((), (), ())
    assert set(seen.practices) == {cast.glycines}
