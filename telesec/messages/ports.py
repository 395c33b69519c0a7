"""What the edges of this room need of the parts handed in."""

from contextlib import AbstractContextManager
from typing import Protocol

from telesec.foundation.access import Actor
from telesec.foundation.unit_of_work import UnitOfWork


class MessageDeps(Protocol):
    """Opens units of work."""

    def unit_of_work(self, actor: Actor) -> AbstractContextManager[UnitOfWork]: ...
