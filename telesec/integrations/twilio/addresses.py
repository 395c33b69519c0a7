"""Where Twilio calls us back: the addresses both sides of a delivery agree on.

The delivery id travels in the path, because Twilio's own answers never repeat the callback address. Nothing
in these addresses is secret: each request is believed for its signature alone.

| address under the public URL | Twilio posts there |
|---|---|
| ``/hooks/twilio/deliveries/{id}/status`` | what became of an SMS or of a call of ours |
| ``/hooks/twilio/deliveries/{id}/voice`` | a call of ours was picked up: what shall it say? |
| ``/hooks/twilio/deliveries/{id}/digits`` | keys pressed in that call |
| ``/hooks/twilio/sms`` | an SMS came in on one of our numbers |
| ``/hooks/twilio/calls`` | one of our numbers rings |
"""

from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

PREFIX = "/hooks/twilio"
SMS = f"{PREFIX}/sms"
CALLS = f"{PREFIX}/calls"


class Door(StrEnum):
    """Which of a delivery's three addresses."""

    STATUS = "status"
    VOICE = "voice"
    DIGITS = "digits"


def delivery_url(base: str, delivery_id: UUID, door: Door) -> str:
    """Return one callback address of a delivery; ``base`` is the public URL without a trailing slash."""
    return f"{base.rstrip('/')}{PREFIX}/deliveries/{delivery_id}/{door}"


def read_delivery_url(url: str) -> tuple[UUID, Door] | None:
    """Return what ``delivery_url`` put into an address, or None when it is another one."""
    path = urlsplit(url).path
    marker = f"{PREFIX}/deliveries/"
    _, found, rest = path.partition(marker)
    identifier, _, door = rest.partition("/")
    if not found or door not in set(Door):
        return None
    try:
        delivery_id = UUID(identifier)
    except ValueError:
        return None
    return (delivery_id, Door(door)) if str(delivery_id) == identifier else None
