"""What an operator sets, a backup that was taken, and an empty database it may be brought back into."""

import io
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from telesec.bootstrap import build_deps
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.clock import SystemClock
from telesec.foundation.database import Database
from telesec.foundation.embedded_postgres import DatabaseUrls
from telesec.messages import service as messages
from telesec.messages.service import FileMessage
from telesec.operations import backup, restore
from telesec.operations.archive import Reader, Writer
from telesec.settings import Settings
from telesec.testing.carrier import CarrierServer
from telesec.testing.cast import BRUNO_PHONE
from telesec.triage.levels import Level
from telesec.vault import installation, keyring

WORDS = "Zoé se plaint de vertiges."
RESTORED = "telesec_restored"


@pytest.fixture
def carrier():
    with CarrierServer() as carrier:
        yield carrier


@pytest.fixture
def operator_settings(tmp_path, migrated, database, master_key_file, carrier) -> Settings:
    """Settings of an installation on a server of one's own, with a carrier."""
    return Settings(
        data_dir=tmp_path / "data dir",
        database_url=SecretStr(migrated.app),
        migrate_url=SecretStr(migrated.migrate),
        backup_url=SecretStr(migrated.backup),
        context_key=SecretStr(migrated.context_key.hex()),
        master_key_file=Path(master_key_file),
        allowed_networks=("127.0.0.0/8",),
        twilio_account_sid=carrier.account_sid,
        twilio_auth_token=SecretStr(carrier.auth_token),
        twilio_base_url=carrier.url,
        twilio_from_number=carrier.from_number,
    )


@pytest.fixture
def real_clock() -> SystemClock:
    return SystemClock()


@pytest.fixture
def master(master_key_file):
    return keyring.from_file(master_key_file)


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "backup keys" / "backup.key"
    keyring.generate_file(path)
    return keyring.from_file(path)


@pytest.fixture
def message_id(deps, cast):
    """A message filed in the installation that is backed up."""
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        installation.check_canary(uow)
        uow.commit()
    with deps.unit_of_work(cast.ada) as uow:
        told = FileMessage(
            practice_id=cast.lilas, practitioner_id=cast.dr_lune_id, level=Level.ROUTINE, text=WORDS,
            callback_number=BRUNO_PHONE,
        )  # fmt: skip
        made = messages.file_message(uow, told).id
        uow.commit()
    return made


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "backups of a house"


@pytest.fixture
def take(migrated, message_id, secret, folder, real_clock):
    """Back up, some seconds from now."""

    def create(seconds=0):
        now = real_clock.now() + timedelta(seconds=seconds)
        return backup.create(migrated, folder, folder / "keys", secret, now)

    return create


@pytest.fixture
def taken(take):
    return take()


@pytest.fixture
def empty(postgres):
    """A database that was provisioned and holds nothing."""
    yield postgres.make(RESTORED, revision="")
    with postgres.admin() as admin:
        admin.execute(f"drop database {RESTORED} with (force)")


@pytest.fixture
def bring_back(empty, taken, secret, master, tmp_path):
    def bring(*, data=taken.data, keys=taken.keys, secret=secret, master=master):
        return restore.restore(empty, (data, keys), secret, master, tmp_path / "scratch")

    return bring


@pytest.fixture
def restored_deps(settings, empty, master):
    made = build_deps(settings, database=Database(empty.app, empty.context_key), keys=master)
    yield made
    made.close()


@dataclass
class Bench:
    """A backup, and where a spoilt copy of it may lie."""

    taken: backup.Made
    secret: keyring.MasterKeys
    folder: Path
    empty: DatabaseUrls

    def data_with(self, **changed):
        return {"data": self.altered(self.taken.data, changed)}

    def keys_with(self, **changed):
        return {"keys": self.altered(self.taken.keys, changed)}

    def data_saying(self, **changed):
        """Write the data's file again with another manifest."""

        def told(content):
            end = 4 + int.from_bytes(content[:4], "big")
            words = json.dumps({**json.loads(content[4:end]), **changed}).encode()
            return len(words).to_bytes(4, "big") + words + content[end:]

        return {"data": self.altered(self.taken.data, {}, told)}

    def altered(self, path, changed, told=lambda content: content):
        """Write the file again with another header, or other content."""
        with path.open("rb") as stream:
            reader = Reader(stream, path.name)
            content = b"".join(reader.content(self.secret))
        out = io.BytesIO()
        writer = Writer(out, replace(reader.header, **changed), self.secret)
        writer.write(told(content))
        writer.finish()
        copy = self.folder / "altered"
        copy.write_bytes(out.getvalue())
        return copy


@pytest.fixture
def bench(taken, secret, tmp_path, empty):
    return Bench(taken, secret, tmp_path, empty)
