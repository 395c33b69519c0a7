import os
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import Forbidden, Misconfigured
from telesec.vault import commands, installation, rotation
from telesec.vault import service as vault
from telesec.vault.keyring import MasterKeys
from telesec.vault.models import InstallationKey, PracticeKey, RecordKey


def seal(uow_as, cast, practice, count=1):
    with uow_as(cast.ada) as uow:
        made = []
        for _ in range(count):
            record = uuid4()
            made.append((record, 1, vault.seal(uow, practice, "message", record, 1, body="Rappeler Zoé")))
        uow.commit()
    return made


def opened(uow_as, cast, practice, rows):
    with uow_as(cast.ada) as uow:
        return vault.open_many(uow, practice, "message", rows)


class OtherKeys:
    """The same parts with other master keys."""

    def __init__(self, deps, keys):
        self.deps, self.keys = deps, keys

    @contextmanager
    def unit_of_work(self, actor):
        with self.deps.unit_of_work(actor) as uow:
            uow.keys = self.keys
            yield uow


def test_rotating_a_practice_key_keeps_everything_readable(deps, uow_as, cast):
    rows = seal(uow_as, cast, cast.lilas, count=5)

    commands.rotate_practice_key(deps, cast.lilas)

    assert opened(uow_as, cast, cast.lilas, rows) == [{"body": "Rappeler Zoé"}] * 5


def test_rotating_a_practice_key_keeps_the_phone_index(deps, uow_as, cast):
    with uow_as(cast.ada) as uow:
        before = vault.phone_index(uow, cast.lilas, "+33639980001")
        uow.commit()

    commands.rotate_practice_key(deps, cast.lilas)

    with uow_as(cast.ada) as uow:
        assert vault.phone_index(uow, cast.lilas, "+33639980001") == before


def test_rotating_a_practice_key_destroys_the_old_generation(deps, uow_as, cast):
    seal(uow_as, cast, cast.lilas)

    commands.rotate_practice_key(deps, cast.lilas)

    with uow_as(cast.ada) as uow:
        left = select(PracticeKey.generation).where(PracticeKey.practice_id == cast.lilas)
        newest = select(func.max(RecordKey.generation)).where(RecordKey.practice_id == cast.lilas)
        assert uow.session.scalars(left).all() == [uow.session.scalar(newest)]


def test_record_keys_are_wrapped_in_batches(uow_as, cast):
    actor = system_actor(Purpose.SETUP, cast.lilas)
    seal(uow_as, cast, cast.lilas, count=5)
    with uow_as(actor) as uow:
        rotation.begin(uow, cast.lilas)

        counts = [rotation.rewrap_record_keys(uow, cast.lilas, limit=2) for _ in range(2)]

        assert counts == [2, 2]


def test_a_row_another_worker_holds_is_skipped(uow_as, cast):
    actor = system_actor(Purpose.SETUP, cast.lilas)
    rows = seal(uow_as, cast, cast.lilas, count=2)
    with uow_as(actor) as uow:
        rotation.begin(uow, cast.lilas)
        uow.commit()

    with uow_as(actor) as other, uow_as(actor) as uow:
        held = select(RecordKey).where(RecordKey.record_id == rows[0][0]).with_for_update()
        other.session.scalars(held).one()

        rotation.rewrap_record_keys(uow, cast.lilas)

        generation = select(RecordKey.generation).where(RecordKey.record_id == rows[0][0])
        newest = select(RecordKey.generation).where(RecordKey.record_id == rows[1][0])
        assert uow.session.scalar(generation) < uow.session.scalar(newest)


def test_a_practice_key_in_use_cannot_be_destroyed(uow_as, cast):
    seal(uow_as, cast, cast.lilas)

    with uow_as(cast.ada) as uow, pytest.raises(IntegrityError):
        uow.session.execute(text("delete from vault.practice_key where practice_id = :p"), {"p": cast.lilas})


def test_destroy_old_keeps_a_generation_with_a_straggler(uow_as, cast):
    actor = system_actor(Purpose.SETUP, cast.lilas)
    seal(uow_as, cast, cast.lilas)

    with uow_as(actor) as uow:
        rotation.begin(uow, cast.lilas)

        assert rotation.destroy_old(uow, cast.lilas) == 0


def test_a_secretary_may_not_rotate(uow_as, cast):
    with uow_as(cast.ada) as uow, pytest.raises(Forbidden):
        rotation.begin(uow, cast.lilas)


def test_rotating_the_master_key_lets_the_old_one_go(deps, cast):
    old, new = os.urandom(32), os.urandom(32)
    before = OtherKeys(deps, MasterKeys({1: old}, 1))
    record = uuid4()
    with before.unit_of_work(cast.ada) as uow:
        uow.session.execute(text("delete from vault.record_key"))
        uow.session.execute(text("delete from vault.practice_key"))
        sealed = vault.seal(uow, cast.lilas, "message", record, 1, body="Rappeler Zoé")
        uow.commit()

    changed = commands.rotate_master_key(OtherKeys(deps, MasterKeys({1: old, 2: new}, 2)))

    with OtherKeys(deps, MasterKeys({2: new}, 2)).unit_of_work(cast.ada) as uow:
        assert changed >= 1
        assert vault.open(uow, cast.lilas, "message", record, 1, **sealed) == {"body": "Rappeler Zoé"}


def test_installation_secrets_survive_a_new_master_key(uow_as):
    old, new, person = os.urandom(32), os.urandom(32), uuid4()
    with uow_as(system_actor(Purpose.SETUP)) as uow:
        uow.session.execute(text("update vault.installation_key set kek_id = 1"))
        uow.keys = MasterKeys({1: old}, 1)
        installation.make(uow, 900)
        sealed = installation.seal(uow, "totp", person, secret=b"secret")

        uow.keys = MasterKeys({1: old, 2: new}, 2)
        installation.rewrap(uow)

        uow.keys = MasterKeys({2: new}, 2)
        assert installation.unseal(uow, "totp", person, **sealed) == {"secret": b"secret"}


def test_due_practice_keys_sees_two_practices(uow_as, cast):
    seal(uow_as, cast, cast.lilas)
    seal(uow_as, cast, cast.glycines)

    with uow_as(system_actor(Purpose.SETUP)) as uow:
        found = uow.session.execute(text("select practice_id from sec.due_practice_keys(99999, 1000)"))

        assert {cast.lilas, cast.glycines} <= set(found.scalars())


def test_start_refuses_another_master_key(uow_as):
    with uow_as(system_actor(Purpose.SETUP)) as uow:
        installation.check_canary(uow)
        uow.keys = MasterKeys({1: os.urandom(32), 2: os.urandom(32)}, 1)

        with pytest.raises(Misconfigured):
            installation.check_canary(uow)


def test_start_refuses_an_altered_canary(uow_as):
    with uow_as(system_actor(Purpose.SETUP)) as uow:
        installation.check_canary(uow)
        key = uow.session.scalars(select(InstallationKey).limit(1)).one()
        key.canary = key.canary[:-1] + bytes([key.canary[-1] ^ 1])
        uow.session.flush()

        with pytest.raises(Misconfigured):
            installation.check_canary(uow)
