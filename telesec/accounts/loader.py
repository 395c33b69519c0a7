"""Who makes this request: set once, before any view, from the cookie or the bearer token.

``g.actor`` is set only for somebody who may act now: a locked session keeps ``g.known`` alone and is
sent to the lock screen, a form with what was typed in it. The API looks at bearer tokens only, so no page
elsewhere can make a browser call it; every unsafe request of a session carries the session's own form token.
"""

from flask import Flask, Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.accounts import kept, limits, reads, rules, sessions
from telesec.accounts.flow import NOBODY_YET
from telesec.accounts.ports import AccountsDeps
from telesec.accounts.reads import KnownSession
from telesec.foundation.errors import Unauthenticated
from telesec.settings import Settings
from telesec.web.headers import SAFE_METHODS, check_csrf

UNKNOWN_TO_SESSIONS = ("/static/", "/hooks/", "/healthz", "/readyz", "/metrics")
OPEN_WHILE_LOCKED = frozenset(
    {
        "accounts.lock_screen",
        "accounts.unlock",
        "accounts.logout",
        "accounts.login",
        "accounts.log_in",
        "locked.stream",
    }
)
WALL_PATH = "/wall"
WALL_ENDPOINTS = frozenset({"wall.wall", "wall.board"})
"""All a wall session opens; both only show."""
WITHOUT_FORM_TOKEN = frozenset({"accounts.log_in", "accounts.enrol"})
"""Pages for people who have no session; the origin of the form was checked."""
BACKGROUND_HEADER = "X-Telesec-Background"


def cookie_name(settings: Settings) -> str:
    """Return the cookie's name; the prefix demands TLS, which plain http on loopback has not."""
    return "__Host-telesec" if settings.secure_cookies else "telesec"


def wall_cookie_name(settings: Settings) -> str:
    """Return the name of a wall session's cookie, which is sent for the wall's own pages only."""
    return "__Secure-telesec-wall" if settings.secure_cookies else "telesec-wall"


def with_cookie(answer: AnyResponse, settings: Settings, token: str) -> AnyResponse:
    """Set the session's cookie, or take it away when ``token`` is empty; it ends with the browser."""
    answer.set_cookie(
        cookie_name(settings),
        token,
        max_age=None if token else 0,
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return answer


def install(app: Flask, deps: AccountsDeps) -> None:
    """Look at every request's cookie or token, and audit what is refused to somebody known."""
    app.before_request(lambda: _load(deps))
    app.after_request(lambda answer: _audit_refusal(deps, answer))


def _load(deps: AccountsDeps) -> AnyResponse | None:
    if request.path.startswith(UNKNOWN_TO_SESSIONS):
        return None
    if request.path.startswith("/api/"):
        _load_token(deps)
        return None
    if request.endpoint in WALL_ENDPOINTS and _load_wall(deps):
        return None
    return _load_session(deps)


def _load_wall(deps: AccountsDeps) -> bool:
    """Let a wall session in; it opens nothing but the wall, whatever else its person may do."""
    token = request.cookies.get(wall_cookie_name(deps.settings), "")
    if not token:
        return False
    with deps.unit_of_work(NOBODY_YET) as uow:
        known = reads.actor_for_wall(uow, token)
        if known is None:
            return False
        if rules.must_touch(known.seen_at, uow.now(), active=True):
            sessions.touch(uow, known.session_id)
            uow.commit()
    g.actor, g.language, g.wall = known.actor, known.actor.language, True
    return True


def _load_token(deps: AccountsDeps) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return
    with deps.unit_of_work(NOBODY_YET) as uow:
        actor = reads.actor_for_token(uow, token.strip())
        if actor is None:
            raise Unauthenticated
        free = deps.settings.api_requests_per_minute
        limits.count_try(uow, [rules.token_limit(str(actor.token_id), uow.now(), free)])
        uow.commit()
    g.actor = actor


def _load_session(deps: AccountsDeps) -> AnyResponse | None:
    token = request.cookies.get(cookie_name(deps.settings), "")
    if not token:
        return None
    with deps.unit_of_work(NOBODY_YET) as uow:
        known = reads.actor_for_session(uow, token)
        if known is None:
            return None
        active = known.at_work or _is_activity()
        if not known.locked and rules.must_touch(known.seen_at, uow.now(), active=active):
            sessions.touch(uow, known.session_id)
            uow.commit()
    g.known, g.csrf_token, g.language = known, known.csrf_token, known.actor.language
    if request.method not in SAFE_METHODS and request.endpoint not in WITHOUT_FORM_TOKEN:
        check_csrf()
    return _open(deps, known)


def _open(deps: AccountsDeps, known: KnownSession) -> AnyResponse | None:
    if not known.locked:
        g.actor = known.actor
        return None
    if request.endpoint in OPEN_WHILE_LOCKED:
        return None
    if request.accept_mimetypes.best == "application/json":
        raise Unauthenticated
    screen = url_for("accounts.lock_screen")
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": screen})
    sealed = _keep(deps, known) if request.method == "POST" and not request.files else ""
    if sealed:
        return Response(
            render_template("accounts/lock.html", known=known, error=None, kept=sealed), status=401
        )
    return redirect(screen)


def _keep(deps: AccountsDeps, known: KnownSession) -> str:
    """Return a plain form that met the lock, sealed into the lock screen until the password was given."""
    with deps.unit_of_work(NOBODY_YET) as uow:
        sealed = kept.seal(uow, known.session_id, request.path, request.form.items(multi=True))
        uow.commit()
    return sealed


def _is_activity() -> bool:
    """Return whether a person did something; streams and timed redraws do not keep a session open."""
    return not (
        request.headers.get(BACKGROUND_HEADER) or request.accept_mimetypes.best == "text/event-stream"
    )


def _audit_refusal(deps: AccountsDeps, answer: Response) -> Response:
    """Note a refusal in its own transaction: the refused one was rolled back.

    404 counts where a route matched: the record does not exist or is not this reader's. The address is
    not noted, since it may hold ids of another practice; the route's name is.
    """
    known = g.get("known")
    who = g.get("actor") or (known.actor if known else None)
    if who is not None and request.endpoint and answer.status_code in {403, 404}:
        with deps.unit_of_work(who) as uow:
            uow.audit("access.refuse", practice_id=None, route=request.endpoint, status=answer.status_code)
            uow.commit()
    return answer
