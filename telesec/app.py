"""Builds the web application: the shell, then each room's blueprints. Nothing else."""

from flask import Flask
from flask_openapi3 import Info, OpenAPI
from pydantic import ValidationError

from telesec import __version__
from telesec.bootstrap import Deps
from telesec.callbacks import api as callbacks_api
from telesec.patients import api as patients_api
from telesec.practices import api as practices_api
from telesec.web import access, assets, failures, headers, health, language, templating
from telesec.web.failures import problem

PAGES = ()
DOORS = ()
APIS = (practices_api, patients_api, callbacks_api)
SECURITY = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "tsk_…"}}


def create_app(deps: Deps) -> Flask:
    """Return the application for one set of parts.

    Raises:
        Misconfigured: A route carries no access mark.
    """
    app = OpenAPI(
        "telesec",
        info=Info(title="telesec", version=__version__),
        security_schemes=SECURITY,
        doc_ui=False,
        doc_prefix="/api/v1",
        doc_url="/openapi.json",
        validation_error_status=422,
        validation_error_callback=_invalid,
        static_folder=None,
        template_folder=None,
    )
    templating.install(app)
    headers.install(app, deps.settings)
    failures.install(app)
    language.install(app)
    assets.install(app)
    health.install(app, deps)
    for room in (*PAGES, *DOORS):
        app.register_blueprint(room.blueprint(deps))
    for room in APIS:
        app.register_api(room.blueprint(deps))
    access.check_marks(app.view_functions)
    return app


def _invalid(error: ValidationError) -> object:
    """Name the fields that are wrong, never the values."""
    fields = sorted({".".join(map(str, part["loc"])) for part in error.errors()})
    text = language.render(failures.WORDS[422], language.current_language())
    return problem(422, "invalid", text, fields=fields)
