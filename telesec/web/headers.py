"""What every answer carries: a strict content policy with a fresh nonce, and no caching.

Sources: OWASP ASVS 5.0 §3.4; Content Security Policy Level 3. Refused here, before a body is read: an
unknown host, an oversized body, a foreign origin on any unsafe method.
"""

import hmac
import io
import secrets
from collections.abc import Callable
from typing import IO, Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, g, request

from telesec.foundation.errors import Forbidden, Refused
from telesec.foundation.language import say
from telesec.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_BODY = 1 << 20
LARGEST_UPLOAD = 13 << 20
"""A file with the form around it, for the views that take one."""
TAKES_FILES = "_telesec_takes_files"
View = TypeVar("View", bound=Callable[..., Any])
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'; worker-src 'self'; require-trusted-types-for 'script'; trusted-types htmx telesec"
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=()",
}
MACHINE_PATHS = ("/api/", "/hooks/")


class InMemory(Request):
    """A request whose files are kept in memory: what a practice hands in never lies on a disk in clear."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        del total_content_length, content_type, filename, content_length
        return io.BytesIO()


def takes_files(view: View) -> View:
    """Mark a view that takes a file: up to ``LARGEST_UPLOAD`` bytes."""
    setattr(view, TAKES_FILES, True)
    return view


def install(app: Flask, settings: Settings) -> None:
    """Check every request and dress every answer."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.request_class = InMemory
    hosts = {urlsplit(settings.public_url).netloc, f"{settings.host}:{settings.port}"}
    app.before_request(lambda: _check(hosts, _origin(settings.public_url), _largest(app)))
    app.after_request(lambda response: _dress(response, secure=settings.secure_cookies))


def _largest(app: Flask) -> int:
    """Return how much the view asked for may be sent."""
    view = app.view_functions.get(request.endpoint or "")
    return LARGEST_UPLOAD if getattr(view, TAKES_FILES, False) else LARGEST_BODY


def _check(hosts: set[str], origin: str, largest: int) -> None:
    g.nonce = secrets.token_urlsafe(16)
    g.request_id = secrets.token_hex(8)
    if request.method in {"TRACE", "TRACK"}:
        abort(405)
    if request.host not in hosts and not _local(request.host):
        raise Refused("unknown_host", say("This address is not one of this installation."), status=422)
    request.max_content_length = largest
    if (request.content_length or 0) > largest:
        abort(413)
    if request.method not in SAFE_METHODS and not request.path.startswith(MACHINE_PATHS):
        check_origin(origin)


def _dress(response: Response, *, secure: bool) -> Response:
    response.headers.update(FIXED)
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=g.get("nonce", "none"))
    if secure:
        response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Request-Id", g.get("request_id", ""))
    return response


def check_origin(origin: str) -> None:
    """Refuse a form another site sent (Fetch Metadata, else Origin).

    Raises:
        Forbidden: The request does not come from one of our own pages.
    """
    site = request.headers.get("Sec-Fetch-Site")
    came_from = request.headers.get("Origin")
    same = site == "same-origin" if site else came_from in {origin, request.host_url.rstrip("/")}
    if not same:
        raise Forbidden(say("This form was not sent from this site. Open the page again."), code="origin")


def check_csrf() -> None:
    """Refuse an unsafe request of a logged-in session without the session's own token.

    Raises:
        Forbidden: The token is missing or of another session; the typed text stays in the page.
    """
    expected = g.get("csrf_token", "")
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token") or ""
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise Forbidden(say("This page is too old to be sent. Copy your text and reload it."), code="csrf")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _local(host: str) -> bool:
    return urlsplit(f"//{host}").hostname in {"localhost", "127.0.0.1", "::1"}
