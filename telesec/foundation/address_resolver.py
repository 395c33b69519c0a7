"""The address guard as a resolver of niquests, whose connections go to what their resolver returns."""

import socket
from typing import Any

from niquests.packages.urllib3.contrib.resolver import BaseResolver, ProtocolResolver

from telesec.foundation.addresses import AddressGuard


class GuardedResolver(BaseResolver):  # type: ignore[misc]  # niquests is imported without stubs
    """Resolves through an ``AddressGuard``; a refused name raises ``Unavailable`` to the caller.

    Args:
        guard: Judges the addresses.
        encrypted: Whether the connections made with it use TLS.
    """

    protocol = ProtocolResolver.CUSTOM
    implementation = "telesec"

    def __init__(self, guard: AddressGuard, *, encrypted: bool) -> None:
        super().__init__(None, None)
        self._guard = guard
        self._encrypted = encrypted

    def recycle(self) -> "GuardedResolver":
        """Return itself: there is nothing to renew."""
        return self

    def close(self) -> None:
        """Do nothing: no connection is kept."""

    def is_available(self) -> bool:
        """Return True: the guard is always there."""
        return True

    def getaddrinfo(
        self,
        host: bytes | str | None,
        port: str | int | None,
        family: socket.AddressFamily,
        type: socket.SocketKind,  # noqa: A002
        proto: int = 0,
        flags: int = 0,
        **_hints: Any,
    ) -> list[tuple[Any, ...]]:
        """Return the judged addresses in the standard library's form."""
        name = host.decode("ascii") if isinstance(host, bytes) else host or ""
        number = int(port or 0)
        return [
            entry
            for address in self._guard.pin(name, number, encrypted=self._encrypted)
            for entry in socket.getaddrinfo(
                address, number, family, type, proto, flags | socket.AI_NUMERICHOST
            )
        ]
