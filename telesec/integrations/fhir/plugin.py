"""Registers the connector ``fhir`` through the hooks a stranger's plug-in would use."""

from collections.abc import Sequence

from telesec.foundation.addresses import AddressGuard
from telesec.hooks import hookimpl
from telesec.integrations.fhir.connector import FhirConnector
from telesec.scheduling.ports import CalendarConnector
from telesec.settings import Settings


@hookimpl
def telesec_calendar_connectors(settings: Settings) -> Sequence[CalendarConnector]:
    """Bring the connector; the guard lets it reach public servers and the networks the operator opened."""
    return (FhirConnector(AddressGuard(settings.allowed_networks)),)
