"""``Idempotency-Key`` at the edge: claim before a POST of the API, keep its answer or release it after.

Every POST that changes something may carry the header. A search is a POST that only reads: its answer
is not kept.
"""

from contextlib import suppress
from dataclasses import replace

from flask import Flask, Response, g, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from telesec.accounts import idempotency
from telesec.accounts.idempotency import Claim, KeptAnswer
from telesec.accounts.ports import AccountsDeps
from telesec.foundation.access import Permission
from telesec.web.access import actor, mark_of

HEADER = "Idempotency-Key"
READING = frozenset({Permission.PATIENT_READ})


def install(app: Flask, deps: AccountsDeps) -> None:
    """Look at every POST of the API that carries a key; after the right to make it was checked."""
    app.before_request(lambda: _begin(app, deps))
    app.after_request(lambda answer: _end(deps, answer))


def _begin(app: Flask, deps: AccountsDeps) -> Response | None:
    key = request.headers.get(HEADER)
    mark = mark_of(app, request.endpoint)
    if key is None or request.method != "POST" or not isinstance(mark, Permission) or mark in READING:
        return None
    if not request.path.startswith("/api/"):
        return None
    asked = idempotency.request_of(
        actor(), key, request.method.encode(), request.path.encode(), request.get_data()
    )
    with deps.unit_of_work(actor()) as uow:
        found = idempotency.claim(uow, asked)
        uow.commit()
    if isinstance(found, KeptAnswer):
        again = {"Idempotency-Replayed": "true"}
        return Response(found.body, found.status, again, content_type="application/json")
    g.idempotent_claim = found
    g.actor = replace(actor(), attempt_id=found.attempt_id)
    return None


def _end(deps: AccountsDeps, answer: Response) -> Response:
    held = g.pop("idempotent_claim", None)
    if not isinstance(held, Claim):
        return answer
    g.actor = replace(actor(), attempt_id=None)
    # The act is done or refused by now: a database that has gone must not turn its answer into another.
    with suppress(DBAPIError, PoolTimeout), deps.unit_of_work(actor()) as uow:
        if answer.status_code < 300:
            idempotency.keep(uow, held, answer.status_code, answer.get_data())
        else:
            idempotency.release(uow, held, undone=not g.get("broke_off"))
        uow.commit()
    return answer
