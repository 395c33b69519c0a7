"""The wall: figures of the whole service, read from four metres. No name, no number, no text."""

from flask import Blueprint, render_template

from telesec.desk import supervisor_looks, supervisor_reads, wall_human
from telesec.desk.ports import DeskDeps
from telesec.desk.service_day import service_day
from telesec.desk.wall_chart import chart
from telesec.desk.wall_figures import figures
from telesec.foundation.access import Permission
from telesec.web.access import actor, requires


def blueprint(deps: DeskDeps) -> Blueprint:
    """Return the wall and the part of it that is read again every ten seconds."""
    pages = Blueprint("wall", __name__)

    @pages.get("/wall")
    @requires(Permission.ALERT_CLOSE)
    def wall() -> str:
        return _show("desk/wall/wall.html")

    @pages.get("/wall/board")
    @requires(Permission.ALERT_CLOSE)
    def board() -> str:
        return _show("desk/wall/_board.html")

    def _show(template: str) -> str:
        with deps.unit_of_work(actor()) as uow:
            seen = supervisor_reads.overview(uow)
            day = service_day(uow, seen.words)
        return render_template(
            template,
            seen=seen,
            looks=supervisor_looks,
            human=wall_human.rows(seen),
            day=day,
            figures=figures(day, seen.words.language),
            chart=chart(day, seen.words),
        )

    return pages
