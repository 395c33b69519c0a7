"""What the edges of this room need of the parts handed in."""

from contextlib import AbstractContextManager
from typing import Protocol

from telesec.foundation.access import Actor
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.triage.library import Library


class TriageDeps(Protocol):
    """Opens units of work and holds the compiled protocols."""

    @property
    def library(self) -> Library: ...

    def unit_of_work(self, actor: Actor) -> AbstractContextManager[UnitOfWork]: ...
