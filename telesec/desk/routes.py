"""The desk's pages on one blueprint; each noun registers its own."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from telesec.desk import (
    booking,
    bulletin,
    call,
    callback,
    conflict,
    letter,
    live,
    patient_line,
    queue,
    rehearsal,
    rest,
    triage_sheet,
    undo,
    waiting_list,
)
from telesec.desk.looks import WORDS
from telesec.desk.pages import take_up_url
from telesec.desk.ports import DeskDeps
from telesec.foundation.access import Permission, Role
from telesec.web.access import actor, requires

HOMES = {
    Role.PRACTITIONER: "/phone",
    Role.SUPERVISOR: "/supervisor",
    Role.PRACTICE_MANAGER: "/practice",
}


ROOMS = (
    queue, call, patient_line, triage_sheet, booking, waiting_list, letter, callback, conflict, undo, live,
    rest, bulletin, rehearsal,
)  # fmt: skip


def blueprint(deps: DeskDeps) -> Blueprint:
    """Return the desk's pages."""
    pages = Blueprint("desk", __name__)

    @pages.get("/")
    @requires(Permission.SESSION_OWN)
    def home() -> Response:
        who = actor()
        if who.role in {Role.OPERATOR, Role.AUDITOR}:
            return redirect(url_for("accounts.own_sessions"))
        return redirect(HOMES.get(who.role, "/desk"))

    @pages.context_processor
    def words() -> dict[str, object]:
        return {
            **WORDS,
            "undo_chance": lambda: undo.chance(deps),
            "told_once": undo.told,
            "take_up_url": take_up_url,
        }

    for room in ROOMS:
        room.install(pages, deps)
    return pages
