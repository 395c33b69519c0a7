"""A client of one room's API, without the rest of the application and without a login.

The actor is set as ``accounts`` would set it from a token; errors are told by the real handlers.
"""

from collections.abc import Callable

from flask import g
from flask.testing import FlaskClient
from flask_openapi3 import APIBlueprint, OpenAPI

from telesec.bootstrap import Deps
from telesec.foundation.access import Actor
from telesec.web import failures


def api_client(deps: Deps, make: Callable[[Deps], APIBlueprint], who: Actor | None) -> FlaskClient:
    """Return a client of the routes ``make`` returns, speaking as ``who`` (None: nobody)."""
    app = OpenAPI("telesec", validation_error_status=422)
    failures.install(app)
    app.register_api(make(deps))

    @app.before_request
    def log_in() -> None:
        if who is not None:
            g.actor = who

    return app.test_client()
