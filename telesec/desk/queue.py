"""Between two calls: the queue, what was promised, a call opened by hand; answering."""

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from telesec.calls import reads as reads_of_calls
from telesec.calls import service as calls
from telesec.calls.rules import CallState
from telesec.calls.service import OpenCall
from telesec.desk.pages import call_url, idle_page, needed_id
from telesec.desk.ports import DeskDeps
from telesec.desk.side import Side
from telesec.foundation.access import Permission
from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.language import say
from telesec.web.access import actor, requires

PARTS = {
    "queue": "desk/_queue.html",
    "bar-queue": "desk/_bar_queue.html",
    "day": "desk/_day.html",
    "crew": "desk/_crew.html",
    "callbacks": "desk/_callbacks.html",
    "loops": "desk/_loops.html",
    "waiting": "desk/_waiting_part.html",
    "resume": "desk/_resume_part.html",
    "changed": "desk/_changed.html",
    "calendars": "desk/_calendars.html",
    "states": "desk/_states.html",
    "cover": "desk/_cover.html",
    "pause": "desk/_pause.html",
    "bulletin": "desk/_bulletin.html",
}
IDLE = "desk/idle.html"
NOBODY = say("Nobody is waiting any more. Somebody else answered.")


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Register the idle page and the acts on the queue."""
    _looks(pages, deps)
    _acts(pages, deps)


def _looks(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.get("/desk")
    @requires(Permission.CALL_HANDLE)
    def idle() -> Response:
        return idle_page(deps, IDLE)

    @pages.get("/desk/parts/<name>")
    @requires(Permission.CALL_HANDLE)
    def side_part(name: str) -> str:
        template = PARTS.get(name)
        if template is None:
            raise NotFound
        with deps.unit_of_work(actor()) as uow:
            return render_template(template, side=Side(uow))


def _acts(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post("/desk/next")
    @requires(Permission.CALL_HANDLE)
    def take_next() -> AnyResponse:
        try:
            taken = _take_oldest(deps)
        except Refused as error:
            return idle_page(deps, IDLE, error.sentence, error.status)
        if taken is None:
            return idle_page(deps, IDLE, NOBODY, 409)
        return redirect(call_url(taken), code=303)

    @pages.post("/desk/calls")
    @requires(Permission.CALL_HANDLE)
    def open_call() -> AnyResponse:
        try:
            with deps.unit_of_work(actor()) as uow:
                number = request.form.get("from_number", "")
                opened = calls.open_call(uow, OpenCall(needed_id("practice_id"), from_number=number))
                uow.commit()
        except Refused as error:
            return idle_page(deps, IDLE, error.sentence, error.status, wrong=error)
        return redirect(call_url(opened), code=303)

    @pages.post("/desk/calls/<uuid:practice_id>/<uuid:call_id>/answer")
    @requires(Permission.CALL_HANDLE)
    def answer(practice_id: UUID, call_id: UUID) -> AnyResponse:
        try:
            with deps.unit_of_work(actor()) as uow:
                calls.answer(uow, practice_id, call_id)
                uow.commit()
        except Refused as error:
            return idle_page(deps, IDLE, error.sentence, error.status)
        return redirect(call_url((practice_id, call_id)), code=303)


def _take_oldest(deps: DeskDeps) -> tuple[UUID, UUID] | None:
    """Answer the call that rings longest; one a colleague answered meanwhile is passed over."""
    with deps.unit_of_work(actor()) as uow:
        waiting = [row for row in reads_of_calls.queue(uow) if row.state is CallState.RINGING]
    for row in waiting:
        try:
            with deps.unit_of_work(actor()) as uow:
                calls.answer(uow, row.practice_id, row.id)
                uow.commit()
        except Refused as error:
            if error.code == "on_break":
                raise
            continue
        return row.practice_id, row.id
    return None
