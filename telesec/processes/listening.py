"""Where a process listens, and what it says when it cannot."""

import errno
import socket

from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import Sentence, say


def require_port(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on, before anything else is started.

    Raises:
        Misconfigured: With what to do about it.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise Misconfigured(_told(error, host, port)) from None


def _told(error: OSError, host: str, port: int) -> Sentence:
    match error.errno:
        case errno.EADDRINUSE:
            return say(
                "Port %(port)s is in use on %(host)s. Stop what listens there (ss -ltnp), or set "
                "TELESEC_PORT to another.",
                port=port,
                host=host,
            )
        case errno.EACCES:
            return say(
                "Port %(port)s is not ours to open. Set TELESEC_PORT to one from 1024 on; the reverse proxy "
                "listens on 443.",
                port=port,
            )
        case _:
            return say(
                "%(host)s is no address of this machine. Set TELESEC_HOST to 127.0.0.1; a machine without "
                "IPv6 has no ::1.",
                host=host,
            )
