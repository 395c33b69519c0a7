"""Registers the connector ``fhir`` through the hooks a stranger's plug-in would use."""

from collections.abc import Sequence
from typing import Protocol

from telesec.foundation.addresses import AddressGuard, Network
from telesec.hooks import hookimpl
from telesec.integrations.fhir.connector import FhirConnector
from telesec.scheduling.ports import CalendarConnector


class OutgoingSettings(Protocol):
    """The one setting this connector reads."""

    @property
    def allowed_networks(self) -> tuple[Network, ...]:
        """Internal networks the operator opened."""
        ...


@hookimpl
def telesec_calendar_connectors(settings: OutgoingSettings) -> Sequence[CalendarConnector]:
    """Bring the connector; the guard lets it reach public servers and the networks the operator opened."""
    return (FhirConnector(AddressGuard(settings.allowed_networks)),)
