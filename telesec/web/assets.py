"""Static files under names that carry their hash, so that a browser may keep them for ever.

Our own scripts lose their comments and indents, once per process; what is text is sent compressed to who
takes it. Styles keep theirs: rcssmin 1.3 takes the space out of ``.a :is(b)`` inside nested at-rules.
"""

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Flask, Response, request, send_file, url_for
from rjsmin import jsmin
from werkzeug.exceptions import NotFound

from telesec.web import compression
from telesec.web.access import public

ROOT = Path(str(files("telesec"))) / "web" / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png",
         ".webmanifest": "application/manifest+json", ".ico": "image/x-icon"}  # fmt: skip
TEXT = frozenset({".css", ".js", ".svg", ".webmanifest"})
SHORTEN = {".js": jsmin}
YEAR = 31_536_000


@cache
def _content(name: str) -> bytes:
    """Return a file as it is sent; other people's files are sent as they made them."""
    content, suffix = (ROOT / name).read_bytes(), Path(name).suffix
    own = not name.startswith("vendor/")
    return SHORTEN[suffix](content) if own and suffix in SHORTEN else content


@cache
def _hash(name: str) -> str:
    return hashlib.sha256(_content(name)).hexdigest()[:12]


@cache
def _compressed(name: str) -> bytes:
    return compression.whole(_content(name))


def asset_url(name: str) -> str:
    """Return the address of a static file, ``css/style.css`` for instance."""
    return url_for("assets.asset", mark=_hash(name), name=name)


def install(app: Flask) -> None:
    """Serve the files and give templates ``asset_url``."""
    pages = Blueprint("assets", __name__)

    @pages.get("/static/<mark>/<path:name>")
    @public("stylesheets and scripts hold no data")
    def asset(mark: str, name: str) -> Response:
        if "\0" in name:
            raise NotFound
        path = (ROOT / name).resolve()
        if not path.is_relative_to(ROOT.resolve()) or not path.is_file() or mark != _hash(name):
            raise NotFound
        answer = _answer(path, name, mark)
        answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return answer

    app.register_blueprint(pages)
    app.jinja_env.globals["asset_url"] = asset_url


def _answer(path: Path, name: str, mark: str) -> Response:
    kind = TYPES.get(path.suffix, "application/octet-stream")
    if path.suffix not in TEXT:
        return send_file(path, mimetype=kind)
    if compression.welcome():
        answer = Response(_compressed(name), mimetype=kind)
        answer.headers["Content-Encoding"] = compression.ENCODING
        answer.set_etag(f"{mark}-{compression.ENCODING}")
    else:
        answer = Response(_content(name), mimetype=kind)
        answer.set_etag(mark)
    answer.make_conditional(request)
    answer.vary.add("Accept-Encoding")
    return answer
