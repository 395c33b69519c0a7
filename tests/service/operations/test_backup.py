"""A backup comes back whole, opens with its own keys only, and whatever is refused changes nothing."""

import os
from datetime import timedelta

import psycopg
import pytest

from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import Misconfigured, Refused
from telesec.messages import service as messages
from telesec.operations import backup, folders, proof, restore, targets
from telesec.operations.archive import Reader
from telesec.operations.drill import drill
from telesec.vault import keyring
from telesec.vault import service as vault
from tests.service.operations.conftest import RESTORED, WORDS

OBJECTS = """
select 'table', c.oid::regclass::text, pg_get_userbyid(c.relowner), c.relkind::text, c.relrowsecurity::text,
  c.relforcerowsecurity::text, array_to_string(array(select unnest(c.relacl)::text order by 1), ' ')
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'audit', 'vault', 'sec') and (n.nspname, c.relname) <> ('sec', 'pads')
union all
select 'function', p.oid::regprocedure::text, pg_get_userbyid(p.proowner), p.provolatile::text,
  p.prosecdef::text, array_to_string(p.proconfig, ' '),
  array_to_string(array(select unnest(p.proacl)::text order by 1), ' ')
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'audit', 'vault', 'sec')
union all
select 'policy', polrelid::regclass::text || polname, polcmd::text, polroles::regrole[]::text,
  pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid), '' from pg_policy
union all
select 'constraint', conrelid::regclass::text || conname,
  case contype when 'c' then 'check, worded anew by a dump' else pg_get_constraintdef(oid) end,
  convalidated::text, '', '', '' from pg_constraint where conrelid <> 0
union all
select 'trigger', tgrelid::regclass::text || tgname, pg_get_triggerdef(oid), tgenabled::text, '', '', ''
from pg_trigger where not tgisinternal
union all
select 'schema', nspname::text, pg_get_userbyid(nspowner),
  array_to_string(array(select unnest(nspacl)::text order by 1), ' '), '', '', ''
from pg_namespace where nspname in ('public', 'audit', 'vault', 'sec')
"""


NAME_THE_THING = {"no_room", "other_part", "no_such_file"}
"""Refusals that name the folder or the file instead of what to type."""


def objects(url):
    with psycopg.connect(url) as connection:
        return set(connection.execute(OBJECTS).fetchall())


def test_what_was_backed_up_comes_back_and_opens(
    bring_back, restored_deps, empty, migrated, cast, message_id
):
    done = bring_back()

    found = proof.prove(restored_deps, empty, done.rows)
    with restored_deps.unit_of_work(cast.dr_lune) as uow:
        read = messages.read_message(uow, cast.lilas, message_id)
    assert read.text == WORDS
    assert (found.practices, found.opened, found.chains) == (2, 1, 2)
    assert objects(empty.migrate) == objects(migrated.migrate)


def test_a_drill_proves_a_backup_and_leaves_nothing(operator_settings, taken, secret, master, folder):
    settings = operator_settings.model_copy(update={"backup_dir": folder})
    (folder / ".drill-of-one-that-was-killed").mkdir()

    header, found = drill(settings, (taken.data, taken.keys), secret, master)

    assert header.part == "data"
    assert found.opened == 1
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "keys", taken.data.name]


def test_no_word_and_no_key_of_the_installation_is_readable_in_the_files(taken, master_key_file):
    key = master_key_file.read_text().split()[1].encode()
    for path in (taken.data, taken.keys):
        content = path.read_bytes()
        assert not any(word in content for word in (WORDS.encode(), b"Lilas", b"PGDMP", key))
        assert path.stat().st_mode & 0o777 == 0o600


def test_pads_are_in_no_backup(taken, secret, migrated, postgres):
    with postgres.admin("telesec_test") as admin:
        inner = bytes(admin.execute("select inner_pad from sec.pads").fetchone()[0]).hex().encode()
    for path in (taken.data, taken.keys):
        with path.open("rb") as stream:
            content = b"".join(Reader(stream, path.name).content(secret))
        assert b"PGDMP" in content
        assert b"TABLE DATA\0sec" not in content
        assert inner not in content


@pytest.mark.parametrize(
    ("code", "told", "spoil"),
    [
        (
            "backup_newer",
            "Install that release, then type: telesec backup restore",
            lambda it: it.data_with(schema="9999_later"),
        ),
        (
            "other_installation",
            "--keys KEYS_FILE, with the keys' file of this backup",
            lambda it: it.keys_with(installation="00" * 8),
        ),
        (
            "keys_older",
            "older than the data",
            lambda it: it.keys_with(created_at="2020-01-01T00:00:00+00:00"),
        ),
        ("server_older", "PostgreSQL 99", lambda it: it.data_with(server=99)),
        ("no_room", "Not enough room", lambda it: it.data_saying(bytes=2**60)),
        ("other_part", "not the file of the keys", lambda it: {"keys": it.taken.data}),
        ("no_such_file", "no file", lambda it: {"data": it.folder / "nowhere"}),
        ("backup_key", "--key-file KEY_FILE", lambda it: {"secret": another_key(it.folder)}),
        ("backup_key", "backup key 1", lambda _: {"secret": "a passphrase"}),
        ("backup_key_older", "holds only 2", lambda it: {"secret": rotated_key(it.folder)}),
        (
            "other_master_key",
            "another installation: it would stay",
            lambda it: {"master": another_key(it.folder)},
        ),
        ("older_master_key", "the line of key 1", lambda it: {"master": rotated_key(it.folder)}),
        ("backup_damaged", "cut short or damaged", lambda it: {"data": cut(it.taken.data, it.folder)}),
        ("backup_damaged", "cut short or damaged", lambda it: {"keys": cut(it.taken.keys, it.folder)}),
        ("not_a_backup", "ends in .telesec-backup", lambda it: {"data": letter(it.folder)}),
    ],
)
def test_a_backup_that_will_not_do_is_refused_and_nothing_changes(bring_back, bench, code, told, spoil):
    with pytest.raises(Refused) as refused:
        bring_back(**spoil(bench))

    assert refused.value.code == code
    assert told in str(refused.value.sentence)
    assert "telesec backup restore FILE" in str(refused.value.sentence) or code in NAME_THE_THING
    assert targets.look(bench.empty.migrate).tables == 0
    assert list((bench.folder / "scratch").glob(".restore-*")) == []


def another_key(folder):
    keyring.generate_file(folder / "another.key")
    return keyring.from_file(folder / "another.key")


def rotated_key(folder):
    """Return the keys of a file after a rotation: key 2 wraps, key 1 was taken out."""
    path = folder / "rotated.key"
    keyring.generate_file(path)
    keyring.make_primary(path, keyring.generate_file(path))
    second = next(line for line in path.read_text().splitlines() if line.startswith("2 "))
    return keyring.from_text(second)


def cut(path, folder):
    copy = folder / "cut"
    copy.write_bytes(path.read_bytes()[:-1000])
    return copy


def letter(folder):
    copy = folder / "letter"
    copy.write_text("Cher confrère, voici le dossier.")
    return copy


def test_a_database_that_holds_something_is_not_touched(taken, secret, master, migrated, cast, tmp_path):
    before = objects(migrated.migrate)

    with pytest.raises(Refused) as refused:
        restore.restore(migrated, (taken.data, taken.keys), secret, master, tmp_path / "scratch")

    assert refused.value.code == "database_not_empty"
    assert objects(migrated.migrate) == before


def test_what_stands_in_the_way_is_named_and_nothing_else_changes(bring_back, bench, postgres):
    with postgres.admin(RESTORED) as admin:
        admin.execute("create domain public.alert as int")

    with pytest.raises(Refused) as refused:
        bring_back()

    assert refused.value.code == "restore_failed"
    assert 'type "alert" already exists' in str(refused.value.sentence)
    assert targets.look(bench.empty.migrate).tables == 0


@pytest.fixture
def erased(deps, cast, message_id, taken):
    """The message is erased after the backup was made."""
    with deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        vault.shred(uow, cast.lilas, message_id)
        uow.commit()


def test_what_was_erased_stays_erased_with_newer_keys(bring_back, restored_deps, empty, take, erased):
    done = bring_back(keys=take(seconds=5).keys)

    assert proof.prove(restored_deps, empty, done.rows).opened == 0


def test_the_keys_file_is_found_beside_the_data_or_in_the_keys_folder(taken, tmp_path):
    assert restore.keys_beside(taken.data, taken.keys.parent) == taken.keys
    with pytest.raises(Refused):
        restore.keys_beside(taken.data, tmp_path)


def test_a_database_without_its_pads_or_at_another_schema_is_not_backed_up(
    postgres, secret, folder, real_clock
):
    urls = postgres.make("telesec_old_backup", revision="0001_foundation")

    with pytest.raises(Misconfigured):
        backup.create(urls, folder, folder, secret, real_clock.now())

    assert not folder.exists()


def test_more_than_there_is_room_for_is_refused_before_it_begins(tmp_path):
    with pytest.raises(Refused) as refused:
        folders.require_room(tmp_path, 2**60)

    assert "Not enough room" in str(refused.value.sentence)


def test_old_backups_go_and_the_newest_never(taken, folder, real_clock):
    older = folder / "telesec-20200101T000000Z.telesec-backup"
    older.write_bytes(b"")
    os.utime(older, (0, 0))
    in_a_year = real_clock.now() + timedelta(days=365)

    assert backup.prune(folder, ".telesec-backup", timedelta(days=30), in_a_year) == 1
    assert [path.name for path in folder.glob("*.telesec-backup")] == [taken.data.name]


def test_two_commands_do_not_work_in_one_folder(take, folder, bring_back, tmp_path):
    with folders.held(folder), pytest.raises(Refused) as backing_up:
        take()
    with folders.held(tmp_path / "scratch"), pytest.raises(Refused) as restoring:
        bring_back()

    assert (backing_up.value.code, restoring.value.code) == ("folder_busy", "folder_busy")


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path):
    (tmp_path / "a file").write_text("x")

    with pytest.raises(Refused) as refused, folders.held(tmp_path / "a file"):
        pass

    assert "cannot be written to" in str(refused.value.sentence)


def test_a_role_that_sees_no_row_backs_nothing_up(take, postgres, folder):
    with postgres.admin() as admin:
        admin.execute("alter role telesec_backup nobypassrls")
        try:
            with pytest.raises(Misconfigured) as refused:
                take()
        finally:
            admin.execute("alter role telesec_backup bypassrls")

    assert "has no BYPASSRLS" in str(refused.value.sentence)
    assert list(folder.glob("telesec-*")) == []
