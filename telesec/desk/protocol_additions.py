"""Three short forms for what a practice adds to a protocol without its editor; signed all the same."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.desk import protocol_form, protocol_looks, protocol_reads
from telesec.desk.ports import DeskDeps
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused, Stale
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.triage import additions, drafts
from telesec.triage.levels import Level
from telesec.triage.library import Library
from telesec.web.access import actor, requires

PATH = "/practice/<uuid:practice_id>/protocols/<code>/add"
FEW = "red_flags"


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Register the page of additions."""

    @pages.get(PATH)
    @requires(Permission.PROTOCOL_SIGN)
    def add(practice_id: UUID, code: str) -> Response:
        return _page(deps, practice_id, code)

    @pages.post(PATH)
    @requires(Permission.PROTOCOL_SIGN)
    def added(practice_id: UUID, code: str) -> AnyResponse:
        try:
            with deps.unit_of_work(actor()) as uow:
                document, kept = _written(deps.library, uow, practice_id, code)
                drafts.save(uow, deps.library, practice_id, document, kept)
                uow.commit()
        except (Refused, Stale) as error:
            return _page(deps, practice_id, code, error)
        return redirect(url_for("protocols.review", practice_id=practice_id, code=code), code=303)


def _written(library: Library, uow: UnitOfWork, practice_id: UUID, code: str) -> tuple[dict[str, Any], int]:
    """Return the draft with what one of the forms adds, and the draft's version the form was shown with.

    Raises:
        Refused: Nothing to add: a field is empty, or the level is no higher; or a text is too long (422).
    """
    typed = {name: text for name, text in request.form.items() if name.startswith(("new-", "told-"))}
    protocol_form.refuse_long_texts(typed)
    draft = drafts.begin(uow, library, practice_id, code)
    document = draft.document.model_dump(mode="json")
    today = uow.now().date()
    written = _asked(library, document, today)
    if written == document:
        nothing = say("Nothing would change. Fill in the form, and choose a level above the present one.")
        raise Refused("nothing_added", nothing, status=422)
    seen = request.form.get("row_version", draft.row_version, type=int)
    return additions.settled(library, written, today), seen


def _asked(library: Library, document: dict[str, Any], today: date) -> dict[str, Any]:
    form = request.form
    match form.get("what"):
        case "question":
            return _question(library, document, today)
        case "raise":
            level = form.get("level", "")
            known = {*protocol_form.ids(document), additions.DEFAULT}
            fits = level in set(Level) and form.get("question") in known
            return additions.raised(document, form["question"], Level(level)) if fits else document
        case "told":
            who = {part: form.get(f"told-{part}", "").strip() for part in ("fr", "en")}
            level = form.get("level", "")
            full = level in set(Level) and all(who.values())
            return additions.told(library, document, Level(level), who) if full else document
        case _:
            return document


def _question(library: Library, document: dict[str, Any], today: date) -> dict[str, Any]:
    """Return the document with one more question: a red flag, or one that raises where flags are full."""
    form = {name: value for name, value in request.form.items() if name.startswith("new-")}
    flag = protocol_form.typed(document, {**form, "new-effect": "flag"})
    full = any(problem.where == FEW for problem in drafts.check(library, flag, today).problems)
    return protocol_form.typed(document, {**form, "new-effect": "raise"}) if full else flag


def _page(deps: DeskDeps, practice_id: UUID, code: str, error: Refused | Stale | None = None) -> Response:
    """Show the forms; after a refusal with what was typed and what stands against it."""
    with deps.unit_of_work(actor()) as uow:
        draft = drafts.begin(uow, deps.library, practice_id, code)
        of = protocol_reads.of_practice(uow, practice_id)
        document = draft.document.model_dump(mode="json")
        today = uow.now().date()
        tried = additions.settled(deps.library, _asked(deps.library, document, today), today)
        found = drafts.check(deps.library, tried, today).problems if error else ()
    page = render_template(
        "desk/protocols/add.html",
        of=of,
        draft=draft,
        document=document,
        problems_found=found,
        looks=protocol_looks,
        error=error,
        typed=request.form,
        texts={level: deps.library.book.texts[level] for level in Level},
    )
    return make_response(page, error.status if error else 200)
