"""The parts this room's flows and jobs are handed; apart from ``ports``, which integrations import."""

from contextlib import AbstractContextManager
from typing import Protocol

from telesec.foundation.access import Actor
from telesec.foundation.clock import Clock
from telesec.foundation.database import Database
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.scheduling.ports import Calendars


class SchedulingDeps(Protocol):
    """The parts this room's flows and jobs need; ``bootstrap.Deps`` has them."""

    @property
    def clock(self) -> Clock:
        """Tells the present moment."""
        ...

    @property
    def database(self) -> Database:
        """Opens direct connections for attempts' locks."""
        ...

    @property
    def calendars(self) -> Calendars:
        """Every calendar connector of this installation."""
        ...

    def unit_of_work(self, actor: Actor) -> AbstractContextManager[UnitOfWork]:
        """Open a transaction for an actor; it rolls back unless committed."""
        ...
