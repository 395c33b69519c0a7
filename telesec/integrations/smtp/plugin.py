"""Registers the channel ``email`` through the hooks when the settings name a mail server."""

import ssl
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Protocol

from pydantic import SecretStr

from telesec.alerts.ports import Channel
from telesec.foundation.addresses import AddressGuard
from telesec.foundation.clock import SystemClock
from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.hooks import hookimpl
from telesec.integrations.smtp import wire
from telesec.integrations.smtp.gateway import EmailChannel


class MailSettings(Protocol):
    """The settings this plug-in reads."""

    @property
    def smtp_url(self) -> SecretStr: ...
    @property
    def mail_from(self) -> str: ...
    @property
    def allowed_networks(self) -> tuple[IPv4Network | IPv6Network, ...]: ...


@hookimpl
def telesec_channels(settings: MailSettings) -> Sequence[Channel]:
    """Return the e-mail channel, or nothing without a mail server.

    Raises:
        Misconfigured: The server's or the sender's address is not one.
    """
    url = settings.smtp_url.get_secret_value()
    if not url:
        return ()
    try:
        server = wire.read_server(url)
    except ValueError:
        raise Misconfigured(say("TELESEC_SMTP_URL is like smtps://user:password@host:465.")) from None
    if not wire.is_address(settings.mail_from):
        raise Misconfigured(say("TELESEC_SMTP_URL needs TELESEC_MAIL_FROM, one plain e-mail address."))
    guard = AddressGuard(settings.allowed_networks)
    tls = ssl.create_default_context()
    return (EmailChannel(server, settings.mail_from, guard=guard, clock=SystemClock(), tls=tls),)
