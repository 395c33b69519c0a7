"""The parts the desk's pages are handed."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from telesec.alerts.ports import Channel
from telesec.alerts.rules import ChannelKind
from telesec.foundation.access import Actor
from telesec.foundation.clock import Clock
from telesec.foundation.database import Database
from telesec.foundation.live import LiveHub
from telesec.foundation.unit_of_work import MasterKeys, UnitOfWork
from telesec.scheduling.ports import Calendars
from telesec.settings import Settings
from telesec.triage.library import Library


class DeskDeps(Protocol):
    """The parts handed in; ``bootstrap.Deps`` has them."""

    @property
    def settings(self) -> Settings: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def database(self) -> Database: ...
    @property
    def keys(self) -> MasterKeys: ...
    @property
    def calendars(self) -> Calendars: ...
    @property
    def library(self) -> Library: ...
    @property
    def channels(self) -> Mapping[ChannelKind, tuple[Channel, ...]]: ...
    @property
    def live(self) -> LiveHub: ...
    def unit_of_work(self, actor: Actor) -> AbstractContextManager[UnitOfWork]: ...
