import base64

import pytest

from telesec.foundation.errors import Misconfigured
from telesec.vault import keyring
from telesec.vault.envelope import Unreadable

ONE = base64.b64encode(b"1" * 32).decode()
TWO = base64.b64encode(b"2" * 32).decode()


def test_a_single_key_is_primary():
    assert keyring.from_text(f"# ours\n4 {ONE}\n").primary == 4


def test_the_marked_key_is_primary():
    assert keyring.from_text(f"1 {ONE};2 {TWO} primary").primary == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"1 {ONE}\n2 {TWO}",
        f"1 {ONE} primary\n2 {TWO} primary",
        f"1 {ONE}\n1 {TWO} primary",
        "1 c2hvcnQ= primary",
        "1 $$$ primary",
        f"x {ONE}",
        f"1 {ONE} first",
        ONE,
    ],
)
def test_bad_keys_are_refused(text):
    with pytest.raises(Misconfigured):
        keyring.from_text(text)


def test_refusal_does_not_quote_the_key():
    with pytest.raises(Misconfigured) as refusal:
        keyring.from_text(f"x {ONE}")

    assert ONE not in str(refusal.value.sentence)


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o644, 0o420])
def test_a_key_file_open_to_others_is_refused(tmp_path, mode):
    path = tmp_path / "master.key"
    keyring.generate_file(path)
    path.chmod(mode)

    with pytest.raises(Misconfigured):
        keyring.from_file(path)


def test_a_missing_key_file_is_refused(tmp_path):
    with pytest.raises(Misconfigured):
        keyring.from_file(tmp_path / "none")


def test_generate_file_makes_a_private_file(tmp_path):
    path = tmp_path / "keys" / "master.key"

    keyring.generate_file(path)

    assert path.stat().st_mode & 0o777 == 0o400
    assert keyring.from_file(path).primary == 1


def test_generate_file_adds_a_key_without_making_it_primary(tmp_path):
    path = tmp_path / "master.key"
    keyring.generate_file(path)

    added = keyring.generate_file(path)

    assert (added, keyring.from_file(path).primary) == (2, 1)


def test_make_primary_moves_the_mark(tmp_path):
    path = tmp_path / "master.key"
    keyring.generate_file(path)
    keyring.generate_file(path)

    keyring.make_primary(path, 2)

    assert keyring.from_file(path).primary == 2


def test_make_primary_refuses_an_unknown_key(tmp_path):
    path = tmp_path / "master.key"
    keyring.generate_file(path)

    with pytest.raises(Misconfigured):
        keyring.make_primary(path, 9)


def test_an_old_key_still_unwraps_after_the_primary_moved():
    old = keyring.from_text(f"1 {ONE}")
    key_id, wrapped = old.wrap(b"k" * 32, b"c")
    both = keyring.from_text(f"1 {ONE}\n2 {TWO} primary")

    assert both.unwrap(key_id, wrapped, b"c") == b"k" * 32


def test_unwrap_refuses_a_key_that_is_gone():
    key_id, wrapped = keyring.from_text(f"1 {ONE}").wrap(b"k" * 32, b"c")

    with pytest.raises(Unreadable):
        keyring.from_text(f"2 {TWO}").unwrap(key_id, wrapped, b"c")


def test_unwrap_refuses_another_key_under_the_same_id():
    key_id, wrapped = keyring.from_text(f"1 {ONE}").wrap(b"k" * 32, b"c")

    with pytest.raises(Unreadable):
        keyring.from_text(f"1 {TWO}").unwrap(key_id, wrapped, b"c")


def test_unwrap_refuses_a_key_renamed_to_another_id():
    _, wrapped = keyring.from_text(f"1 {ONE}").wrap(b"k" * 32, b"c")

    with pytest.raises(Unreadable):
        keyring.from_text(f"2 {ONE}").unwrap(2, wrapped, b"c")


def test_unwrap_remembers_a_key_by_its_wrapped_bytes_and_context():
    keys = keyring.from_text(f"1 {ONE}")
    key_id, wrapped = keys.wrap(b"k" * 32, b"c")

    first = keys.unwrap(key_id, wrapped, b"c")

    assert keys.unwrap(key_id, wrapped, b"c") is first
    with pytest.raises(Unreadable):
        keys.unwrap(key_id, wrapped, b"d")


def test_wipe_overwrites_what_was_opened():
    keys = keyring.from_text(f"1 {ONE}")
    key_id, wrapped = keys.wrap(b"k" * 32, b"c")
    opened = keys.unwrap(key_id, wrapped, b"c")

    keys.wipe()

    assert opened == bytes(32)
    with pytest.raises(Unreadable):
        keys.unwrap(key_id, wrapped, b"c")
