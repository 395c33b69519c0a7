"""The practice's own page, for its practitioners, its manager and the supervisors."""

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.desk import practice_away, practice_numbers, practice_reads, practice_writes
from telesec.desk.ports import DeskDeps
from telesec.desk.practice_shown import back, show
from telesec.desk.practice_writes import TypedInstruction
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused, Stale
from telesec.foundation.ids import uuid_or_none
from telesec.practices import service as practices
from telesec.triage import service as triage
from telesec.web.access import actor, requires


def blueprint(deps: DeskDeps) -> Blueprint:
    """Return the practice's pages."""
    pages = Blueprint("practice_page", __name__)
    _look(pages, deps)
    _instructions(pages, deps)
    _settings(pages, deps)
    _duty(pages, deps)
    practice_numbers.install(pages, deps)
    practice_away.install(pages, deps)
    return pages


def _look(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.get("/practice")
    @requires(Permission.INSTRUCTION_WRITE)
    def choose() -> str | AnyResponse:
        with deps.unit_of_work(actor()) as uow:
            cards = practice_reads.choices(uow)
        if len(cards) == 1:
            return redirect(url_for("practice_page.page", practice_id=cards[0].id), code=303)
        return render_template("desk/practice/choose.html", cards=cards)

    @pages.get("/practice/<uuid:practice_id>")
    @requires(Permission.INSTRUCTION_WRITE)
    def page(practice_id: UUID) -> Response:
        return show(deps, practice_id)


def _instructions(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post("/practice/<uuid:practice_id>/instructions")
    @requires(Permission.INSTRUCTION_WRITE)
    def write(practice_id: UUID) -> AnyResponse:
        form = request.form
        typed = TypedInstruction(
            practice_id,
            text=form.get("text", ""),
            kind=form.get("kind", "general"),
            applies=form.get("applies", "always"),
            until=form.get("until", ""),
            practitioner_id=form.get("practitioner_id", type=UUID),
            instruction_id=form.get("instruction_id", type=UUID),
            version=form.get("version", type=int),
        )
        try:
            with deps.unit_of_work(actor()) as uow:
                practice_writes.write_instruction(uow, typed)
                uow.commit()
        except (Refused, Stale) as error:
            return show(deps, practice_id, error, "instruction")
        return back(practice_id, f"reword-{typed.instruction_id or 'new'}", "instruction")

    @pages.post("/practice/<uuid:practice_id>/instructions/<uuid:instruction_id>")
    @requires(Permission.INSTRUCTION_WRITE)
    def settle(practice_id: UUID, instruction_id: UUID) -> AnyResponse:
        retires = request.form.get("act") == "retire"
        act = practices.retire_instruction if retires else practices.confirm_instruction
        try:
            with deps.unit_of_work(actor()) as uow:
                act(uow, practice_id, instruction_id, request.form.get("version", 0, type=int))
                uow.commit()
        except Stale as error:
            return show(deps, practice_id, error, "settle")
        if retires:
            return back(practice_id, "h-ins", "retired")
        return back(practice_id, f"reword-{instruction_id}", "confirmed")


def _settings(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post("/practice/<uuid:practice_id>/hours")
    @requires(Permission.INSTRUCTION_WRITE)
    def hours(practice_id: UUID) -> AnyResponse:
        try:
            with deps.unit_of_work(actor()) as uow:
                practice_writes.set_hours(uow, practice_id, request.form.get("hours_of", ""), request.form)
                uow.commit()
        except Refused as error:
            return show(deps, practice_id, error, "hours")
        return back(practice_id, f"save-{request.form['hours_of']}", "hours")

    @pages.post("/practice/<uuid:practice_id>/adopt")
    @requires(Permission.PROTOCOL_ADOPT)
    def adopt(practice_id: UUID) -> AnyResponse:
        with deps.unit_of_work(actor()) as uow:
            triage.adopt_reference_set(uow, deps.library, practice_id)
            uow.commit()
        return back(practice_id, "h-pro", "adopted")


def _duty(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post("/practice/<uuid:practice_id>/on-call")
    @requires(Permission.POLICY_WRITE)
    def on_call(practice_id: UUID) -> AnyResponse:
        chosen = [uuid_or_none(typed) for typed in request.form.getlist("person")]
        try:
            with deps.unit_of_work(actor()) as uow:
                practice_writes.set_on_call(uow, practice_id, chosen)
                uow.commit()
        except Refused as error:
            return show(deps, practice_id, error, "on_call")
        return back(practice_id, "order", "order")
