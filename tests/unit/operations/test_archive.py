"""A backup's file opens whole with its own key, and not otherwise."""

import io
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telesec.foundation.errors import Refused
from telesec.operations import archive
from telesec.operations.archive import CHUNK, Header, Reader, Writer
from telesec.vault import keyring

HEADER = Header("data", "0.1.0", "0001_foundation", 18, "ab" * 8, "2026-11-26T09:00:00+00:00")
KEYS = keyring.from_text("1 " + "A" * 43 + "=")
OTHER = keyring.from_text("1 " + "B" * 43 + "=")


def made(content=b"x" * 10, secret=KEYS, header=HEADER):
    out = io.BytesIO()
    writer = Writer(out, header, secret)
    writer.write(content)
    writer.finish()
    return out.getvalue()


def read(data, secret=KEYS):
    return b"".join(Reader(io.BytesIO(data), "nightly").content(secret))


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7])
def test_what_was_written_is_read(length):
    content = bytes(range(256)) * (length // 256 + 1)

    assert read(made(content[:length])) == content[:length]


def test_a_passphrase_opens_what_it_closed():
    data = made(b"content", "three words here")

    assert read(data, "three words here") == b"content"


@pytest.mark.parametrize(
    ("secret", "given", "told"),
    [
        (KEYS, OTHER, "backup key 1, checksum"),
        (KEYS, "a passphrase", "backup key 1"),
        ("a passphrase", "another", "passphrase it was made with"),
        ("a passphrase", KEYS, "passphrase it was made with"),
    ],
)
def test_another_key_is_told_and_which_one_it_takes(secret, given, told):
    with pytest.raises(Refused) as refused:
        read(made(secret=secret), given)

    assert told in str(refused.value.sentence)


@pytest.mark.parametrize("left", [5, 11, 100, -1, -17, -(CHUNK // 2), -(7 + 16), -(CHUNK + 7 + 32)])
def test_a_file_cut_short_is_refused(left):
    data = made(b"y" * (2 * CHUNK + 7))

    with pytest.raises(Refused) as refused:
        read(data[:left])

    assert refused.value.code in {"backup_damaged", "not_a_backup"}


def test_chunks_that_changed_places_are_refused():
    data = made(b"a" * CHUNK + b"b" * CHUNK + b"c")
    start, size = len(data) - (2 * (CHUNK + 16) + 17), CHUNK + 16
    first, second = data[start : start + size], data[start + size : start + 2 * size]

    with pytest.raises(Refused):
        read(data[:start] + second + first + data[start + 2 * size :])


@settings(max_examples=60)
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_refused(place, bit):
    data = bytearray(made())
    data[place % len(data)] ^= 1 << bit

    with pytest.raises(Refused):
        read(bytes(data))


def test_a_header_that_was_changed_is_refused():
    data = made()
    changed = data.replace(b'"installation":"abab', b'"installation":"cdcd')
    assert changed != data

    with pytest.raises(Refused):
        read(changed)


def test_a_format_of_a_later_release_is_named():
    with pytest.raises(Refused) as refused:
        read(made(header=replace(HEADER, format=2, telesec="9.0.0")))

    assert "telesec 9.0.0" in str(refused.value.sentence)


def test_another_kind_of_file_is_refused():
    with pytest.raises(Refused) as refused:
        read(b"%PDF-1.7 something else entirely")

    assert "not a backup" in str(refused.value.sentence)


def test_the_header_is_read_without_a_key_and_holds_no_key():
    data = made()

    assert Reader(io.BytesIO(data), "nightly").header == HEADER
    told = json.loads(data[12 : data.index(b"}", data.index(b'"wrapped"')) + 1])
    assert set(told) == {*Header.__dataclass_fields__, "key", "wrapped"}
    assert told["format"] == archive.FORMAT
