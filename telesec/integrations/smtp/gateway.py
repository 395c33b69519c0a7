"""Hands one mail to the SMTP server: guarded address, TLS, one connection a mail. Never in a transaction."""

import smtplib
import socket
import ssl
from contextlib import suppress
from email.message import EmailMessage
from typing import Final

from telesec.alerts.ports import ChannelKind, DeliveryOutcomeUnknown, DeliveryStatus, Notice, Receipt
from telesec.foundation.addresses import AddressGuard
from telesec.foundation.clock import Clock
from telesec.foundation.errors import Unavailable
from telesec.foundation.language import say
from telesec.integrations.smtp import wire

SECONDS: Final = 8.0
"""Longest wait for one answer of the server."""
TAKEN: Final = 250
RECIPIENT_TAKEN: Final = frozenset({250, 251})


class _PinnedSmtp(smtplib.SMTP):
    """Connects to the judged address; the certificate is judged against the name."""

    pinned = ""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        del host
        return socket.create_connection((self.pinned, port), timeout)


class _PinnedSmtps(smtplib.SMTP_SSL, _PinnedSmtp):
    """The same with TLS from the first byte."""


class EmailChannel:
    """E-mail by SMTP.

    Args:
        tls: How certificates are judged; a parameter for an internal certificate authority.
    """

    kind = ChannelKind.EMAIL
    name = "smtp"

    def __init__(
        self, server: wire.Server, sender: str, *, guard: AddressGuard, clock: Clock, tls: ssl.SSLContext
    ) -> None:
        self._server = server
        self._sender = sender
        self._guard = guard
        self._clock = clock
        self._tls = tls

    def send(self, notice: Notice) -> Receipt:
        """Hand the mail in; "sent" means that the server took it over."""
        if not wire.is_address(notice.to):
            raise _refused()
        message = wire.build(notice, sender=self._sender, now=self._clock.now())
        client = self._connected()
        try:
            self._transact(client, notice.to, message)
        finally:
            with suppress(smtplib.SMTPException, OSError):
                client.quit()
            client.close()
        return Receipt(wire.message_id(notice, sender=self._sender), DeliveryStatus.SENT)

    def ask(self) -> None:
        """Reach the server, encrypt, log in, leave."""
        client = self._connected()
        with suppress(smtplib.SMTPException, OSError):
            client.quit()
        client.close()

    def look_up(self, notice: Notice) -> Receipt | None:
        """Return None: SMTP has no look-up. The repeat has the same Message-ID, which mailboxes compare."""
        del notice
        return None

    def _connected(self) -> smtplib.SMTP:
        """Return a client that is greeted, encrypted where it must be, and logged in.

        Raises:
            Unavailable: Nothing was handed over.
        """
        server = self._server
        pinned = self._pin()
        client = (
            _PinnedSmtps(timeout=SECONDS, context=self._tls)
            if server.encrypted
            else _PinnedSmtp(timeout=SECONDS)
        )
        client.pinned = pinned
        client._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001 - the name certificates are judged against
        try:
            client.connect(server.host, server.port)
            client.ehlo()
            if not server.encrypted:
                self._encrypt(client, pinned)
            if server.user:
                client.login(server.user, server.password)
        except (smtplib.SMTPException, OSError, ValueError):
            client.close()
            raise _unavailable() from None
        except Unavailable:
            client.close()
            raise
        return client

    def _pin(self) -> str:
        """Return the judged address; a server that may be spoken to plainly still gets STARTTLS if it can."""
        try:
            return self._guard.pin(self._server.host, self._server.port, encrypted=True)[0]
        except Unavailable:
            raise _unavailable() from None

    def _encrypt(self, client: smtplib.SMTP, pinned: str) -> None:
        if client.has_extn("starttls"):
            client.starttls(context=self._tls)
            client.ehlo()
        elif not self._guard.permits(pinned, encrypted=False):
            raise _unavailable()

    def _transact(self, client: smtplib.SMTP, to: str, message: EmailMessage) -> None:
        """Run MAIL, RCPT, DATA (RFC 5321, section 3.3); only after DATA is the outcome ever unknown."""
        try:
            code, _ = client.mail(self._sender)
            if code != TAKEN:
                raise _unavailable()
            code, text = client.rcpt(to)
        except (smtplib.SMTPException, OSError):
            raise _unavailable() from None
        if code not in RECIPIENT_TAKEN:
            raise _refused() if wire.is_permanent(code, text.decode("ascii", "replace")) else _unavailable()
        try:
            code, _ = client.data(message.as_bytes())
        except smtplib.SMTPDataError:
            raise _unavailable() from None
        except (smtplib.SMTPException, OSError):
            raise DeliveryOutcomeUnknown from None
        if code != TAKEN:
            raise _unavailable()


def _refused() -> Unavailable:
    return Unavailable("mailbox_refused", say("This e-mail address takes no mail."), permanent=True)


def _unavailable() -> Unavailable:
    return Unavailable("mail_unavailable", say("The mail server cannot be reached now."))
