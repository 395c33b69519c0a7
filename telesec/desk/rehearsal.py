"""The page that teaches the keys and lets one rehearse them; nothing is recorded of who pressed what."""

from flask import Blueprint, render_template

from telesec.desk.keys import PLACES, taught
from telesec.desk.ports import DeskDeps
from telesec.foundation.access import Permission
from telesec.web.access import requires


def install(pages: Blueprint, deps: DeskDeps) -> None:  # noqa: ARG001 - every noun of the desk is installed alike
    """Register the page."""

    @pages.get("/desk/keys")
    @requires(Permission.CALL_HANDLE)
    def keys() -> str:
        return render_template("desk/keys.html", taught=taught(), places=PLACES)
