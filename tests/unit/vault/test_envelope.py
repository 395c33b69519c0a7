from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telesec.vault import envelope
from telesec.vault.envelope import Place, Unreadable

KEY = bytes(range(32))
PLACE = Place(UUID(int=1), "message", UUID(int=2), 3, "body")
SEALED = envelope.seal(KEY, 7, PLACE, b"Douleur thoracique depuis 2 h")


@given(st.binary(max_size=3000))
def test_unseal_returns_what_was_sealed(data):
    assert envelope.unseal(KEY, PLACE, envelope.seal(KEY, 1, PLACE, data)) == data


def test_seal_lays_out_header_nonce_ciphertext():
    assert SEALED[:6] == b"\x01\x01\x00\x00\x00\x07"
    assert len(SEALED) == 6 + 12 + 64 + 16


def test_seal_never_repeats_a_nonce():
    blobs = {envelope.seal(KEY, 1, PLACE, b"x")[6:18] for _ in range(100)}

    assert len(blobs) == 100


@pytest.mark.parametrize(
    "place",
    [
        PLACE._replace(practice_id=uuid4()),
        PLACE._replace(record_id=uuid4()),
        PLACE._replace(kind="alert"),
        PLACE._replace(field="caller"),
        PLACE._replace(version=4),
        PLACE._replace(kind="messageb", field="ody"),
    ],
    ids=["practice", "record", "kind", "field", "version", "boundary"],
)
def test_unseal_refuses_a_value_moved_elsewhere(place):
    with pytest.raises(Unreadable):
        envelope.unseal(KEY, place, SEALED)


@given(st.integers(0, len(SEALED) * 8 - 1))
def test_unseal_refuses_any_flipped_bit(bit):
    altered = bytearray(SEALED)
    altered[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Unreadable):
        envelope.unseal(KEY, PLACE, bytes(altered))


@given(st.integers(0, len(SEALED) - 1))
def test_unseal_refuses_a_cut_value(length):
    with pytest.raises(Unreadable):
        envelope.unseal(KEY, PLACE, SEALED[:length])


def test_unseal_refuses_another_key():
    with pytest.raises(Unreadable):
        envelope.unseal(bytes(32), PLACE, SEALED)


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_authenticated_data_is_injective(kind, field, other_kind, other_field):
    one = PLACE._replace(kind=kind, field=field).authenticated(b"")
    two = PLACE._replace(kind=other_kind, field=other_field).authenticated(b"")

    assert (one == two) == ((kind, field) == (other_kind, other_field))


@pytest.mark.parametrize(
    ("length", "padded"), [(0, 64), (60, 64), (61, 128), (124, 128), (252, 256), (253, 272), (1000, 1024)]
)
def test_padded_length_goes_by_steps(length, padded):
    assert envelope.padded_length(length) == padded


@given(st.integers(253, 5_000_000))
def test_padding_costs_at_most_an_eighth(length):
    assert length + 4 <= envelope.padded_length(length) <= (length + 4) * 1.125


@pytest.mark.parametrize("padded", [b"", b"\0\0\0", b"\0\0\0\x05abcd", b"\0\0\0\x01a\0\0\x01"])
def test_unpad_refuses_bad_padding(padded):
    with pytest.raises(Unreadable):
        envelope.unpad(padded)


def test_wrap_makes_sixty_bytes_of_a_key():
    assert len(envelope.wrap(KEY, bytes(32), b"c")) == 60


def test_unwrap_returns_the_key():
    assert envelope.unwrap(KEY, envelope.wrap(KEY, b"k" * 32, b"c"), b"c") == b"k" * 32


@pytest.mark.parametrize("parent", [bytes(32), KEY], ids=["other parent", "other context"])
def test_unwrap_refuses_another_parent_or_context(parent):
    blob = envelope.wrap(KEY, b"k" * 32, b"c")

    with pytest.raises(Unreadable):
        envelope.unwrap(parent, blob, b"c" if parent != KEY else b"d")


def test_unwrap_refuses_a_cut_blob():
    with pytest.raises(Unreadable):
        envelope.unwrap(KEY, b"short", b"c")


def test_contexts_of_practice_and_record_keys_differ_by_every_part():
    contexts = {
        envelope.practice_key_context(UUID(int=1), 1),
        envelope.practice_key_context(UUID(int=2), 1),
        envelope.practice_key_context(UUID(int=1), 2),
        envelope.record_key_context(UUID(int=1), UUID(int=1), 1),
        envelope.record_key_context(UUID(int=1), UUID(int=2), 1),
        envelope.record_key_context(UUID(int=2), UUID(int=1), 1),
        envelope.record_key_context(UUID(int=1), UUID(int=1), 2),
    }

    assert len(contexts) == 7
