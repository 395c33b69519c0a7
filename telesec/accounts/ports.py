"""What the edges of this room need from the composition root."""

from contextlib import AbstractContextManager
from typing import Protocol

from telesec.foundation.access import Actor
from telesec.foundation.clock import Clock
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.settings import Settings


class AccountsDeps(Protocol):
    """The parts handed in."""

    @property
    def settings(self) -> Settings:
        """What the operator set."""
        ...

    @property
    def clock(self) -> Clock:
        """The present moment."""
        ...

    def unit_of_work(self, actor: Actor) -> AbstractContextManager[UnitOfWork]:
        """Open one transaction for an actor."""
        ...
