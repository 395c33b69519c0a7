"""Lists across practices: bounded, keyset-paged, one index walk per practice.

``ANY(practices)`` with ORDER BY sorts everything; a LATERAL per practice reads only what the page
shows (27.6 ms → 1.9 ms for the newest 50 of 500 000 rows).
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, column, func, literal, select, true, tuple_
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from telesec.foundation.errors import Refused
from telesec.foundation.language import say

LARGEST_PAGE = 200
T = TypeVar("T")


@dataclass(frozen=True)
class Cursor:
    """Where the next page starts: strictly after this row in the list's order."""

    at: datetime
    id: UUID

    def encode(self) -> str:
        """Return the cursor as one opaque word."""
        raw = f"{self.at.isoformat()}|{self.id}".encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    @classmethod
    def decode(cls, word: str) -> "Cursor":
        """Read a cursor back.

        Raises:
            Refused: It is not one of ours (422).
        """
        try:
            raw = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode()
            at, _, id_ = raw.partition("|")
            return cls(datetime.fromisoformat(at), UUID(id_))
        except (ValueError, binascii.Error, UnicodeDecodeError):
            raise Refused(
                "bad_cursor", say("This page mark is not valid. Start again at the first page."), status=422
            ) from None


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list."""

    items: tuple[T, ...]
    next_cursor: str | None


def bounded(limit: int | None, *, default: int = 50) -> int:
    """Return a page size between 1 and ``LARGEST_PAGE``."""
    return max(1, min(limit or default, LARGEST_PAGE))


def across_practices(  # noqa: PLR0913 - one value each, all but two by name
    model: Any,
    practice_ids: Sequence[UUID],
    *,
    at: Any,
    where: ColumnElement[bool],
    limit: int,
    after: Cursor | None = None,
    newest_first: bool = True,
) -> Select[Any]:
    """Select rows of many practices, ordered by time, a page at a time.

    Args:
        model: A mapped class with ``practice_id`` and ``id``.
        practice_ids: The practices to look at.
        at: The mapped time column that orders the list; indexed as (practice_id, at, id).
        where: Further condition.
        limit: Rows wanted; ask one more than the page shows to know whether another follows.
        after: The last row of the previous page.
        newest_first: Direction.
    """
    wanted = literal(list(practice_ids), ARRAY(postgresql.UUID(as_uuid=True)))
    practices = func.unnest(wanted).table_valued("practice").render_derived(name="served")
    order = (at.desc(), model.id.desc()) if newest_first else (at.asc(), model.id.asc())
    inner = select(model).where(model.practice_id == column("practice"), where)
    if after is not None:
        mark = tuple_(literal(after.at), literal(after.id))
        here = tuple_(at, model.id)
        inner = inner.where(here < mark if newest_first else here > mark)
    each = inner.order_by(*order).limit(limit).lateral("each")
    alias = aliased(model, each)
    at_name = at.key
    outer = (
        (getattr(alias, at_name).desc(), alias.id.desc())
        if newest_first
        else (getattr(alias, at_name).asc(), alias.id.asc())
    )
    return select(alias).select_from(practices.join(each, true())).order_by(*outer).limit(limit)
