"""What is stored: sealed writes, lists, a search by birth date, a request beside its bare read."""

import secrets
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from flask import Flask, jsonify
from sqlalchemy import create_engine, text

from benchmarks.desk import cards
from benchmarks.figures import Figure, ratio, typical
from benchmarks.stage import Hall, Stage, secretary
from telesec.callbacks import reads as callbacks
from telesec.callbacks import service as promises
from telesec.callbacks.service import OpenCallback
from telesec.foundation.database import sqlalchemy_url
from telesec.foundation.ids import new_id
from telesec.patients import reads as patients
from telesec.patients import service as registering
from telesec.patients.reads import SearchPatients
from telesec.patients.service import RegisterPatient
from telesec.testing.logins import program_as
from telesec.vault import service as vault

PRACTICES, SERVED, SHOWN, NAMES, BATCH = 1_000, 60, 50, 10_000, 500
WORDS = "Bruno appelle pour sa mère Zoé, fièvre depuis deux jours. " * 4
TABLES = (
    "create table bench_row (id uuid primary key, body bytea); grant insert on bench_row to telesec_app; "
    "create table bench_card (id uuid primary key, practice_id uuid, phone text, note text, "
    "due_at timestamptz); "
    "create index on bench_card (practice_id, due_at, id)"
)
BARE = text(
    "select id, practice_id, phone, note, due_at from bench_card where practice_id = :p "
    "order by due_at, id limit 51"
)


def figures(hall: Hall, rounds: int) -> Iterator[Figure]:
    """Yield the figures of stored things."""
    with hall.stage() as stage:
        stage.admin.execute(TABLES)
        yield Figure("sealed insert ÷ plain insert", _sealed(stage, rounds), "×", 1.3)
        yield Figure("full request ÷ the same read without its controls", _controls(stage, rounds), "×", 1.15)
        yield Figure(
            f"list of {SHOWN} over {SERVED} of {PRACTICES:,} practices", _listed(stage, rounds) * 1e3, "ms", 5
        )
        yield Figure(f"search among {NAMES:,} patients", _searched(stage, rounds) * 1e3, "ms", 60)


def _sealed(stage: Stage, rounds: int) -> float:
    """Return how much longer a transaction takes that writes one text under a fresh record key."""
    deps, cast = stage.deps, stage.cast

    def plain() -> None:
        with deps.unit_of_work(cast.ada) as uow:
            _write(uow.session.execute, WORDS.encode())
            uow.commit()

    def sealed() -> None:
        with deps.unit_of_work(cast.ada) as uow:
            blobs = vault.seal(uow, cast.lilas, "message", new_id(), 1, text=WORDS)
            _write(uow.session.execute, blobs["text"])
            uow.commit()

    return ratio(sealed, plain, rounds)


def _write(execute: Callable[..., object], body: bytes) -> None:
    execute(text("insert into bench_row values (:id, :body)"), {"id": new_id(), "body": body})


def _controls(stage: Stage, rounds: int) -> float:
    """Return how much longer a list of cards takes than from a table without seals, roles and entries."""
    deps, cast = stage.deps, stage.cast
    for row in range(SHOWN):
        with deps.unit_of_work(cast.ada) as uow:
            due = uow.now() + timedelta(minutes=5 + row)
            promises.open_callback(uow, OpenCallback(cast.lilas, f"+336399801{row:02}", due))
            uow.commit()
    stage.admin.execute(
        "insert into bench_card select id, practice_id, '+33639980100', '', due_at from callback"
    )
    stage.settle()
    program = program_as(deps, stage.app(), cast.ada)
    engine = create_engine(sqlalchemy_url(stage.urls.migrate))
    stage.admin.execute("grant select on bench_card to telesec_migrate")
    bare = Flask("bare")

    @bare.get("/")
    def cards_of_lilas() -> object:
        with engine.connect() as connection:
            rows = connection.execute(BARE, {"p": cast.lilas}).mappings().all()
        return jsonify(items=[dict(row) for row in rows[:SHOWN]])

    client = bare.test_client()

    def full() -> None:
        answer = program.get("/api/v1/callbacks", {"practice_id": str(cast.lilas)})
        assert answer.status_code == 200, answer.text  # noqa: S101 - a refusal would be fast

    try:
        return ratio(full, lambda: client.get("/"), rounds)
    finally:
        engine.dispose()


def _listed(stage: Stage, rounds: int) -> float:
    """Return the typical seconds of the first page of waiting callbacks, for who serves sixty practices."""
    first = stage.practice("Cabinet des Mille")
    stage.clone(
        "practice", f"s.id = '{first}'", PRACTICES - 1, "'id', gen_random_uuid(), 'name', 'Voisin ' || n"
    )
    rows = stage.admin.execute("select id from practice where name ~ '^Voisin'").fetchall()
    ids = [row[0] for row in rows]
    ada = secretary(*ids[:SERVED])  # type: ignore[arg-type]
    cards(stage, ada, ids)  # type: ignore[arg-type]
    stage.settle()

    def look() -> None:
        with stage.deps.unit_of_work(ada) as uow:
            assert len(callbacks.waiting(uow, limit=SHOWN).items) == SHOWN  # noqa: S101

    return typical(look, rounds)


def _searched(stage: Stage, rounds: int) -> float:
    """Return the typical seconds of finding who was born on a day, in a practice of ten thousand."""
    deps, cast = stage.deps, stage.cast
    born = date(1951, 3, 14)
    for first in range(0, NAMES, BATCH):
        with deps.unit_of_work(cast.ada) as uow:
            for number in range(first, first + BATCH):
                day = born + timedelta(days=number % 9_000)
                registering.register(
                    uow,
                    RegisterPatient(cast.lilas, f"Lilas {secrets.token_hex(3)}", "Zoé", day, confirmed=True),
                )
            uow.commit()
    stage.settle()

    def search() -> None:
        with deps.unit_of_work(cast.ada) as uow:
            assert patients.search(uow, SearchPatients(cast.lilas, birth_date=born))  # noqa: S101

    return typical(search, max(10, rounds // 5))
