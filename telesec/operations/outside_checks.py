"""The outside world: how we are reached, and whether carrier and mail would take a notice. Sends nothing."""

import socket
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx

from telesec.alerts.ports import CanBeAsked, Channel, ChannelKind
from telesec.foundation.errors import Unavailable
from telesec.foundation.language import say
from telesec.operations.findings import Finding, fail, ok, warn
from telesec.settings import Settings

LOOPBACK = ("localhost", "127.0.0.1", "::1")
SECONDS = 5.0
SOON = timedelta(days=14)
NAMES = {ChannelKind.SMS: "carrier", ChannelKind.EMAIL: "mail"}


def public_url(settings: Settings, tls: ssl.SSLContext, now: datetime) -> list[Finding]:
    """Check that the public address is TLS, valid for some time, and answers as telesec."""
    parts = urlsplit(settings.public_url)
    host = parts.hostname or ""
    if parts.scheme != "https":
        seen = say("%(url)s is not TLS.", url=settings.public_url)
        if host in LOOPBACK:
            return [
                warn(
                    "public_url",
                    seen,
                    say("Good for trying only: set TELESEC_PUBLIC_URL to your https address."),
                )
            ]
        return [
            fail(
                "public_url",
                seen,
                say("Put a reverse proxy with TLS before telesec and set TELESEC_PUBLIC_URL=https://…"),
            )
        ]
    findings = [_certificate(host, parts.port or 443, tls, now)]
    if findings[0].status != "fail":
        findings.append(_answers(settings.public_url, tls))
    if settings.trusted_proxies == 0:
        findings.append(
            warn(
                "proxy",
                say("No reverse proxy is trusted, so every client seems to come from the proxy."),
                say("Set TELESEC_TRUSTED_PROXIES=1 (how many proxies stand before telesec)."),
            )
        )
    return findings


def _certificate(host: str, port: int, tls: ssl.SSLContext, now: datetime) -> Finding:
    try:
        with (
            socket.create_connection((host, port), SECONDS) as plain,
            tls.wrap_socket(plain, server_hostname=host) as encrypted,
        ):
            until = ssl.cert_time_to_seconds(str((encrypted.getpeercert() or {}).get("notAfter")))
    except ssl.SSLError:
        return fail(
            "public_url",
            say("The certificate of %(host)s is not valid.", host=host),
            say("Renew the reverse proxy's certificate."),
        )
    except (OSError, ValueError):
        return warn(
            "public_url",
            say("%(host)s cannot be reached from this machine.", host=host),
            say("Try it from another network; carriers and browsers must reach it."),
        )
    left = datetime.fromtimestamp(until, UTC) - now
    seen = say("The certificate of %(host)s is valid for %(days)s days.", host=host, days=left.days)
    if left < SOON:
        return warn("public_url", seen, say("Renew the reverse proxy's certificate."))
    return ok("public_url", seen)


def _answers(url: str, tls: ssl.SSLContext) -> Finding:
    todo = say("Start telesec, and look at the reverse proxy's configuration (deploy/).")
    try:
        answer = httpx.get(f"{url}/healthz", timeout=SECONDS, verify=tls)
        healthy = answer.json() == {"status": "ok"}
    except (httpx.HTTPError, ValueError):
        healthy = False
    if not healthy:
        return fail("answers", say("telesec does not answer at %(url)s.", url=url), todo)
    return ok("answers", say("telesec answers at %(url)s.", url=url))


def channels(found: Iterable[Channel]) -> list[Finding]:
    """Ask each provider whether it would take a notice from us."""
    findings = []
    kinds = set()
    for channel in found:
        kinds.add(channel.kind)
        if isinstance(channel, CanBeAsked) and channel.kind in NAMES:
            findings.append(_asked(NAMES[channel.kind], channel))
    if ChannelKind.SMS not in kinds:
        findings.append(
            fail(
                "carrier",
                say("No carrier is set: urgent alerts reach no phone."),
                say("Set TELESEC_TWILIO_ACCOUNT_SID, _AUTH_TOKEN and _FROM_NUMBER."),
            )
        )
    if ChannelKind.EMAIL not in kinds:
        findings.append(
            warn("mail", say("No mail server is set."), say("Set TELESEC_SMTP_URL and TELESEC_MAIL_FROM."))
        )
    return findings


def _asked(name: str, channel: CanBeAsked) -> Finding:
    try:
        channel.ask()
    except Unavailable as error:
        if error.permanent:
            return fail(name, error.sentence, say("Correct the account or its password in the settings."))
        return fail(
            name, error.sentence, say("Look at this machine's network, then at the provider's status page.")
        )
    return ok(name, say("It answers and accepts our account; nothing was sent."))
