"""The unit of work on real PostgreSQL: context, rollback, wake-ups."""

import gc
import weakref
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from telesec.foundation.access import Purpose, system_actor
from telesec.practices.models import Practitioner


def test_a_unit_of_work_sees_only_the_actors_practices(deps, cast):
    with deps.unit_of_work(cast.dr_lune) as uow:
        seen = {row.practice_id for row in uow.session.query(Practitioner)}

    assert seen == {cast.lilas}


def test_uncommitted_work_is_rolled_back(deps, cast):
    with deps.unit_of_work(cast.dr_lune) as uow:
        uow.session.query(Practitioner).delete()

    with deps.unit_of_work(cast.dr_lune) as uow:
        assert uow.session.query(Practitioner).count() == 2


def test_a_row_read_stays_until_the_session_gives_it_up(deps, cast):
    with deps.unit_of_work(cast.dr_lune) as uow:
        held = weakref.ref(uow.session.query(Practitioner).first())
        gc.collect()
        assert held() is not None

        uow.session.expunge(held())
        gc.collect()

        assert held() is None


def test_a_forged_context_is_an_error(deps, cast):
    with deps.unit_of_work(cast.stranger) as uow:
        uow.session.execute(
            text("select set_config('telesec.context', :c, true)"),
            {"c": f"{{{cast.lilas}}}|x|9999999999|{'0' * 64}"},
        )

        with pytest.raises(DBAPIError, match="forged"):
            uow.session.query(Practitioner).count()


def test_a_wake_up_commits_once_with_the_fact(deps, cast):
    with deps.unit_of_work(cast.ada) as uow:
        uow.wake("alerts.deliver")
        uow.commit()
    with deps.unit_of_work(cast.ada) as uow:
        uow.wake("alerts.deliver")
        uow.commit()

    with deps.unit_of_work(system_actor(Purpose.SETUP, uuid4())) as uow:
        rows = uow.session.execute(text("select args from procrastinate_jobs")).scalars().all()
    assert rows == [{"sweep": "alerts.deliver"}]
