"""How a shape of the API leaves: written as JSON once, by the library that checks it."""

from flask import Response
from pydantic import BaseModel


def answer(shape: BaseModel, status: int = 200) -> Response:
    """Return a shape as an answer of the API; instants are RFC 3339 with an offset."""
    return Response(shape.model_dump_json(), status, content_type="application/json")
