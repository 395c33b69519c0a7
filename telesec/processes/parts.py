"""The parts of a process, built only when the database is one this release can work on."""

from typing import Protocol

from telesec.bootstrap import Deps, build_deps, database_settings
from telesec.foundation import revision
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import TelesecError
from telesec.settings import Settings
from telesec.vault import installation


class BuildsDeps(Protocol):
    """What a command of a process is given."""

    def build(self) -> Deps:
        """Return the parts."""
        ...


def checked_deps(settings: Settings) -> Deps:
    """Build the parts; the caller closes them.

    Raises:
        Misconfigured: The schema is not this release's, or the master key does not open the database.
    """
    url, _key = database_settings(settings)
    revision.check(url)
    deps = build_deps(settings)
    try:
        with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
            installation.check_canary(uow)
            uow.commit()
    except TelesecError:
        deps.close()
        raise
    return deps
