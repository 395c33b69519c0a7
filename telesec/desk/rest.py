"""A break at the desk: begun and ended by one key; a call in hand goes on as before."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from telesec.accounts import breaks
from telesec.desk.pages import call_url
from telesec.desk.ports import DeskDeps
from telesec.foundation.access import Permission
from telesec.foundation.ids import uuid_or_none
from telesec.web.access import actor, requires


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Register both acts."""

    @pages.post("/desk/break")
    @requires(Permission.CALL_HANDLE)
    def begin_break() -> Response:
        with deps.unit_of_work(actor()) as uow:
            breaks.begin(uow)
            uow.commit()
        return _back()

    @pages.post("/desk/break/end")
    @requires(Permission.CALL_HANDLE)
    def end_break() -> Response:
        with deps.unit_of_work(actor()) as uow:
            breaks.end(uow)
            uow.commit()
        return _back()


def _back() -> Response:
    """Return to the call in hand, else to the queue."""
    practice_id, call_id = (uuid_or_none(request.form.get(name)) for name in ("practice_id", "call_id"))
    if practice_id is None or call_id is None:
        return redirect(url_for("desk.idle"), code=303)
    return redirect(call_url((practice_id, call_id)), code=303)
