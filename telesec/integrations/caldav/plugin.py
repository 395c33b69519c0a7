"""The connector ``caldav``, registered through the same hooks as a stranger's.

The libraries of CalDAV, iCalendar and HTTP are loaded with the first address: an installation without such a
calendar neither waits for them at its start nor keeps them in memory.
"""

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from telesec.foundation.addresses import AddressGuard, Network
from telesec.foundation.clock import Clock, SystemClock
from telesec.hooks import hookimpl
from telesec.scheduling.ports import CalendarAddress, CalendarConnector, CalendarGateway

if TYPE_CHECKING:
    from telesec.integrations.caldav.client import Accounts


class OutgoingSettings(Protocol):
    """The one setting this connector reads."""

    @property
    def allowed_networks(self) -> tuple[Network, ...]:
        """Internal networks the operator opened."""
        ...


class CaldavConnector:
    """Opens gateways to CalDAV collections; its clients live as long as it does.

    Args:
        guard: Judges where connections may go.
        clock: For the moment of a reading.
        read_seconds: How long to wait between two pieces of an answer; the usual time when not given.
    """

    kind = "caldav"

    def __init__(self, guard: AddressGuard, clock: Clock, *, read_seconds: float | None = None) -> None:
        self._guard, self._clock, self._read_seconds = guard, clock, read_seconds
        self._opened: Accounts | None = None
        self._lock = threading.Lock()

    def connect(self, address: CalendarAddress) -> CalendarGateway:
        """Return a gateway; opens no socket yet."""
        from telesec.integrations.caldav.gateway import CaldavGateway  # noqa: PLC0415 - see the module's words

        return CaldavGateway(self._accounts(), address, self._clock)

    def _accounts(self) -> "Accounts":
        from telesec.foundation.http_client import READ_SECONDS  # noqa: PLC0415 - see the module's words
        from telesec.integrations.caldav.client import Accounts  # noqa: PLC0415

        with self._lock:
            if self._opened is None:
                self._opened = Accounts(self._guard, self._read_seconds or READ_SECONDS)
            return self._opened


@hookimpl
def telesec_calendar_connectors(settings: OutgoingSettings) -> Sequence[CalendarConnector]:
    """Return the CalDAV connector."""
    return [CaldavConnector(AddressGuard(settings.allowed_networks), SystemClock())]
