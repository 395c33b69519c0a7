"""The connector ``caldav``, registered through the same hooks as a stranger's."""

from collections.abc import Sequence
from typing import Protocol

from telesec.foundation.addresses import AddressGuard, Network
from telesec.foundation.clock import Clock, SystemClock
from telesec.foundation.http_client import READ_SECONDS
from telesec.hooks import hookimpl
from telesec.integrations.caldav.client import Accounts
from telesec.integrations.caldav.gateway import CaldavGateway
from telesec.scheduling.ports import CalendarAddress, CalendarConnector, CalendarGateway


class OutgoingSettings(Protocol):
    """The one setting this connector reads."""

    @property
    def allowed_networks(self) -> tuple[Network, ...]:
        """Internal networks the operator opened."""
        ...


class CaldavConnector:
    """Opens gateways to CalDAV collections; its clients live as long as it does."""

    kind = "caldav"

    def __init__(self, guard: AddressGuard, clock: Clock, *, read_seconds: float = READ_SECONDS) -> None:
        self._accounts = Accounts(guard, read_seconds)
        self._clock = clock

    def connect(self, address: CalendarAddress) -> CalendarGateway:
        """Return a gateway; opens no socket yet."""
        return CaldavGateway(self._accounts, address, self._clock)


@hookimpl
def telesec_calendar_connectors(settings: OutgoingSettings) -> Sequence[CalendarConnector]:
    """Return the CalDAV connector."""
    return [CaldavConnector(AddressGuard(settings.allowed_networks), SystemClock())]
