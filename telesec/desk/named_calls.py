"""A call that a request names must be one of the practice it names.

Bookings, messages, promises and alerts keep the id of their call, but their rooms lie below ``calls``
and cannot look it up. So the top looks, once, before any of them acts: in the address of a page, or in
the body of the API.
"""

from uuid import UUID

from flask import Flask, request

from telesec.calls import reads
from telesec.desk.ports import DeskDeps
from telesec.foundation.errors import NotFound
from telesec.web.access import actor


def install(app: Flask, deps: DeskDeps) -> None:
    """Look at every POST that names a call, once its right was checked."""

    @app.before_request
    def check_call() -> None:
        practice_id, call_id = _named()
        if practice_id is None or call_id is None:
            return
        with deps.unit_of_work(actor()) as uow:
            if reads.practice_of(uow, call_id) != practice_id:
                raise NotFound


def _named() -> tuple[UUID | None, UUID | None]:
    """Return the practice and the call a request names; what is no id is refused later, by its form."""
    if request.method != "POST" or request.endpoint is None:
        return None, None
    told = request.view_args or {}
    if request.path.startswith("/api/"):
        body = request.get_json(silent=True)
        told = body if isinstance(body, dict) else {}
    return _id(told.get("practice_id")), _id(told.get("call_id"))


def _id(value: object) -> UUID | None:
    try:
        return UUID(str(value)) if value is not None else None
    except ValueError:
        return None
