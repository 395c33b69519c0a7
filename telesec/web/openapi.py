"""The OpenAPI 3.1 document, put together from the rooms' parts and served to everybody.

Rooms name their shapes without looking at one another, so two may use one name for two shapes: those
get their room's name in front. Every operation also tells how it can be refused (RFC 9457).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from flask import Flask, Response
from flask_openapi3 import APIBlueprint, APISpec, Components, Info

from telesec.web.access import public
from telesec.web.failures import PROBLEM

ADDRESS = "/api/v1/openapi.json"
COMPONENTS = "#/components/schemas/"
RETRY_AFTER = {
    "Retry-After": {
        "description": "Whole seconds to wait before the next try.",
        "schema": {"type": "integer", "minimum": 0},
    }
}
ALWAYS: Mapping[str, str] = {
    "401": "No token, or not a valid one.",
    "403": "The token's role does not allow this.",
    "404": "It does not exist, or not for this token.",
    "422": "Something sent is not valid; `fields` names it.",
    "429": "Too many requests of this token.",
    "503": "A part outside telesec does not answer, for instance `calendar_unavailable`.",
}
ON_POST: Mapping[str, str] = {
    "400": "The body is not JSON.",
    "409": "The state forbids it, for instance `slot_taken`; or the same request is still in progress.",
    "413": "The body is larger than one mebibyte.",
    "415": "The body is not `application/json`.",
}
WAITING = frozenset({"409", "429", "503"})
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeat with the same key for 24 hours and get the first answer, not a second record.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable word for programs."},
        "detail": {"type": "string", "description": "What to do, in the reader's language."},
        "field": {"type": "string"},
        "fields": {"type": "array", "items": {"type": "string"}},
    },
}


class ApiPart(Protocol):
    """What the document needs of a room's blueprint."""

    name: str
    paths: dict[str, Any]
    components_schemas: dict[str, Any]


def document(info: Info, security: Mapping[str, Any], parts: Sequence[APIBlueprint]) -> dict[str, Any]:
    """Return the whole document.

    Args:
        info: Title and version.
        security: The security schemes by name.
        parts: The rooms' blueprints, all routes told.
    """
    schemas: dict[str, Any] = {"Problem": PROBLEM_SCHEMA}
    paths: dict[str, Any] = {}
    for part in parts:
        told = _told(info, part)
        renamed = _renamed(part.name.removesuffix("_api"), told["components"]["schemas"], schemas)
        told = _pointing(told, renamed)
        for name, schema in told["components"]["schemas"].items():
            schemas[renamed.get(name, name)] = schema
        for path, methods in told["paths"].items():
            paths.setdefault(path, {}).update(methods)
    for method, operation in _operations(paths):
        _complete(method, operation)
        _loosen(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": info.model_dump(mode="json", exclude_unset=True),
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": dict(security)},
        "security": [{name: []} for name in security],
    }


def install(app: Flask, told: Mapping[str, Any]) -> None:
    """Serve the document."""
    body = json.dumps(told, ensure_ascii=False)

    @app.get(ADDRESS)
    @public("describes the API; holds nothing of any practice")
    def openapi() -> Response:
        return Response(body, content_type="application/json")


def _told(info: Info, part: ApiPart) -> dict[str, Any]:
    spec = APISpec(openapi="3.1.0", info=info, paths=part.paths)
    spec.components = Components(schemas=part.components_schemas)
    told: dict[str, Any] = spec.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)
    for schema in told["components"]["schemas"].values():
        schema.pop("$defs", None)
    return told


def _renamed(room: str, ours: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, str]:
    """Return new names for shapes whose name already stands for another one."""
    return {
        name: f"{room.capitalize()}{name}"
        for name, schema in ours.items()
        if name in known and known[name] != schema
    }


def _pointing(node: Any, renamed: Mapping[str, str]) -> Any:
    """Return the same document with references to renamed shapes, and without nested definitions."""
    if isinstance(node, list):
        return [_pointing(one, renamed) for one in node]
    if not isinstance(node, dict):
        return node
    target = node.get("$ref")
    if isinstance(target, str) and target.startswith(COMPONENTS):
        name = target.removeprefix(COMPONENTS)
        return {**node, "$ref": COMPONENTS + renamed.get(name, name)}
    return {key: _pointing(value, renamed) for key, value in node.items()}


def _operations(paths: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for methods in paths.values():
        yield from methods.items()


def _complete(method: str, operation: dict[str, Any]) -> None:
    """Tell how an operation may be refused, and that a creating one may be repeated."""
    responses = operation.setdefault("responses", {})
    for status, why in {**ALWAYS, **(ON_POST if method == "post" else {})}.items():
        responses[status] = {
            "description": why,
            "content": {PROBLEM: {"schema": {"$ref": f"{COMPONENTS}Problem"}}},
            **({"headers": RETRY_AFTER} if status in WAITING else {}),
        }
    if "201" in responses:
        operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)


def _loosen(operation: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """Tell that a body whose every field may be left out may itself be left out."""
    body = operation.get("requestBody")
    if body:
        shape = body["content"]["application/json"]["schema"]["$ref"].removeprefix(COMPONENTS)
        body["required"] = bool(schemas[shape].get("required"))
