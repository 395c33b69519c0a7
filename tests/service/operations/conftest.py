"""A database of its own that a test may damage, and what an operator sets."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from telesec.foundation.clock import SystemClock
from telesec.settings import Settings
from telesec.testing.carrier import CarrierServer


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
