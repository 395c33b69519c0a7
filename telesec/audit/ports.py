"""What the sealer and the commands need from the composition root."""

from contextlib import AbstractContextManager
from typing import Protocol

from telesec.foundation.access import Actor
from telesec.foundation.unit_of_work import UnitOfWork


class AuditDeps(Protocol):
    """The parts handed in."""

    def unit_of_work(self, actor: Actor) -> AbstractContextManager[UnitOfWork]:
        """Open one transaction for an actor."""
        ...
