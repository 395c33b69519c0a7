"""The practice's page shown: as it is now, after a refusal with what was typed, after a save where one was.

A save leads to an address with its place: the element there is focused, and described by what was saved, so
that eyes, keyboard and screen reader are where they were.
"""

from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.alerts.rules import ChannelKind
from telesec.desk import practice_looks, practice_reads
from telesec.desk.ports import DeskDeps
from telesec.foundation.errors import Refused, Stale, TooMany
from telesec.web.access import actor


def show(
    deps: DeskDeps, practice_id: UUID, error: Refused | Stale | TooMany | None = None, form: str = ""
) -> Response:
    """Show the page; after a refusal with what was typed in that form, and why beside the field."""
    with deps.unit_of_work(actor()) as uow:
        found = practice_reads.page(uow, deps.library, practice_id)
    page = render_template(
        "desk/practice/page.html",
        page=found,
        looks=practice_looks,
        errors={form: error},
        typed=request.form,
        saved=practice_looks.SAVED.get(request.args.get("saved", "")),
        place=request.args.get("at", ""),
        mail=bool(deps.channels.get(ChannelKind.EMAIL)),
    )
    return make_response(page, error.status if error else 200)


def back(practice_id: UUID, place: str, saved: str) -> AnyResponse:
    """Lead to ``place`` of the page, whose reader is told what was saved (``practice_looks.SAVED``)."""
    return redirect(
        url_for("practice_page.page", practice_id=practice_id, saved=saved, at=place, _anchor=place), code=303
    )
