"""Settings: the only reader of the environment.

Everything an operator may set is a field here, read once, checked before a socket opens. What
changes per practice is a row, not a setting. A secret may come from a file: ``TELESEC_X_FILE``.
"""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
PREFIX = "TELESEC_"


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class Settings(BaseSettings):
    """What an operator may set, with the value used when nothing is said.

    Args:
        data_dir: Where the embedded database, keys and demo state live.
        database_url: PostgreSQL of the application role; empty means the embedded server.
        migrate_url: The same database as the migration role.
        backup_url: The same database as the backup role.
        backup_dir: Where backups go; ``data_dir/backups`` when nothing is said.
        backup_key_file: What backups are encrypted with, mode 0400.
        context_key: Signs the row-level-security context; hexadecimal, 64 characters.
        master_key_file: File of master keys, mode 0400.
        public_url: How browsers, phones and carriers reach this installation; no trailing slash.
        allowed_networks: Networks outgoing requests may reach although they are not public.
        trusted_proxies: How many reverse proxies stand before the web process.
        pool_size: Database connections kept per process; twice as many more may open under load.
        api_requests_per_minute: What one API token may ask; beyond it 429 with the time to wait.
        streams: How many live streams one web process holds; threads are streams + 16.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data_dir: Path = Path("var")
    database_url: SecretStr = SecretStr("")
    migrate_url: SecretStr = SecretStr("")
    backup_url: SecretStr = SecretStr("")
    backup_dir: Path | None = None
    backup_key_file: Path | None = None
    context_key: SecretStr = SecretStr("")
    master_key_file: Path | None = None
    public_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    language: str = Field(default="fr", pattern="^(fr|en)$")
    log_format: str = Field(default="json", pattern="^(json|text)$")
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    pool_size: int = Field(default=8, ge=2, le=100)
    api_requests_per_minute: int = Field(default=1200, ge=1)
    streams: int = Field(default=48, ge=1, le=2000)
    password_memory_kib: int = Field(default=47104, ge=1024)
    allowed_networks: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_split)] = ()
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_base_url: str = "https://api.twilio.com"
    twilio_from_number: str = ""
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""
    plugins_off: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = ()

    @field_validator("public_url", "twilio_base_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only explicit values count; ``read_settings`` hands the environment in."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @property
    def backup_folder(self) -> Path:
        """Where backups go."""
        return self.backup_dir or self.data_dir / "backups"

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers reach us over TLS, so that cookies may demand it."""
        return self.public_url.startswith("https://")


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read ``TELESEC_*`` once; unknown names are refused, ``*_FILE`` names a file with the value.

    Raises:
        Misconfigured: A name is unknown, a value is not valid, or a file cannot be read.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, str] = {}
    for name, value in environ.items():
        if not name.startswith(PREFIX) or name.startswith("TELESEC_TEST_"):
            continue
        key = name.removeprefix(PREFIX).lower()
        if key not in Settings.model_fields and key.endswith("_file"):
            key, value = key.removesuffix("_file"), _read_file(name, value)  # noqa: PLW2901 - one value, two sources
        values[key] = value
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        names = ", ".join(PREFIX + str(part["loc"][0]).upper() for part in error.errors() if part["loc"])
        raise Misconfigured(
            say("These settings are unknown or not valid: %(names)s. See docs/operations.md.", names=names)
        ) from None


def _read_file(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        raise Misconfigured(say("The file named by %(name)s cannot be read.", name=name)) from None
