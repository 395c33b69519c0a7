"""Who may open a view, marked on the view itself.

Every route carries ``@requires(Permission.X)`` or ``@public("why")``; ``create_app`` refuses to start
with a route that carries neither, and an architecture test walks the URL map.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, g, request

from telesec.foundation.access import Actor, Permission
from telesec.foundation.errors import Forbidden, Misconfigured, Unauthenticated
from telesec.foundation.language import say

MARK = "_telesec_access"
P = ParamSpec("P")
R = TypeVar("R")


def requires(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view: somebody is logged in and holds ``permission`` in at least one practice.

    The service behind the view checks again with the facts of the record.
    """

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            _check(permission)
            return view(*args, **kwargs)

        setattr(guarded, MARK, permission)
        return guarded

    return mark


def install(app: Flask) -> None:
    """Ask for the mark of a view before anything of the request is parsed.

    So nobody without the right learns from an answer what a request should look like.
    """

    @app.before_request
    def check_mark() -> None:
        mark = mark_of(app, request.endpoint)
        if isinstance(mark, Permission):
            _check(mark)


def mark_of(app: Flask, endpoint: str | None) -> object:
    """Return the mark of an endpoint's view: a permission, a reason, or None for no such view."""
    return getattr(app.view_functions.get(endpoint or ""), MARK, None)


def _check(permission: Permission) -> None:
    who = actor()
    if not any(permission in who.permissions_for(pid) for pid in (None, *who.practice_ids)):
        raise Forbidden


def public(reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view that needs nobody logged in, with the reason why that is right."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, MARK, reason)
        return view

    return mark


def actor() -> Actor:
    """Return who makes this request.

    Raises:
        Unauthenticated: Nobody is logged in.
    """
    who = g.get("actor")
    if not isinstance(who, Actor):
        raise Unauthenticated
    return who


def check_marks(view_functions: Mapping[str, Callable[..., Any]]) -> None:
    """Refuse to start with a view nobody marked.

    Raises:
        Misconfigured: Names the endpoint.
    """
    for endpoint, view in view_functions.items():
        if endpoint.rsplit(".", 1)[-1] == "static" or endpoint.startswith("openapi"):
            continue
        if not hasattr(view, MARK):
            raise Misconfigured(say("The route %(endpoint)s has no access mark.", endpoint=endpoint))
