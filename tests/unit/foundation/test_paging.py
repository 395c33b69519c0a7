"""Page marks survive the journey and refuse nonsense."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telesec.foundation.errors import Refused
from telesec.foundation.paging import LARGEST_PAGE, Cursor, bounded

MOMENTS = st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1))  # noqa: DTZ001 - hypothesis adds the zone


@given(MOMENTS, st.uuids())
def test_a_mark_reads_back_as_it_was_written(at, id_):
    assert Cursor.decode(Cursor(at, id_).encode()) == Cursor(at, id_)


@pytest.mark.parametrize("word", ["", "x", "é", "bm90IGEgbWFyaw", "====", "MjAyNi0xMS0yNnx4", "a" * 5000])
def test_nonsense_is_refused_in_words(word):
    with pytest.raises(Refused) as refused:
        Cursor.decode(word)

    assert refused.value.status == 422


@pytest.mark.parametrize(("asked", "given_"), [(None, 50), (0, 50), (-3, 1), (7, 7), (10_000, LARGEST_PAGE)])
def test_a_page_is_bounded(asked, given_):
    assert bounded(asked) == given_
