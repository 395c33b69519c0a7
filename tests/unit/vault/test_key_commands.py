"""Keys change in steps that many machines can follow: add, copy, make primary."""

from click.testing import CliRunner

from telesec.vault import keyring
from telesec.vault.commands import keys


def test_a_key_is_added_first_and_wraps_only_when_it_is_told_to(tmp_path):
    path = str(tmp_path / "master.key")
    run = CliRunner().invoke
    run(keys, ["generate", path])
    added = run(keys, ["generate", path])
    before = keyring.from_file(tmp_path / "master.key")

    told = run(keys, ["primary", path, "2"])

    after = keyring.from_file(tmp_path / "master.key")
    assert "Key 2" in added.output
    assert (before.primary, after.primary) == (1, 2)
    assert before.ids == after.ids == {1, 2}
    assert "telesec keys rotate-master" in told.output
