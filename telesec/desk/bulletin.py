"""The bulletin at the desk: what a reader marks as read, one notice at a time, and every notice page by page.

Nothing is marked by being shown: a notice counts as read when somebody says so.
"""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.accounts import bulletin as notices
from telesec.accounts import bulletin_reads
from telesec.desk.pages import idle_page, needed_id
from telesec.desk.ports import DeskDeps
from telesec.foundation.access import Permission
from telesec.web.access import actor, requires


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Register the page of all notices and the mark."""

    @pages.get("/desk/bulletin")
    @requires(Permission.BULLETIN_READ)
    def bulletin() -> Response:
        with deps.unit_of_work(actor()) as uow:
            found = bulletin_reads.notices(uow, cursor=request.args.get("cursor"))
        return idle_page(deps, "desk/bulletin.html", notices=found)

    @pages.post("/desk/bulletin/read")
    @requires(Permission.BULLETIN_READ)
    def read_notice() -> AnyResponse:
        edition = request.form.get("edition", type=int, default=0)
        with deps.unit_of_work(actor()) as uow:
            notices.mark_read(uow, {needed_id("notice_id"): edition})
            uow.commit()
        return redirect(url_for("desk.idle"), code=303)
