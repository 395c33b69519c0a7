"""The editor of a practice's own version of a protocol: checked as one types, saved only when safe."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.desk import protocol_form, protocol_looks, protocol_reads
from telesec.desk.ports import DeskDeps
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused, Stale
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.triage import drafts
from telesec.triage.drafts import Draft
from telesec.web.access import actor, requires

PATH = "/practice/<uuid:practice_id>/protocols/<code>"


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Register the editor's pages."""

    @pages.get(f"{PATH}/edit")
    @requires(Permission.PROTOCOL_SIGN)
    def edit(practice_id: UUID, code: str) -> Response:
        return _page(deps, practice_id, code)

    @pages.post(f"{PATH}/edit")
    @requires(Permission.PROTOCOL_SIGN)
    def save(practice_id: UUID, code: str) -> AnyResponse:
        kept = request.form.get("row_version", 0, type=int)
        try:
            with deps.unit_of_work(actor()) as uow:
                _, document = _typed(deps, uow, practice_id, code)
                protocol_form.refuse_too_long(document, request.form)
                drafts.save(uow, deps.library, practice_id, document, kept)
                uow.commit()
        except (Refused, Stale) as error:
            return _page(deps, practice_id, code, error)
        if request.form.get("then") == "go_on":
            return redirect(url_for("protocols.edit", practice_id=practice_id, code=code), code=303)
        return redirect(url_for("protocols.review", practice_id=practice_id, code=code), code=303)

    @pages.post(f"{PATH}/check")
    @requires(Permission.PROTOCOL_SIGN)
    def check(practice_id: UUID, code: str) -> str:
        with deps.unit_of_work(actor()) as uow:
            _, document = _typed(deps, uow, practice_id, code)
            found = drafts.check(deps.library, document, uow.now().date())
        return render_template(
            "desk/protocols/_checked.html",
            checked=found,
            error=_too_long(document),
            placed=protocol_form.placed(found.problems, document),
            looks=protocol_looks,
            document=document,
        )

    @pages.post(f"{PATH}/discard")
    @requires(Permission.PROTOCOL_SIGN)
    def discard(practice_id: UUID, code: str) -> AnyResponse:
        with deps.unit_of_work(actor()) as uow:
            drafts.discard(uow, deps.library, practice_id, code)
            uow.commit()
        return redirect(url_for("protocols.one", practice_id=practice_id, code=code), code=303)


def _typed(deps: DeskDeps, uow: UnitOfWork, practice_id: UUID, code: str) -> tuple[Draft, dict[str, Any]]:
    """Return the draft kept, and the document with what was typed over it."""
    draft = drafts.begin(uow, deps.library, practice_id, code)
    return draft, protocol_form.typed(draft.document.model_dump(mode="json"), request.form)


def _too_long(document: dict[str, Any]) -> Refused | None:
    """Return why a text is too long, by its field, if one is."""
    try:
        protocol_form.refuse_too_long(document, request.form)
    except Refused as error:
        return error
    return None


def _page(deps: DeskDeps, practice_id: UUID, code: str, error: Refused | Stale | None = None) -> Response:
    """Show the editor; after a refusal with all that was typed, and why at each question."""
    with deps.unit_of_work(actor()) as uow:
        draft, document = _typed(deps, uow, practice_id, code)
        of = protocol_reads.of_practice(uow, practice_id)
        found = drafts.check(deps.library, document, uow.now().date())
    placed = protocol_form.placed(found.problems, document) if error else {}
    kept = draft.row_version
    page = render_template(
        "desk/protocols/edit.html",
        of=of,
        draft=draft,
        document=document,
        checked=found,
        placed=placed,
        needed={question.id for question in draft.reference.questions if question.effect.value != "lower"},
        gated=drafts.may_ask_everybody(draft.reference),
        typed_words=request.form.get("words", ""),
        looks=protocol_looks,
        error=error,
        dropped=protocol_form.ids(draft.document.model_dump(mode="json")) - protocol_form.ids(document),
        kept=draft.row_version if isinstance(error, Stale) else request.form.get("row_version", kept),
    )
    return make_response(page, error.status if error else 200)
