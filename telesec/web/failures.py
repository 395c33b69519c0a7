"""Turns every error into a page or a ``problem+json`` answer (RFC 9457), in the reader's language."""

import psycopg
import structlog
from flask import Flask, Response, g, jsonify, redirect, render_template, request, url_for
from psycopg.errors import DiskFull
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from telesec.foundation.errors import InProgress, Refused, TelesecError, TooMany, Unauthenticated, Unavailable
from telesec.foundation.language import Sentence, say
from telesec.web import language

log = structlog.get_logger(__name__)
PROBLEM = "application/problem+json"
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout, psycopg.OperationalError)
CHECK_SPACE = "Check free disk space."
"""PostgreSQL's own hint; a limit on the size of files has no code but this."""
AWAY = say("telesec does not reach its database. Your text is still in the page; try again in a few seconds.")
FULL = say("The disk of the database is full. Your text is still in the page; tell the operator.")
WRITTEN = (
    "text",
    "call_note",
    "note",
    "says",
    "reason",
    "display_name",
    "email",
    "name",
    "number",
    "address",
    "url",
    "options",
)
"""Fields people write in: given back when the session is over, where everything else is chosen again."""
WORDS: dict[int, Sentence] = {
    400: say("The request cannot be read."),
    404: say("This does not exist or is not open to you."),
    405: say("This address does not accept this method."),
    413: say("This is too large: one mebibyte at most."),
    415: say("This format is not accepted; send JSON."),
    422: say("Some of what was sent is not valid."),
    500: say("Something failed on our side. Your text is still in the page; try again."),
}


def problem(status: int, code: str, detail: str, **members: object) -> Response:
    """Return a problem document."""
    body = {"type": "about:blank", "title": code, "status": status, "code": code, "detail": detail, **members}
    answer = jsonify(body)
    answer.status_code = status
    answer.content_type = PROBLEM
    return answer


def _wants_problem() -> bool:
    """Return whether a program asks: the API, a door, or a script of a page of ours."""
    asked = request.accept_mimetypes.best
    return request.path.startswith(("/api/", "/hooks/")) or asked == "application/json"


def install(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(TelesecError, told)
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, unexpected)


def told(error: TelesecError) -> AnyResponse:
    """Answer an error a reader may see."""
    text = language.render(error.sentence, language.current_language())
    if isinstance(error, Unauthenticated) and not _wants_problem():
        kept = _typed()
        if kept:
            return Response(render_template("web/kept.html", texts=kept), status=error.status)
        return redirect(url_for("accounts.login", next=_here()))
    answer = _answer(error.status, error.code, text, **_members(error))
    if isinstance(error, Unauthenticated):
        answer.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooMany | InProgress):
        answer.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unavailable) and not error.permanent:
        answer.headers["Retry-After"] = "10"
    return answer


def refused(error: HTTPException) -> AnyResponse:
    """Answer what the router itself refuses; redirects pass."""
    status = error.code or 500
    if status < 400:
        return error.get_response()
    text = language.render(WORDS.get(status, WORDS[400]), language.current_language())
    answer = _answer(status, error.name.lower().replace(" ", "_"), text)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        answer.headers["Allow"] = ", ".join(allowed)
    return answer


def unexpected(error: Exception) -> AnyResponse:
    """Answer a defect or a database that is away: logged by its type, told without detail."""
    g.broke_off = True
    full = _says_full(getattr(error, "orig", error))
    if full or isinstance(error, DATABASE_AWAY):
        log.warning("request.database_away", error=type(error).__name__, request_id=g.get("request_id"))
        return told(Unavailable("disk_full", FULL) if full else Unavailable("database_unavailable", AWAY))
    log.error(
        "request.failed",
        error=type(error).__name__,
        request_id=g.get("request_id"),
        endpoint=request.endpoint,
    )
    return _answer(500, "internal", language.render(WORDS[500], language.current_language()))


def _says_full(error: BaseException) -> bool:
    """Return whether the database cannot write more: its disk is full, or its files may not grow."""
    hint = error.diag.message_hint if isinstance(error, psycopg.Error) else ""
    return isinstance(error, DiskFull) or hint == CHECK_SPACE


def _answer(status: int, code: str, text: str, **members: object) -> Response:
    if _wants_problem():
        return problem(status, code, text, **members)
    texts = _typed() if status >= 500 else ()
    return Response(render_template("web/failure.html", status=status, text=text, texts=texts), status=status)


def _members(error: TelesecError) -> dict[str, object]:
    if not isinstance(error, Refused):
        return {}
    members = dict(error.extra)
    if error.field:
        members["field"] = error.field
    return members


def _typed() -> tuple[str, ...]:
    """Return the words of a plain form of ours that could not be taken, to be copied."""
    ours = request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "same-origin"
    if not ours or "HX-Request" in request.headers:
        return ()
    return tuple(text for name in WRITTEN if (text := request.form.get(name, "").strip()))


def _here() -> str:
    """Return the page to come back to: a path of ours, never an address."""
    return request.full_path.rstrip("?") if request.method == "GET" and request.path != "/" else ""
