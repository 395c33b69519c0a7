"""Log in and out, lock and unlock, enrol, one's own sessions."""

from uuid import UUID

import segno
from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.accounts import account_pages, flow, kept, reads, rules, sessions
from telesec.accounts.flow import NOBODY_YET
from telesec.accounts.loader import with_cookie
from telesec.accounts.passwords import PasswordHasher
from telesec.accounts.ports import AccountsDeps
from telesec.accounts.reads import KnownSession
from telesec.accounts.sessions import Attempt
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused, TelesecError, TooMany, Unauthenticated
from telesec.foundation.language import say
from telesec.web.access import actor, public, requires
from telesec.web.failures import WRITTEN

WRONG = say("These details do not open an account. Check the e-mail, the password and the code.")
WRONG_PASSWORD = say("This is not your password.")


def blueprint(deps: AccountsDeps) -> Blueprint:
    """Return this room's pages."""
    pages = Blueprint("accounts", __name__)
    hasher = PasswordHasher(deps.settings.password_memory_kib)
    _log_in_pages(pages, deps, hasher)
    _lock_pages(pages, deps, hasher)
    _enrol_pages(pages, deps, hasher)
    account_pages.install(pages, deps)
    return pages


def _log_in_pages(pages: Blueprint, deps: AccountsDeps, hasher: PasswordHasher) -> None:
    @pages.get("/login")
    @public("nobody is logged in yet")
    def login() -> AnyResponse:
        if "actor" in g:
            return redirect("/")
        return _log_in_form(next_page=request.args.get("next", ""))

    @pages.post("/login")
    @public("nobody is logged in yet")
    def log_in() -> AnyResponse:
        attempt, email = _attempt(), request.form.get("email", "")
        next_page = request.form.get("next", "")
        try:
            opened = flow.log_in(deps, hasher, attempt)
        except TooMany as error:
            answer = _log_in_form(email, next_page, error=error, status=429)
            answer.headers["Retry-After"] = str(error.retry_after)
            return answer
        if opened is None:
            wrong = TelesecError("wrong_details", WRONG)
            return _log_in_form(email, next_page, error=wrong, status=401)
        went = redirect(rules.safe_next(next_page or "/"), code=303)
        return with_cookie(went, deps.settings, opened.token)

    @pages.post("/logout")
    @public("a locked session may end too; the session's form token was checked")
    def logout() -> AnyResponse:
        known: KnownSession | None = g.get("known")
        if known is not None:
            with deps.unit_of_work(known.actor) as uow:
                sessions.end(uow, known.session_id)
                uow.commit()
        went = redirect(url_for("accounts.login"), code=303)
        went.headers["Clear-Site-Data"] = '"cache", "storage"'
        return with_cookie(went, deps.settings, "")


def _lock_pages(pages: Blueprint, deps: AccountsDeps, hasher: PasswordHasher) -> None:
    @pages.get("/lock")
    @public("shows no content; a locked session has no actor")
    def lock_screen() -> AnyResponse:
        known = _known()
        return _lock_form() if known.locked else redirect("/")

    @pages.post("/lock")
    @requires(Permission.SESSION_OWN)
    def lock() -> AnyResponse:
        who = actor()
        if who.session_id is not None:
            with deps.unit_of_work(who) as uow:
                sessions.lock(uow, who.session_id)
                uow.commit()
        return redirect(url_for("accounts.lock_screen"), code=303)

    @pages.post("/unlock")
    @public("a locked session has no actor; its password is asked for")
    def unlock() -> AnyResponse:
        session_id = _known().session_id
        password = request.form.get("password", "")
        try:
            opened = flow.unlock(deps, hasher, session_id, password=password, address=_address())
        except TooMany as error:
            return _lock_form(error, status=429)
        if not opened:
            return _lock_form(TelesecError("wrong_password", WRONG_PASSWORD), status=401)
        return _again(deps, session_id) or redirect("/", code=303)


def _enrol_pages(pages: Blueprint, deps: AccountsDeps, hasher: PasswordHasher) -> None:
    @pages.get("/enrol/<token>")
    @public("the one-time link is the proof")
    def enrol_form(token: str) -> AnyResponse:
        return _enrol_form(deps, token)

    @pages.post("/enrol/<token>")
    @public("the one-time link is the proof")
    def enrol(token: str) -> AnyResponse:
        password, code = request.form.get("password", ""), request.form.get("code", "")
        try:
            codes = flow.enrol(deps, hasher, token, password=password, code=code)
        except Refused as error:
            return _enrol_form(deps, token, error=error)
        return make_response(render_template("accounts/codes.html", codes=codes))


def _log_in_form(
    email: str = "", next_page: str = "", *, error: TelesecError | None = None, status: int = 200
) -> Response:
    page = render_template("accounts/login.html", email=email, next_page=next_page, error=error)
    return make_response(page, status)


def _lock_form(error: TelesecError | None = None, *, status: int = 200) -> Response:
    sealed = request.form.get("kept", "")
    return make_response(
        render_template("accounts/lock.html", known=_known(), error=error, kept=sealed), status
    )


def _again(deps: AccountsDeps, session_id: UUID) -> AnyResponse | None:
    """Return the form that met the lock, to be sent again; None when there was none."""
    with deps.unit_of_work(NOBODY_YET) as uow:
        form = kept.unseal(uow, session_id, request.form.get("kept", ""))
    if form is None:
        return None
    texts = [value for name, value in form.fields if name in WRITTEN and value.strip()]
    return make_response(render_template("accounts/again.html", kept=form, texts=texts))


def _enrol_form(deps: AccountsDeps, token: str, *, error: Refused | None = None) -> Response:
    """Show whose link it is and the picture for the authenticator; typed secrets are not shown again."""
    with deps.unit_of_work(NOBODY_YET) as uow:
        invitation = reads.invitation(uow, token)
    picture = segno.make(invitation.authenticator, micro=False).svg_inline(scale=4, light="#fff", border=2)
    page = render_template(
        "accounts/enrol.html", invitation=invitation, picture=picture, error=error, token=token
    )
    return make_response(page, error.status if error else 200)


def _attempt() -> Attempt:
    form = request.form
    return Attempt(
        email=form.get("email", "")[:254],
        password=form.get("password", "")[: rules.LONGEST_PASSWORD],
        code=form.get("code", "")[:40],
        address=_address(),
        device=request.headers.get("User-Agent", ""),
    )


def _address() -> str:
    return request.remote_addr or ""


def _known() -> KnownSession:
    known = g.get("known")
    if not isinstance(known, KnownSession):
        raise Unauthenticated
    return known
