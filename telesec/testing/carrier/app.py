"""The carrier's web application: Twilio's API, the control door, the pages; for this machine only."""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

from telesec.testing.carrier import control, pages, rest
from telesec.testing.carrier.network import Network

POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def create_app(network: Network) -> Flask:
    """Return the application of one network."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 256 * 1024
    app.register_blueprint(rest.blueprint(network))
    app.register_blueprint(control.blueprint(network))
    app.register_blueprint(pages.blueprint(network))

    @app.before_request
    def only_from_here() -> None:
        """Refuse other names of this host and forms of other sites: a page elsewhere must not ring phones."""
        if urlsplit(f"//{request.host}").hostname not in LOCAL_NAMES:
            abort(421)
        own = request.host_url.rstrip("/")
        site = request.headers.get("Sec-Fetch-Site", "")
        foreign = site not in {"", "same-origin", "none"}
        if not site:
            foreign = request.headers.get("Origin", own) != own
        if request.method not in {"GET", "HEAD"} and foreign:
            abort(403)

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "no-store"
        return response

    return app
