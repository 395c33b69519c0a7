"""A simulated carrier that speaks Twilio's REST API and webhooks over HTTP, with phones that ring."""

from telesec.testing.carrier.phone import Phone
from telesec.testing.carrier.server import CarrierServer

__all__ = ["CarrierServer", "Phone"]
