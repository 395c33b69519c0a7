import pytest

from telesec.cli import LazyDeps
from telesec.foundation.errors import Misconfigured
from telesec.vault import keyring


@pytest.fixture
def start(migrated, database, tmp_path, monkeypatch):
    """What starts telesec on the test database with a key file."""
    monkeypatch.setenv("TELESEC_DATABASE_URL", migrated.app)
    monkeypatch.setenv("TELESEC_CONTEXT_KEY", migrated.context_key.hex())

    def build(key_file):
        if not key_file.exists():
            keyring.generate_file(key_file)
        monkeypatch.setenv("TELESEC_MASTER_KEY_FILE", str(key_file))
        LazyDeps().build().close()

    return build


def test_telesec_starts_again_with_its_key(start, tmp_path):
    start(tmp_path / "one.key")

    start(tmp_path / "one.key")


def test_telesec_refuses_to_start_with_another_key(start, tmp_path):
    start(tmp_path / "one.key")

    with pytest.raises(Misconfigured, match="misconfigured"):
        start(tmp_path / "two.key")
