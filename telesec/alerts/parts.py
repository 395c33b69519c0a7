"""The parts this room is handed; ``Deps`` of the composition root has them all."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from telesec.alerts.ports import Carrier, Channel
from telesec.alerts.rules import ChannelKind
from telesec.foundation.access import Actor
from telesec.foundation.clock import Clock
from telesec.foundation.database import Database
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.settings import Settings


class AlertsDeps(Protocol):
    """What alerts need of ``Deps``."""

    @property
    def settings(self) -> Settings: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def database(self) -> Database: ...
    @property
    def channels(self) -> Mapping[ChannelKind, tuple[Channel, ...]]: ...
    @property
    def carriers(self) -> Mapping[str, Carrier]: ...
    def unit_of_work(self, actor: Actor) -> AbstractContextManager[UnitOfWork]:
        """Open a transaction for an actor; it rolls back unless committed."""
        ...
