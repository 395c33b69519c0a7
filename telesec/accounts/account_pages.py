"""One's own account: language, sessions, and the wall one leaves on a screen."""

from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.accounts import own, reads, rules, sessions
from telesec.accounts.devices import device
from telesec.accounts.loader import WALL_PATH, cookie_name, wall_cookie_name
from telesec.accounts.ports import AccountsDeps
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused
from telesec.web.access import actor, requires
from telesec.web.language import LANGUAGES, current_language

HOUSE = ZoneInfo("Europe/Paris")
"""Where the service works; sessions belong to no practice whose wall clock could be meant."""
NAMES = {"fr": "Français", "en": "English"}


def install(pages: Blueprint, deps: AccountsDeps) -> None:
    """Register the pages."""
    _account(pages, deps)
    _wall(pages, deps)


def _account(pages: Blueprint, deps: AccountsDeps) -> None:
    @pages.get("/account/sessions")
    @requires(Permission.SESSION_OWN)
    def own_sessions() -> AnyResponse:
        return _page(deps)

    @pages.post("/account/language")
    @requires(Permission.SESSION_OWN)
    def language() -> AnyResponse:
        try:
            with deps.unit_of_work(actor()) as uow:
                own.set_language(uow, request.form.get("language", ""))
                uow.commit()
        except Refused as error:
            return _page(deps, error)
        return redirect(url_for("accounts.own_sessions"), code=303)

    @pages.post("/account/sessions/<uuid:session_id>/end")
    @requires(Permission.SESSION_OWN)
    def end_session(session_id: UUID) -> AnyResponse:
        with deps.unit_of_work(actor()) as uow:
            sessions.end(uow, session_id)
            uow.commit()
        return redirect(url_for("accounts.own_sessions"), code=303)


def _wall(pages: Blueprint, deps: AccountsDeps) -> None:
    @pages.post("/account/wall")
    @requires(Permission.ALERT_CLOSE)
    def open_wall() -> AnyResponse:
        with deps.unit_of_work(actor()) as uow:
            opened = own.open_wall(
                uow, address=request.remote_addr or "", device=request.headers.get("User-Agent", "")
            )
            uow.commit()
        went = redirect(WALL_PATH, code=303)
        secure = deps.settings.secure_cookies
        went.set_cookie(
            wall_cookie_name(deps.settings),
            opened.token,
            max_age=rules.WALL,
            path=WALL_PATH,
            secure=secure,
            httponly=True,
            samesite="Strict",
        )
        went.set_cookie(
            cookie_name(deps.settings), "", max_age=0, path="/", secure=secure, httponly=True, samesite="Lax"
        )
        return went


def _page(deps: AccountsDeps, error: Refused | None = None) -> AnyResponse:
    with deps.unit_of_work(actor()) as uow:
        found = reads.own_sessions(uow)
    language = current_language()
    page = render_template(
        "accounts/sessions.html",
        sessions=found,
        current=actor().session_id,
        device=device,
        local=lambda at: format_datetime(at, "EEEE d MMMM, HH:mm", tzinfo=HOUSE, locale=language),
        languages=[(code, NAMES[code]) for code in LANGUAGES],
        may_open_wall=Permission.ALERT_CLOSE in actor().permissions_for(None),
        error=error,
    )
    return make_response(page, error.status if error else 200)
