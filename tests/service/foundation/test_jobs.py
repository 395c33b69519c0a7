"""A wake-up that already waits must not take the facts of its transaction with it."""

from sqlalchemy import text

from telesec.bootstrap import Deps
from telesec.testing.cast import Cast


def test_second_wake_up_keeps_the_facts_of_its_transaction(deps: Deps, cast: Cast) -> None:
    for name in ("premier", "second"):
        with deps.unit_of_work(cast.supervisor) as uow:
            uow.session.execute(
                text("update practitioner set profession = :name where practice_id = :practice"),
                {"name": name, "practice": cast.lilas},
            )
            uow.wake("alerts.deliver")
            uow.commit()

    with deps.unit_of_work(cast.ada) as uow:
        found = uow.session.execute(
            text("select distinct profession from practitioner where practice_id = :practice"),
            {"practice": cast.lilas},
        ).scalars()
        assert list(found) == ["second"]
