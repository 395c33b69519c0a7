"""What needs a real PostgreSQL: sealed writes, lists over many practices, a page of the desk."""

import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta

from flask import Flask
from sqlalchemy import text

from benchmarks.figures import Figure, ratio, typical
from telesec.app import create_app
from telesec.bootstrap import Deps
from telesec.callbacks import reads as callbacks
from telesec.callbacks import service as promises
from telesec.callbacks.service import OpenCallback
from telesec.foundation.access import Actor, Purpose, Role, system_actor
from telesec.foundation.ids import new_id
from telesec.practices import service as practices
from telesec.practices.service import CreatePractice
from telesec.testing.cast import Cast, seed_cast
from telesec.testing.logins import browser_as
from telesec.vault import service as vault

PRACTICES, SHOWN = 60, 50
TABLE = "create table bench_row (id uuid primary key, body bytea); grant insert on bench_row to telesec_app"
WORDS = "Bruno appelle pour sa mère Zoé, fièvre depuis deux jours. " * 4


def figures(deps: Deps, rounds: int, rows: int) -> Iterator[Figure]:
    """Yield the figures of stored things; ``rows`` cards are written per practice."""
    cast = seed_cast(deps)
    yield Figure("sealed insert ÷ plain insert", sealed(deps, cast, rounds), "×", 3)
    yield Figure(
        f"list of {SHOWN} over {PRACTICES} practices, {PRACTICES * rows} rows",
        listed(deps, rounds, rows) * 1e3, "ms", 25,
    )  # fmt: skip
    yield Figure("page of the desk ÷ a Flask page that says hello", desk(deps, cast, rounds), "×", 200)


def sealed(deps: Deps, cast: Cast, rounds: int) -> float:
    """Return how much longer a transaction takes that writes one text under a fresh record key."""

    def write(body: Callable[[], bytes]) -> Callable[[], None]:
        def once() -> None:
            with deps.unit_of_work(cast.ada) as uow:
                uow.session.execute(
                    text("insert into bench_row values (:id, :body)"), {"id": new_id(), "body": body()}
                )
                uow.commit()

        return once

    def seal_and_write() -> None:
        with deps.unit_of_work(cast.ada) as uow:
            record = new_id()
            blobs = vault.seal(uow, cast.lilas, "message", record, 1, text=WORDS)
            uow.session.execute(
                text("insert into bench_row values (:id, :body)"), {"id": record, "body": blobs["text"]}
            )
            uow.commit()

    return ratio(seal_and_write, write(WORDS.encode), rounds)


def listed(deps: Deps, rounds: int, rows: int) -> float:
    """Return the typical seconds of the first page of waiting callbacks, for who serves sixty practices."""
    ids = [_practice(deps, number, rows) for number in range(PRACTICES)]
    ada = Actor(Role.SECRETARY, new_id(), dict.fromkeys(ids, Role.SECRETARY))

    def look() -> None:
        with deps.unit_of_work(ada) as uow:
            page = callbacks.waiting(uow, limit=SHOWN)
            assert page.items  # noqa: S101 - a list of nothing would be fast

    return typical(look, rounds)


def _practice(deps: Deps, number: int, rows: int) -> object:
    practice_id = new_id()
    with deps.unit_of_work(system_actor(Purpose.SETUP, practice_id)) as uow:
        practices.create_practice(uow, CreatePractice(id=practice_id, name=f"Cabinet {number}"))
        uow.commit()
    secretary = Actor(Role.SECRETARY, new_id(), {practice_id: Role.SECRETARY})
    with deps.unit_of_work(secretary) as uow:
        for row in range(rows):
            phone = f"+336399800{row % 100:02}"
            due = uow.now() + timedelta(minutes=5 + secrets.randbelow(1000))
            promises.open_callback(uow, OpenCallback(practice_id, phone, due))
        uow.commit()
    return practice_id


def desk(deps: Deps, cast: Cast, rounds: int) -> float:
    """Return how much longer the idle desk takes than the smallest page Flask can serve."""
    ada = browser_as(deps, create_app(deps), cast.ada)
    hello = Flask("hello")
    hello.add_url_rule("/", view_func=lambda: "hello")
    client = hello.test_client()

    def page() -> None:
        assert ada.get("/desk").status_code == 200  # noqa: S101 - an error page would be fast

    return ratio(page, lambda: client.get("/"), rounds)
