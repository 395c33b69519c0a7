"""Builds the web application: the shell, then each room's blueprints. Nothing else."""

from typing import Any, Protocol

from flask import Blueprint, Flask
from flask_openapi3 import APIBlueprint, Info, OpenAPI
from pydantic import ValidationError

from telesec import __version__
from telesec.accounts import loader, repeats
from telesec.accounts import routes as accounts_routes
from telesec.alerts import api as alerts_api
from telesec.alerts import doors as alerts_doors
from telesec.alerts.ports import CanBeAsked
from telesec.bootstrap import Deps
from telesec.callbacks import api as callbacks_api
from telesec.calls import api as calls_api
from telesec.calls import doors as call_doors
from telesec.desk import api as desk_api
from telesec.desk import (
    locked,
    named_calls,
    phone_routes,
    practice_routes,
    protocol_routes,
    supervisor_routes,
    training_routes,
    wall_routes,
)
from telesec.desk import routes as desk_routes
from telesec.messages import api as messages_api
from telesec.onboarding import routes as onboarding_routes
from telesec.patients import api as patients_api
from telesec.practices import api as practices_api
from telesec.scheduling import api as scheduling_api
from telesec.triage import api as triage_api
from telesec.web import (
    access,
    assets,
    bodies,
    compression,
    failures,
    headers,
    health,
    language,
    openapi,
    states,
    templating,
)
from telesec.web.failures import problem


class Room(Protocol):
    """A module that brings pages or doors."""

    def blueprint(self, deps: Deps, /) -> Blueprint:
        """Return its routes for one set of parts."""
        ...


class ApiRoom(Protocol):
    """A module that brings a part of the JSON API."""

    def blueprint(self, deps: Deps, /) -> APIBlueprint:
        """Return its routes for one set of parts."""
        ...


PAGES: tuple[Room, ...] = (
    accounts_routes,
    desk_routes,
    phone_routes,
    supervisor_routes,
    wall_routes,
    practice_routes,
    protocol_routes,
    training_routes,
    onboarding_routes,
    locked,
)
DOORS: tuple[Room, ...] = (alerts_doors, call_doors)
APIS: tuple[ApiRoom, ...] = (
    desk_api,
    practices_api,
    patients_api,
    callbacks_api,
    alerts_api,
    triage_api,
    scheduling_api,
    messages_api,
    calls_api,
)
SECURITY: dict[str, Any] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "tsk_…"}}


def create_app(deps: Deps) -> Flask:
    """Return the application for one set of parts.

    Raises:
        Misconfigured: A route carries no access mark.
    """
    app = OpenAPI(
        "telesec",
        doc_ui=False,
        validation_error_status=422,
        validation_error_callback=_invalid,
        static_folder=None,
        template_folder=None,
    )
    compression.install(app)
    templating.install(app)
    headers.install(app, deps.settings)
    failures.install(app)
    language.install(app)
    assets.install(app)
    health.install(app, deps, states.States(deps, askable(deps)), deps.keys.file_state)
    loader.install(app, deps)
    access.install(app)
    bodies.install(app)
    named_calls.install(app, deps)
    repeats.install(app, deps)
    for pages in (*PAGES, *DOORS):
        app.register_blueprint(pages.blueprint(deps))
    apis = [api.blueprint(deps) for api in APIS]
    for api in apis:
        app.register_api(api)
    openapi.install(app, openapi.document(Info(title="telesec", version=__version__), SECURITY, apis))
    access.check_marks(app.view_functions)
    return app


def askable(deps: Deps) -> dict[str, list[CanBeAsked]]:
    """Return the channels that can be asked whether their provider would take a notice, by kind."""
    found: dict[str, list[CanBeAsked]] = {}
    for kind, channels in deps.channels.items():
        for channel in channels:
            if isinstance(channel, CanBeAsked):
                found.setdefault(kind.value, []).append(channel)
    return found


def _invalid(error: ValidationError) -> object:
    """Name the fields that are wrong, never the values."""
    fields = sorted({".".join(map(str, part["loc"])) for part in error.errors()})
    text = language.render(failures.WORDS[422], language.current_language())
    return problem(422, "invalid", text, fields=fields)
