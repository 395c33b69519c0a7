"""The composition root: settings and plug-ins → ``Deps``.

The only file that names concrete integrations and calls hooks. Tests replace its arguments; nothing
else in telesec builds a part by itself.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

import pluggy
import structlog
from sqlalchemy.orm import Session

from telesec.accounts import idempotency
from telesec.accounts import jobs as accounts_jobs
from telesec.alerts import jobs as alerts_jobs
from telesec.alerts.ports import Carrier, Channel, ChannelKind
from telesec.audit import jobs as audit_jobs
from telesec.audit import service as audit
from telesec.calls import jobs as calls_jobs
from telesec.foundation.access import Actor
from telesec.foundation.clock import Clock, SystemClock
from telesec.foundation.database import Database
from telesec.foundation.embedded_postgres import EmbeddedPostgres
from telesec.foundation.errors import Misconfigured, Unavailable
from telesec.foundation.jobs import Sweep, WakeUps
from telesec.foundation.language import say
from telesec.foundation.live import LiveHub, LiveSender
from telesec.foundation.unit_of_work import AuditNote, LiveEvent, MasterKeys, UnitOfWork, open_unit_of_work
from telesec.hooks import PROJECT, Sector, TelesecSpec
from telesec.onboarding import jobs as onboarding_jobs
from telesec.scheduling import jobs as scheduling_jobs
from telesec.scheduling.ports import CalendarAddress, CalendarConnector, CalendarGateway, Calendars
from telesec.settings import Settings
from telesec.triage.library import Library, load
from telesec.vault import keyring

T = TypeVar("T")
BUILT_IN: tuple[str, ...] = (
    "telesec.integrations.caldav.plugin",
    "telesec.integrations.fhir.plugin",
    "telesec.integrations.smtp.plugin",
    "telesec.integrations.twilio.plugin",
)

ROOMS_AT_WORK = (accounts_jobs, audit_jobs, alerts_jobs, scheduling_jobs, calls_jobs, onboarding_jobs)
SWEEPS: Mapping[str, Sweep] = {sweep.name: sweep for room in ROOMS_AT_WORK for sweep in room.SWEEPS}


@runtime_checkable
class Closeable(Protocol):
    """A part that keeps connections."""

    def close(self) -> None:
        """Close them."""
        ...


@dataclass(frozen=True)
class Deps:
    """Every part telesec is made of, handed to edges and flows."""

    settings: Settings
    clock: Clock
    database: Database
    keys: MasterKeys
    calendars: Calendars
    channels: Mapping[ChannelKind, tuple[Channel, ...]]
    carriers: Mapping[str, Carrier]
    sectors: tuple[Sector, ...]
    library: Library
    live: LiveHub
    record: Callable[[Session, Actor, Sequence[AuditNote], datetime], None]
    defer: Callable[[Session, str], None]
    sender: LiveSender

    @property
    def send(self) -> Callable[[Sequence[LiveEvent]], None]:
        """How live events leave after a commit."""
        return self.sender.send

    def unit_of_work(self, actor: Actor) -> AbstractContextManager[UnitOfWork]:
        """Open a transaction for an actor; it rolls back unless committed."""
        return open_unit_of_work(self, actor)

    def close(self) -> None:
        """Close connections; for the end of a process or a test."""
        if isinstance(self.calendars, Closeable):
            self.calendars.close()
        self.live.close()
        self.sender.close()
        self.database.close()

    def with_parts(self, **parts: object) -> "Deps":
        """Return the same parts with some replaced."""
        return replace(self, **parts)  # type: ignore[arg-type]


class CalendarRegistry:
    """Hands out one gateway per address, from the connectors the plug-ins brought."""

    def __init__(self, connectors: Sequence[CalendarConnector]) -> None:
        self._connectors = {connector.kind: connector for connector in connectors}

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of calendar this installation can speak to."""
        return tuple(sorted(self._connectors))

    def open(self, address: CalendarAddress) -> CalendarGateway:
        """Return the gateway for an address; connectors keep their own clients alive.

        Raises:
            Unavailable: No connector of this kind is installed.
        """
        connector = self._connectors.get(address.kind)
        if connector is None:
            raise Unavailable(
                "calendar_unavailable",
                say("No connector for this kind of calendar is installed. Tell the operator."),
                permanent=True,
            )
        return connector.connect(address)

    def close(self) -> None:
        """Close the connections of those connectors that keep some."""
        for connector in self._connectors.values():
            if isinstance(connector, Closeable):
                connector.close()


def plugin_manager(settings: Settings) -> pluggy.PluginManager:
    """Load built-in integrations and installed plug-ins through the same hooks.

    Raises:
        Misconfigured: A plug-in implements a hook that does not exist.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(TelesecSpec)
    for name in BUILT_IN:
        if name not in settings.plugins_off:
            manager.register(importlib.import_module(name), name=name)
    for point in entry_points(group=PROJECT):
        if point.name not in settings.plugins_off:
            manager.register(point.load(), name=point.name)
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise Misconfigured(
            say("The plug-in does not fit this release: %(error)s", error=str(error))
        ) from None
    return manager


def database_settings(settings: Settings) -> tuple[str, bytes]:
    """Return the application role's address and the context key, of a real or the embedded server."""
    url = settings.database_url.get_secret_value()
    if url:
        return url, bytes.fromhex(settings.context_key.get_secret_value())
    urls = EmbeddedPostgres(settings.data_dir).urls()
    return urls.app, urls.context_key


def build_deps(settings: Settings, **parts: object) -> Deps:
    """Build every part from settings and plug-ins.

    Args:
        settings: As read by ``read_settings``.
        parts: Parts a test supplies itself, by their name in ``Deps``.

    Raises:
        Misconfigured: A key is missing or open to others, or a plug-in does not fit.
    """
    database = parts.pop("database", None)
    if not isinstance(database, Database):
        database = Database(*database_settings(settings), pool_size=settings.pool_size)
    manager = plugin_manager(settings)
    connectors = flat(manager.hook.telesec_calendar_connectors(settings=settings))
    sectors = tuple(flat(manager.hook.telesec_sectors()))
    deps = Deps(
        settings=settings,
        clock=SystemClock(),
        database=database,
        keys=_master_keys(settings, parts),
        calendars=CalendarRegistry(connectors),
        channels=_by_kind(flat(manager.hook.telesec_channels(settings=settings))),
        carriers={
            carrier.name: carrier for carrier in flat(manager.hook.telesec_carriers(settings=settings))
        },
        sectors=sectors,
        library=_library(sectors),
        live=LiveHub(database.direct),
        record=record,
        defer=WakeUps(database.url).defer,
        sender=LiveSender(database.direct),
    )
    return deps.with_parts(**parts)


def record(session: Session, actor: Actor, notes: Sequence[AuditNote], now: datetime) -> None:
    """Write with an act that it was done: its audit entries, and the mark of a repeatable request."""
    idempotency.mark(session, actor, notes, now)
    audit.append_pending(session, actor, notes, now)


def _master_keys(settings: Settings, parts: Mapping[str, object]) -> MasterKeys:
    given = parts.get("keys")
    if given is not None:
        return given  # type: ignore[return-value]
    return keyring.from_file(master_key_path(settings))


def master_key_path(settings: Settings) -> Path:
    """Return where the master keys are: the operator's own file, else one in the data folder."""
    return settings.master_key_file or settings.data_dir / "keys" / "master.key"


def _library(sectors: tuple[Sector, ...]) -> Library:
    """Return the built-in protocols with the sectors'; a file that fails a check is left out, and told."""
    library = load(
        tuple(path for sector in sectors for path in sector.protocols),
        tuple(words for sector in sectors for words in sector.words_fr),
    )
    for refused in library.refused:
        structlog.get_logger().warning("triage.protocol_refused", name=refused.name, error=str(refused))
    return library


def flat(answers: Sequence[Sequence[T]]) -> list[T]:
    """Return one list from the answers of all plug-ins."""
    return [value for answer in answers for value in answer]


def _by_kind(channels: Sequence[Channel]) -> dict[ChannelKind, tuple[Channel, ...]]:
    kinds: dict[ChannelKind, tuple[Channel, ...]] = {}
    for channel in channels:
        kinds[channel.kind] = (*kinds.get(channel.kind, ()), channel)
    return kinds
