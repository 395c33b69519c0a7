"""Static files under names that carry their hash, so that a browser may keep them for ever."""

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Flask, Response, send_file, url_for
from werkzeug.exceptions import NotFound

from telesec.web.access import public

ROOT = Path(str(files("telesec"))) / "web" / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png",
         ".webmanifest": "application/manifest+json", ".ico": "image/x-icon"}  # fmt: skip
YEAR = 31_536_000


@cache
def _hash(name: str) -> str:
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()[:12]


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
        answer = send_file(path, mimetype=TYPES.get(path.suffix, "application/octet-stream"))
        answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return answer

    app.register_blueprint(pages)
    app.jinja_env.globals["asset_url"] = asset_url
