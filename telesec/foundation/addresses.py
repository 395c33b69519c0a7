"""Where telesec may connect to: every outgoing address is resolved, checked and pinned here.

Practices type the address of their calendar themselves, so an address is foreign input. A name is
resolved once, at connect time, every address it has is judged, and the connection goes to one of
exactly these: a name that changes its mind between check and use (rebinding) gains nothing.

Refused: private, loopback, link-local, shared, reserved, multicast and unspecified networks, in
every disguise (IPv4-mapped, NAT64, 6to4, Teredo, decimal, octal, hexadecimal or short forms), and
the metadata services of clouds. An operator lists internal servers in ``allowed_networks``; only
those may be spoken to without TLS. Registries: IANA special-purpose addresses (RFC 6890, RFC 4291).
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from telesec.foundation.errors import Unavailable
from telesec.foundation.language import say

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# Networks that Python 3.11 calls global although nothing of ours lives there.
_NEVER_PUBLIC = tuple(
    ipaddress.ip_network(text)
    for text in (
        "2001::/32",  # Teredo, RFC 4380
        "2002::/16",  # 6to4, RFC 3056
        "3fff::/20",  # documentation, RFC 9637
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
    )
)
# Not even an allow-list opens these: they hand out the machine's own credentials.
_METADATA = tuple(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
    )
)
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?")
_NUMERIC_LABEL = re.compile(r"(0[xX][0-9a-fA-F]*|[0-9]+)")


def system_addresses(host: str, port: int) -> list[str]:
    """Return the addresses the system's resolver gives for a name, IPv4 first.

    Raises:
        OSError: The name has no address, or no resolver answers.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def networks(texts: Iterable[str | Network]) -> tuple[Network, ...]:
    """Return CIDR texts as networks; a network passes through.

    Raises:
        ValueError: A text is not a network.
    """
    return tuple(ipaddress.ip_network(text) for text in texts)


@dataclass(frozen=True)
class AddressGuard:
    """Judges where an outgoing connection may go.

    Args:
        allowed_networks: Internal networks the operator opened; also the only ones without TLS.
        resolve: Name and port → textual addresses; a parameter so that tests can rebind a name.
    """

    allowed_networks: tuple[Network, ...] = ()
    resolve: Resolve = system_addresses

    def pin(self, host: str, port: int, *, encrypted: bool) -> tuple[str, ...]:
        """Return the addresses to connect to for ``host``, best first; all of them were judged.

        Args:
            host: Name or literal as it stands in the address, IPv6 without brackets.
            port: TCP port.
            encrypted: False when TLS is not used, which only allowed networks may.

        Raises:
            Unavailable: ``address_refused`` (permanent), or ``address_unresolved`` (may pass).
        """
        name = host.strip("[]")
        literal = _literal(name)
        texts = [str(literal)] if literal is not None else self._resolved(name, port)
        for text in texts:
            if not self.permits(text, encrypted=encrypted):
                raise refused()
        return tuple(texts)

    def permits(self, text: str, *, encrypted: bool = True) -> bool:
        """Return whether one textual address may be connected to."""
        try:
            address = _bare(ipaddress.ip_address(text))
        except ValueError:
            return False
        if address in _METADATA or address.is_multicast or address.is_unspecified:
            return False
        if any(address in network for network in self.allowed_networks):
            return True
        return encrypted and _is_public(address)

    def _resolved(self, name: str, port: int) -> list[str]:
        try:
            texts = list(self.resolve(name, port))
        except (OSError, UnicodeError):
            texts = []
        if not texts:
            raise Unavailable(
                "address_unresolved",
                say("The name of this server is not known. Check the address or try again later."),
            )
        return texts


def refused() -> Unavailable:
    """Return the refusal, without the address: it may stand in a log."""
    return Unavailable(
        "address_refused",
        say("telesec may not connect to this address. Ask the operator to allow its network."),
        permanent=True,
    )


def _literal(name: str) -> Address | None:
    """Return the address a host spells out, None for a name.

    Raises:
        Unavailable: The host is neither a canonical address nor a plain name. ``2130706433``,
            ``0x7f.1``, ``127.1`` and ``0177.0.0.1`` are loopback to a resolver, hence refused.
    """
    if ":" in name:
        if "%" in name:
            raise refused()
        return _parsed(name)
    if not _HOST.fullmatch(name) or len(name) > 253 or ".." in name:
        raise refused()
    last = name.rstrip(".").rsplit(".", 1)[-1]
    return _parsed(name) if _NUMERIC_LABEL.fullmatch(last) else None


def _parsed(name: str) -> Address:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        raise refused() from None


def _bare(address: Address) -> Address:
    """Return the IPv4 address inside an IPv4-mapped or NAT64 one, any other unchanged."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_public(address: Address) -> bool:
    if any(address in network for network in _NEVER_PUBLIC):
        return False
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_reserved
