"""The parts this room's pages and commands are handed; ``bootstrap.Deps`` has them."""

from collections.abc import Mapping
from typing import Protocol

from telesec.alerts.ports import Carrier, Channel, ChannelKind
from telesec.desk.ports import DeskDeps
from telesec.hooks import Sector


class OnboardingDeps(DeskDeps, Protocol):
    """What day one needs beside the desk's parts."""

    @property
    def channels(self) -> Mapping[ChannelKind, tuple[Channel, ...]]: ...
    @property
    def carriers(self) -> Mapping[str, Carrier]: ...
    @property
    def sectors(self) -> tuple[Sector, ...]: ...
