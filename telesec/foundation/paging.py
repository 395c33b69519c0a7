"""Lists across practices: bounded, keyset-paged, one index walk per practice.

``ANY(practices)`` with ORDER BY sorts everything; a LATERAL per practice reads only what the page
shows (27.6 ms → 1.9 ms for the newest 50 of 500 000 rows).
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    any_,
    bindparam,
    column,
    func,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from telesec.foundation.errors import Refused
from telesec.foundation.language import say

LARGEST_PAGE = 200
UUID_ = postgresql.UUID(as_uuid=True)
UUIDS = ARRAY(UUID_)
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


def one_of(column: Any, practice_ids: Sequence[UUID]) -> ColumnElement[bool]:
    """Return the condition that a column is one of these ids, as one array.

    The statement is the same for one practice and for sixty, so that it is compiled and prepared once.
    """
    among: ColumnElement[bool] = column == any_(literal(list(practice_ids), UUIDS))
    return among


def among(column: Any, name: str) -> ColumnElement[bool]:
    """Return that condition for a statement put together once; the ids are its parameter ``name``."""
    condition: ColumnElement[bool] = column == any_(bindparam(name, type_=UUIDS))
    return condition


def across_practices(  # noqa: PLR0913 - one value each, all but two by name
    model: Any,
    practice_ids: Sequence[UUID],
    *,
    at: Any,
    where: ColumnElement[bool] | Callable[[], ColumnElement[bool]],
    limit: int,
    after: Cursor | None = None,
    newest_first: bool = True,
) -> Select[Any]:
    """Select rows of many practices, ordered by time, a page at a time.

    Args:
        model: A mapped class with ``practice_id`` and ``id``.
        practice_ids: The practices to look at.
        at: The mapped time column that orders the list; indexed as (practice_id, at, id).
        where: Further condition. A function of a module says that it never changes: the statement is
            then put together once, which takes longer than running it.
        limit: Rows wanted; ask one more than the page shows to know whether another follows.
        after: The last row of the previous page.
        newest_first: Direction.
    """
    shape = (model, at.key, newest_first, after is not None)
    statement = _statement(*shape, where) if isinstance(where, ColumnElement) else _kept(*shape, where)
    values: dict[str, object] = {"served": list(practice_ids), "most": limit}
    if after is not None:
        values |= {"after_at": after.at, "after_id": after.id}
    return statement.params(values)


@cache
def _kept(
    model: Any, at: str, newest_first: bool, paged: bool, where: Callable[[], ColumnElement[bool]]
) -> Select[Any]:
    return _statement(model, at, newest_first, paged, where())


def _statement(
    model: Any, at: str, newest_first: bool, paged: bool, where: ColumnElement[bool]
) -> Select[Any]:
    wanted = bindparam("served", type_=UUIDS)
    practices = func.unnest(wanted).table_valued("practice").render_derived(name="served")
    inner = select(model).where(model.practice_id == column("practice"), where)
    if paged:
        mark = tuple_(
            bindparam("after_at", type_=DateTime(timezone=True)), bindparam("after_id", type_=UUID_)
        )
        here = tuple_(getattr(model, at), model.id)
        inner = inner.where(here < mark if newest_first else here > mark)
    most = bindparam("most", type_=Integer())
    each = inner.order_by(*_order(model, at, newest_first)).limit(most).lateral("each")
    alias = aliased(model, each)
    return (
        select(alias)
        .select_from(practices.join(each, true()))
        .order_by(*_order(alias, at, newest_first))
        .limit(most)
    )


def _order(of: Any, at: str, newest_first: bool) -> tuple[ColumnElement[Any], ...]:
    keys = getattr(of, at), of.id
    return tuple(key.desc() if newest_first else key.asc() for key in keys)
