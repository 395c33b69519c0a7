"""Some rooms' pages without a login: the actor is set as ``accounts`` would set it, all else is real."""

from collections.abc import Callable

from flask import Blueprint, Flask, g
from flask.testing import FlaskClient

from telesec.accounts import routes as accounts
from telesec.bootstrap import Deps
from telesec.foundation.access import Actor
from telesec.web import access, assets, failures, headers, language, templating

Room = Callable[[Deps], Blueprint]


def page_app(deps: Deps, who: Actor | None, *rooms: Room) -> Flask:
    """Return an application of the pages ``rooms`` make, for one reader (None: nobody)."""
    app = Flask("telesec", static_folder=None)
    headers.install(app, deps.settings)
    for part in (templating, failures, language, assets):
        part.install(app)
    for room in (accounts.blueprint, *rooms):
        app.register_blueprint(room(deps))
    access.check_marks(app.view_functions)

    @app.before_request
    def log_in() -> None:
        if who is not None:
            g.actor, g.csrf_token = who, "token"

    return app


def page_client(deps: Deps, who: Actor | None, *rooms: Room) -> FlaskClient:
    """Return a client of such an application, whose forms are sent from its own pages."""
    client = page_app(deps, who, *rooms).test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return client
