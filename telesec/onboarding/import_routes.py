"""Pages of imports: hand a file in, choose its columns, look at the dry run, import, take back."""

import csv
import io
from collections.abc import Iterable
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.desk.wording import wording
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused, Stale
from telesec.onboarding import looks, reads, service
from telesec.onboarding.columns import FIELDS
from telesec.onboarding.ports import OnboardingDeps
from telesec.onboarding.reads import MOST_SHOWN, Review
from telesec.onboarding.service import HandIn, RunImport
from telesec.onboarding.sheet import LARGEST_FILE, MOST_LINES, grouped, neutral
from telesec.practices import reads as practices
from telesec.web.access import actor, requires
from telesec.web.headers import takes_files
from telesec.web.language import current_language, render

MARK = "\ufeff"
"""Tells a spreadsheet that the file is UTF-8."""


def install(pages: Blueprint, deps: OnboardingDeps) -> None:
    """Register the pages."""
    _files(pages, deps)
    _draft(pages, deps)
    _acts(pages, deps)


def _files(pages: Blueprint, deps: OnboardingDeps) -> None:
    @pages.get("/onboarding/<uuid:practice_id>/import")
    @requires(Permission.PRACTICE_CREATE)
    def imports(practice_id: UUID) -> Response:
        return _imports(deps, practice_id)

    @pages.post("/onboarding/<uuid:practice_id>/import")
    @takes_files
    @requires(Permission.PRACTICE_CREATE)
    def hand_in(practice_id: UUID) -> AnyResponse:
        sent = request.files.get("file")
        data = sent.stream.read(LARGEST_FILE + 1) if sent else b""
        kind = request.form.get("kind", "")
        try:
            with deps.unit_of_work(actor()) as uow:
                import_id = service.hand_in(uow, HandIn(practice_id, looks.kind_of(kind), data))
                uow.commit()
        except Refused as error:
            return _imports(deps, practice_id, error)
        return _to(practice_id, import_id)

    @pages.get("/onboarding/model/<name>.csv")
    @requires(Permission.PRACTICE_CREATE)
    def model(name: str) -> Response:
        shown = FIELDS[looks.kind_of(name)]
        titles = [render(field.label, current_language()) for field in shown]
        return _csv([titles, [field.sample for field in shown]], f"{name}.csv")


def _draft(pages: Blueprint, deps: OnboardingDeps) -> None:
    @pages.get("/onboarding/<uuid:practice_id>/import/<uuid:import_id>")
    @requires(Permission.PRACTICE_CREATE)
    def one_import(practice_id: UUID, import_id: UUID) -> Response:
        return _one(deps, practice_id, import_id)

    @pages.get("/onboarding/<uuid:practice_id>/import/<uuid:import_id>/faults.csv")
    @requires(Permission.PRACTICE_CREATE)
    def faults(practice_id: UUID, import_id: UUID) -> Response:
        with deps.unit_of_work(actor()) as uow:
            seen = reads.review(uow, practice_id, import_id)
            uow.commit()
        return _csv(_fault_lines(seen), "faults.csv")

    @pages.post("/onboarding/<uuid:practice_id>/import/<uuid:import_id>/columns")
    @requires(Permission.PRACTICE_CREATE)
    def choose_columns(practice_id: UUID, import_id: UUID) -> AnyResponse:
        chosen = {
            name.removeprefix("column_"): request.form.get(name, type=int)
            for name in request.form
            if name.startswith("column_")
        }
        try:
            with deps.unit_of_work(actor()) as uow:
                service.choose_columns(uow, practice_id, import_id, chosen)
                uow.commit()
        except Refused as error:
            return _one(deps, practice_id, import_id, error, "columns")
        return _to(practice_id, import_id)


def _acts(pages: Blueprint, deps: OnboardingDeps) -> None:
    @pages.post("/onboarding/<uuid:practice_id>/import/<uuid:import_id>/run")
    @requires(Permission.PRACTICE_CREATE)
    def run_import(practice_id: UUID, import_id: UUID) -> AnyResponse:
        form = request.form
        command = RunImport(
            practice_id,
            import_id,
            form.get("version", 0, type=int),
            leave_out=form.get("leave_out") == "yes",
            alike=form.get("alike") == "yes",
        )
        try:
            with deps.unit_of_work(actor()) as uow:
                service.run(uow, command)
                uow.commit()
        except (Refused, Stale) as error:
            return _one(deps, practice_id, import_id, error, "run")
        return _to(practice_id, import_id)

    @pages.post("/onboarding/<uuid:practice_id>/import/<uuid:import_id>/undo")
    @requires(Permission.PRACTICE_CREATE)
    def undo_import(practice_id: UUID, import_id: UUID) -> AnyResponse:
        try:
            with deps.unit_of_work(actor()) as uow:
                service.undo(uow, practice_id, import_id)
                uow.commit()
        except Refused as error:
            return _one(deps, practice_id, import_id, error, "undo")
        return _to(practice_id, import_id)

    @pages.post("/onboarding/<uuid:practice_id>/import/<uuid:import_id>/give-up")
    @requires(Permission.PRACTICE_CREATE)
    def give_up_import(practice_id: UUID, import_id: UUID) -> AnyResponse:
        with deps.unit_of_work(actor()) as uow:
            service.give_up(uow, practice_id, import_id)
            uow.commit()
        return redirect(url_for("onboarding.imports", practice_id=practice_id), code=303)


def _imports(deps: OnboardingDeps, practice_id: UUID, error: Refused | None = None) -> Response:
    with deps.unit_of_work(actor()) as uow:
        found = reads.imports(uow, practice_id)
        card = practices.practice(uow, practice_id)
        words = wording(current_language(), card.time_zone, uow.now())
    page = render_template(
        "onboarding/imports.html",
        imports=found,
        card=card,
        words=words,
        looks=looks,
        error=error,
        typed=request.form,
        wanted=request.args.get("kind", ""),
        most_lines=grouped(MOST_LINES),
        most_megabytes=LARGEST_FILE >> 20,
    )
    return make_response(page, error.status if error else 200)


def _one(
    deps: OnboardingDeps,
    practice_id: UUID,
    import_id: UUID,
    error: Refused | Stale | None = None,
    form: str = "",
) -> Response:
    """Show an import as it is now: a draft with its dry run, else what became of it."""
    with deps.unit_of_work(actor()) as uow:
        found = reads.card(uow, practice_id, import_id)
        seen = reads.review(uow, practice_id, import_id) if found.state == service.DRAFT else None
        card = practices.practice(uow, practice_id)
        words = wording(current_language(), card.time_zone, uow.now())
        uow.commit()
    page = render_template(
        "onboarding/import.html",
        one=found,
        seen=seen,
        card=card,
        words=words,
        looks=looks,
        errors={form: error},
        typed=request.form,
        fields=FIELDS[found.kind],
        most_shown=MOST_SHOWN,
    )
    return make_response(page, error.status if error else 200)


def _fault_lines(seen: Review) -> list[list[str]]:
    """Return the lines with a fault as they came, each with its faults beside it."""
    language, words = current_language(), looks.fields(seen.card.kind)
    told: dict[int, list[str]] = {}
    for one in seen.problems:
        name = render(words[one.field], language)
        told.setdefault(one.line, []).append(f"{name}: {render(one.sentence, language)}")
    width = max(len(seen.sheet.titles), *(len(line.cells) for line in seen.sheet.lines))
    title = render(looks.FAULT, language)
    return [
        [*seen.sheet.titles, *[""] * (width - len(seen.sheet.titles)), title],
        *(
            [*line.cells, *[""] * (width - len(line.cells)), " ".join(told[line.number])]
            for line in seen.sheet.lines
            if line.number in told
        ),
    ]


def _csv(rows: Iterable[Iterable[str]], name: str) -> Response:
    """Return a CSV as French spreadsheets open it; no cell is run as a formula."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([neutral(cell) for cell in row] for row in rows)
    answer = make_response(MARK + out.getvalue())
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _to(practice_id: UUID, import_id: UUID) -> AnyResponse:
    return redirect(url_for("onboarding.one_import", practice_id=practice_id, import_id=import_id), code=303)
