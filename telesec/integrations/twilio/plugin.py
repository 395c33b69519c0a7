"""Registers Twilio through the hooks: channels ``sms`` and ``voice``, carrier ``twilio``.

Without an account in the settings it registers nothing, and loads no library of Twilio's.
"""

from collections.abc import Sequence
from functools import partial
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING, Protocol

from pydantic import SecretStr

from telesec.alerts.ports import Carrier, Channel
from telesec.foundation.addresses import AddressGuard
from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.hooks import hookimpl

if TYPE_CHECKING:
    from telesec.integrations.twilio.gateway import Account


class TwilioSettings(Protocol):
    """The settings this plug-in reads."""

    @property
    def twilio_account_sid(self) -> str: ...
    @property
    def twilio_auth_token(self) -> SecretStr: ...
    @property
    def twilio_base_url(self) -> str: ...
    @property
    def twilio_from_number(self) -> str: ...
    @property
    def allowed_networks(self) -> tuple[IPv4Network | IPv6Network, ...]: ...


def _account(settings: TwilioSettings) -> "Account | None":
    """Return the account, or None when there is none.

    Raises:
        Misconfigured: An account without its token or its number.
    """
    if not settings.twilio_account_sid:
        return None
    token = settings.twilio_auth_token.get_secret_value()
    if not token or not settings.twilio_from_number:
        raise Misconfigured(
            say("TELESEC_TWILIO_ACCOUNT_SID needs TELESEC_TWILIO_AUTH_TOKEN and TELESEC_TWILIO_FROM_NUMBER.")
        )
    from telesec.foundation.http_client import guarded_requests_session  # noqa: PLC0415 - see the module's words
    from telesec.integrations.twilio.gateway import Account  # noqa: PLC0415

    guard = AddressGuard(settings.allowed_networks)
    return Account(
        sid=settings.twilio_account_sid,
        auth_token=token,
        base_url=settings.twilio_base_url,
        from_number=settings.twilio_from_number,
        session=partial(guarded_requests_session, guard),
    )


@hookimpl
def telesec_channels(settings: TwilioSettings) -> Sequence[Channel]:
    """Return SMS and voice."""
    account = _account(settings)
    if account is None:
        return ()
    from telesec.integrations.twilio.gateway import SmsChannel, VoiceChannel  # noqa: PLC0415

    return (SmsChannel(account), VoiceChannel(account))


@hookimpl
def telesec_carriers(settings: TwilioSettings) -> Sequence[Carrier]:
    """Return the carrier whose webhooks we understand."""
    account = _account(settings)
    if account is None:
        return ()
    from telesec.integrations.twilio.carrier import TwilioCarrier  # noqa: PLC0415

    return (TwilioCarrier(account.auth_token),)
