"""What the API accepts as a body: JSON, strictly, with text that a database can hold.

``Body`` is the base of every request body. It refuses unknown fields, and takes values only in the form
their JSON schema says: no number for a date, no word for a number.
"""

import json
import math
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Self

from flask import Flask, has_request_context, request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from telesec.foundation.errors import Refused
from telesec.foundation.language import say

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
DEEPEST = 20
MAX_NAME = 40


def _thinkable(value: datetime) -> datetime:
    if not EARLIEST <= value < LATEST:
        raise ValueError("between the years 1900 and 2199")
    return value


Instant = Annotated[AwareDatetime, AfterValidator(_thinkable)]
"""RFC 3339 with an offset, in a year people mean; beyond it, calendars and zones overflow."""


class Body(BaseModel):
    """Base of every request body."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Read a body that was parsed from JSON, as strictly as JSON itself would be read.

        Nothing sent is the empty object, for requests whose every field may be left out.
        """
        del options
        if obj is None and has_request_context() and not request.get_data():
            obj = {}
        return cls.model_validate_json(json.dumps(obj), strict=True)


class Query(BaseModel):
    """Base of what follows the question mark. Its schema, looked at by each request, is written once."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def model_json_schema(cls, *form: Any, **options: Any) -> dict[str, Any]:
        """Return the schema; as it is asked for without options, the one already written."""
        return super().model_json_schema(*form, **options) if form or options else _schema(cls)


@cache
def _schema(shape: type[BaseModel]) -> dict[str, Any]:
    return shape.model_json_schema(mode="validation")


def install(app: Flask) -> None:
    """Look at what every request brings, once its right was checked."""
    app.before_request(_check)


def _check() -> None:
    if not request.path.startswith("/api/"):
        for typed in (*request.args.values(), *request.form.values()):
            _check_text(typed)
        return
    for name, values in request.args.lists():
        if len(values) > 1:
            raise Refused("sent_twice", say("Send each parameter once."), status=422, field=name[:MAX_NAME])
    for value in (*request.args.values(), *(request.view_args or {}).values()):
        _check_text(value)
    if request.method == "POST":
        _check_body()


def _check_body() -> None:
    if not request.get_data():
        return
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    try:
        told = json.loads(request.get_data(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadRequest from None
    _check_value(told, 0)


def _no_constant(word: str) -> None:
    """Refuse NaN and the infinities, which are not JSON."""
    raise ValueError(word)


def _check_value(value: object, depth: int) -> None:
    if depth > DEEPEST:
        raise BadRequest
    if isinstance(value, float) and not math.isfinite(value):
        raise BadRequest
    if isinstance(value, list):
        for one in value:
            _check_value(one, depth + 1)
    elif isinstance(value, dict):
        for key, one in value.items():
            _check_text(key)
            _check_value(one, depth + 1)
    else:
        _check_text(value)


def _check_text(value: object) -> None:
    """Refuse NUL, which PostgreSQL cannot hold, and halves of a surrogate pair, which UTF-8 cannot."""
    if isinstance(value, str) and any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
        raise Refused("bad_text", say("A text holds a character that cannot be stored."), status=422)
