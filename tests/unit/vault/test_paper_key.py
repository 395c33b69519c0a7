"""A master key on paper: printed, typed again, and every slip of the pen told."""

import pytest

from telesec.foundation.errors import Misconfigured
from telesec.vault import keyring


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "master.key"
    keyring.generate_file(made)
    return made


def test_paper_gives_the_same_file_again(path, tmp_path):
    (key,) = keyring.printed(path)
    again = tmp_path / "new" / "master.key"

    keyring.from_paper(again, key.id, " ".join(key.groups).upper(), key.checksum)

    assert again.read_text() == path.read_text()
    assert again.stat().st_mode & 0o777 == 0o400


@pytest.mark.parametrize("slip", ["swap", "short", "letter", "id", "checksum"])
def test_a_slip_is_told_and_nothing_written(path, tmp_path, slip):
    (key,) = keyring.printed(path)
    first, second, *rest = key.groups
    flipped = f"{int(first, 16) ^ 1:08x}"
    typed = {"swap": [flipped, second, *rest], "short": [second, *rest], "letter": ["zzzzzzzz", *rest]}
    again = tmp_path / "again.key"

    with pytest.raises(Misconfigured):
        keyring.from_paper(
            again,
            key.id + (slip == "id"),
            "".join(typed.get(slip, key.groups)),
            "00000000" if slip == "checksum" else key.checksum,
        )

    assert not again.exists()


def test_a_file_that_is_there_is_never_written_over(path):
    (key,) = keyring.printed(path)

    with pytest.raises(Misconfigured):
        keyring.from_paper(path, key.id, "".join(key.groups), key.checksum)


def test_no_key_shows_in_a_repr(path):
    (key,) = keyring.printed(path)

    assert key.groups[0] not in repr(key)
