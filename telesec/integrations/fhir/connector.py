"""Opens FHIR calendars: one guarded, logged-in HTTP client for each address.

The models of FHIR and the HTTP libraries are loaded with the first address: an installation without such a
calendar neither waits for them at its start nor keeps them in memory.
"""

import threading
from typing import TYPE_CHECKING

from telesec.foundation.addresses import AddressGuard
from telesec.foundation.clock import Clock, SystemClock
from telesec.foundation.errors import Unavailable
from telesec.foundation.language import say
from telesec.scheduling.ports import CalendarAddress

if TYPE_CHECKING:
    import httpx

    from telesec.integrations.fhir.client import FhirClient
    from telesec.integrations.fhir.gateway import FhirGateway


class FhirConnector:
    """The connector ``fhir``.

    An address holds the FHIR base in ``url``; ``user`` and ``secret`` for basic authentication, or the
    bearer token in ``secret`` alone; ``options["schedule"]`` (``Schedule/123``, required) and
    ``options["practitioner"]`` (``Practitioner/45``, else the schedule's own actors count).
    """

    kind = "fhir"

    def __init__(self, guard: AddressGuard, clock: Clock | None = None) -> None:
        self._guard = guard
        self._clock = clock or SystemClock()
        self._clients: dict[tuple[str, str, str], FhirClient] = {}
        self._lock = threading.Lock()

    def connect(self, address: CalendarAddress) -> "FhirGateway":
        """Return the gateway of one schedule; opens no socket yet.

        Raises:
            Unavailable: The address names no schedule (permanent).
        """
        schedule = address.options.get("schedule", "")
        if not schedule.startswith("Schedule/"):
            raise Unavailable(
                "calendar_unavailable",
                say("The calendar's address names no FHIR schedule. Complete it in the practice's settings."),
                permanent=True,
            )
        from telesec.integrations.fhir.gateway import FhirGateway  # noqa: PLC0415 - see the module's own words

        practitioner = address.options.get("practitioner", "")
        return FhirGateway(self._client(address), schedule, self._clock, practitioner)

    def close(self) -> None:
        """Close every connection; gateways handed out before are of no more use."""
        with self._lock:
            for client in self._clients.values():
                client.http.close()
            self._clients.clear()

    def _client(self, address: CalendarAddress) -> "FhirClient":
        """Return the long-lived client of a login; schedules of one server share its connections."""
        from telesec.integrations.fhir.client import FhirClient  # noqa: PLC0415 - see the module's own words

        key = (address.url.rstrip("/"), address.user, address.secret)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = FhirClient(self._http(address), key[0])
            return self._clients[key]

    def _http(self, address: CalendarAddress) -> "httpx.Client":
        from telesec.foundation.http_client import guarded_httpx  # noqa: PLC0415 - see the module's own words

        if address.user:
            return guarded_httpx(self._guard, auth=(address.user, address.secret))
        bearer = {"Authorization": f"Bearer {address.secret}"} if address.secret else {}
        return guarded_httpx(self._guard, headers=bearer)
