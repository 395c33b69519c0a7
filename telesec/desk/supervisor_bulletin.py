"""The supervisor's page of the bulletin: write a notice, correct it, end it, see who has read it.

A refusal shows the page again with everything typed, and why beside the field.
"""

from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.accounts import bulletin as notices
from telesec.accounts import bulletin_reads
from telesec.accounts.bulletin import WriteNotice
from telesec.desk.phone_day import midnight, wall_time
from telesec.desk.ports import DeskDeps
from telesec.desk.practice_looks import field
from telesec.desk.wording import HOUSE_ZONE, wording
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused, Stale
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.web.access import actor, requires


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Add the bulletin to the supervisor's pages."""

    @pages.get("/supervisor/bulletin")
    @requires(Permission.BULLETIN_WRITE)
    def bulletin() -> Response:
        return _shown(deps)

    @pages.post("/supervisor/bulletin")
    @requires(Permission.BULLETIN_WRITE)
    def write_notice() -> AnyResponse:
        try:
            with deps.unit_of_work(actor()) as uow:
                notices.write(uow, _typed(uow))
                uow.commit()
        except Refused as error:
            return _shown(deps, error)
        return _back()

    _one_notice(pages, deps)


def _one_notice(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.get("/supervisor/bulletin/<uuid:notice_id>")
    @requires(Permission.BULLETIN_WRITE)
    def notice(notice_id: UUID) -> Response:
        return _opened(deps, notice_id)

    @pages.post("/supervisor/bulletin/<uuid:notice_id>")
    @requires(Permission.BULLETIN_WRITE)
    def correct_notice(notice_id: UUID) -> AnyResponse:
        edition = request.form.get("edition", type=int, default=0)
        try:
            with deps.unit_of_work(actor()) as uow:
                notices.correct(uow, notice_id, edition, _typed(uow))
                uow.commit()
        except (Refused, Stale) as error:
            return _opened(deps, notice_id, error)
        return _back()

    @pages.post("/supervisor/bulletin/<uuid:notice_id>/end")
    @requires(Permission.BULLETIN_WRITE)
    def end_notice(notice_id: UUID) -> AnyResponse:
        with deps.unit_of_work(actor()) as uow:
            notices.end(uow, notice_id)
            uow.commit()
        return _back()


def _back() -> AnyResponse:
    return redirect(url_for("supervisor.bulletin"), code=303)


def _typed(uow: UnitOfWork) -> WriteNotice:
    """Return the notice a form holds; one without an end ends with the day it begins on.

    Raises:
        Refused: A time nobody can read (422).
    """
    form = request.form
    from_at = wall_time(form.get("from", ""), HOUSE_ZONE, "from")
    until_at = wall_time(form.get("until", ""), HOUSE_ZONE, "until")
    begins = max(from_at or uow.now(), uow.now())
    return WriteNotice(form.get("text", ""), until_at or midnight(begins, HOUSE_ZONE), from_at)


def _shown(deps: DeskDeps, error: Refused | None = None) -> Response:
    """Show what was written, with who has read it, and the form; after a refusal as typed."""
    with deps.unit_of_work(actor()) as uow:
        found = bulletin_reads.written(uow, cursor=request.args.get("cursor"))
        page = render_template(
            "desk/supervisor/bulletin.html",
            found=found,
            readers=bulletin_reads.readers(uow, found.items),
            words=wording(actor().language, HOUSE_ZONE, uow.now()),
            most=notices.LONGEST_TEXT,
            error=error,
            typed=request.form,
        )
    return make_response(page, error.status if error else 200)


def _opened(deps: DeskDeps, notice_id: UUID, error: Refused | Stale | None = None) -> Response:
    """Show one notice to be corrected; after a refusal with the words as typed, beside those that stand."""
    with deps.unit_of_work(actor()) as uow:
        card = bulletin_reads.notice(uow, notice_id)
        words = wording(actor().language, HOUSE_ZONE, uow.now())
    as_it_is = {"text": card.text, "from": field(words, card.from_at), "until": field(words, card.until_at)}
    page = render_template(
        "desk/supervisor/notice.html",
        card=card,
        words=words,
        most=notices.LONGEST_TEXT,
        error=error,
        typed=request.form if error else as_it_is,
    )
    return make_response(page, error.status if error else 200)
