"""Speaks to Twilio: one SMS or one call at a time, through the guarded session. Never inside a transaction.

Twilio takes no idempotency key and its lists do not repeat our callback address. An attempt whose answer
was lost is therefore looked up by what the list does tell (see ``SmsChannel.look_up``,
``VoiceChannel.look_up``); where that is ambiguous, the answer is "not found": a doctor is rather called
twice than not at all.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError

from telesec.alerts.ports import (
    ChannelKind,
    DeliveryOutcomeUnknown,
    DeliveryStatus,
    Notice,
    Receipt,
)
from telesec.foundation.errors import Unavailable
from telesec.foundation.language import say
from telesec.integrations.twilio import wire

T = TypeVar("T")

SDK_HOST: Final = "api.twilio.com"
CLOCK_SKEW: Final = timedelta(seconds=10)
"""How far Twilio's clock, cut to whole seconds, may be behind ours."""
LOOKED_AT: Final = 50
"""Newest messages or calls to one number that a look-up reads."""
SERVER_ERROR: Final = 500
REFUSED: Final = frozenset({401, 403, 404})


@dataclass(frozen=True, kw_only=True)
class Account:
    """One Twilio account.

    Args:
        base_url: Scheme and host of the API, no trailing slash.
        session: Makes a guarded session; called once per thread.
    """

    sid: str
    auth_token: str = field(repr=False)
    base_url: str
    from_number: str
    session: Callable[[], requests.Session]


class _GuardedHttpClient(HttpClient):  # type: ignore[misc]  # the SDK is untyped
    """What the SDK sends through: swaps scheme and host, logs nothing (the SDK's own logs numbers)."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._base = urlsplit(account.base_url)
        self._threads = threading.local()

    def request(  # noqa: PLR0913, PLR0917 - the SDK's signature
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Send one request; time limits and redirects are the guarded session's affair."""
        del timeout, allow_redirects
        target = self.swapped(uri)
        session = self._session()
        answer = session.request(method, target, params=params, data=data, headers=headers, auth=auth)  # type: ignore[arg-type]
        return Response(answer.status_code, answer.text, answer.headers)

    def swapped(self, uri: str) -> str:
        """Return the SDK's address on the configured host.

        Raises:
            Unavailable: The SDK asks for a host we do not know: nothing is sent anywhere.
        """
        parts = urlsplit(uri)
        if (parts.scheme, parts.netloc) != ("https", SDK_HOST):
            raise Unavailable("carrier_unavailable", say("The carrier cannot be reached now."))
        return urlunsplit(parts._replace(scheme=self._base.scheme, netloc=self._base.netloc))

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._threads, "session", None)
        if session is None:
            session = self._threads.session = self._account.session()
        return session


def _unavailable(*, permanent: bool = False) -> Unavailable:
    if permanent:
        return Unavailable("number_refused", say("The carrier refuses this number."), permanent=True)
    return Unavailable("carrier_unavailable", say("The carrier cannot be reached now."))


def _account_refused() -> Unavailable:
    return Unavailable(
        "carrier_refused", say("The carrier refuses this account: look at its credentials."), permanent=True
    )


def _never_left(error: requests.RequestException) -> bool:
    """Return whether no byte of the request can have reached the carrier."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _sending(send: Callable[[], T]) -> T:
    """Run one creating request; nothing of the provider's own words, which hold numbers, goes further.

    Raises:
        Unavailable: The request was refused, or never left.
        DeliveryOutcomeUnknown: It left, and no answer that can be read came.
    """
    try:
        return send()
    except TwilioRestException as error:
        if error.status >= SERVER_ERROR:
            raise DeliveryOutcomeUnknown from None
        raise _unavailable(permanent=error.code in wire.PERMANENT_CODES) from None
    except requests.RequestException as error:
        if _never_left(error):
            raise _unavailable() from None
        raise DeliveryOutcomeUnknown from None
    except Unavailable as error:
        if error.code == "response_refused":
            raise DeliveryOutcomeUnknown from None
        raise _unavailable() from None
    except (TwilioException, HTTPError, ValueError, KeyError, TypeError):
        raise DeliveryOutcomeUnknown from None


def _reading(read: Callable[[], T]) -> T:
    """Run one reading request.

    Raises:
        Unavailable: Anything at all went wrong; nothing is known.
    """
    try:
        return read()
    except (
        TwilioException,
        requests.RequestException,
        HTTPError,
        ValueError,
        KeyError,
        TypeError,
        Unavailable,
    ):
        raise _unavailable() from None


def _sender(row: Any) -> str:
    """Return whom a listed message or call came from; the SDK spells that field in two ways."""
    return str(row.from_ if hasattr(row, "from_") else row._from)  # noqa: SLF001 - a call's only spelling


class _TwilioChannel(ABC):
    """What SMS and voice share."""

    kind: ChannelKind
    name = "twilio"

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client = Client(account.sid, account.auth_token, http_client=_GuardedHttpClient(account))

    def send(self, notice: Notice) -> Receipt:
        """Hand the notice to Twilio."""
        created = _sending(lambda: self._create(notice))
        return Receipt(created.sid, wire.STATUSES.get(created.status, DeliveryStatus.UNKNOWN))

    def ask(self) -> None:
        """Read our own account: right credentials, not closed, nothing sent.

        Raises:
            Unavailable: Permanent when Twilio refuses the account, or it is not active.
        """
        try:
            account = self._client.api.accounts(self._account.sid).fetch()
        except TwilioRestException as error:
            raise _account_refused() if error.status in REFUSED else _unavailable() from None
        except (TwilioException, requests.RequestException, HTTPError, ValueError, KeyError, TypeError):
            raise _unavailable() from None
        if account.status != "active":
            raise _account_refused()

    @abstractmethod
    def look_up(self, notice: Notice) -> Receipt | None:
        """Find an attempt whose outcome is unknown."""

    @abstractmethod
    def _create(self, notice: Notice) -> Any: ...

    def _since(self, notice: Notice, rows: Iterable[Any]) -> list[Receipt]:
        """Return what was made from our number since the attempt began, newest first.

        Twilio's own time filters look at when a message was sent or a call answered, which is empty for
        those that wait, so the list is asked by number only and filtered here by creation.
        """
        earliest = wire.attempted_at(notice.delivery_id) - CLOCK_SKEW
        return [
            Receipt(row.sid, wire.STATUSES.get(row.status, DeliveryStatus.UNKNOWN))
            for row in rows
            if row.direction == "outbound-api"
            and _sender(row) == self._account.from_number
            and row.date_created is not None
            and row.date_created >= earliest
        ]


class SmsChannel(_TwilioChannel):
    """SMS by Twilio."""

    kind = ChannelKind.SMS

    def _create(self, notice: Notice) -> Any:
        return self._client.messages.create(
            **wire.message_parameters(notice, from_number=self._account.from_number)
        )

    def look_up(self, notice: Notice) -> Receipt | None:
        """Return the newest message to this number with this alert's code since the attempt began.

        The reply it asks for holds the code, so what is found told this person of this alert, whichever
        attempt made it; how many messages wait may have changed meanwhile. (An account that redacts message
        bodies finds nothing: the SMS is sent again.)
        """
        rows = _reading(lambda: self._client.messages.list(to=notice.to, limit=LOOKED_AT))
        found = self._since(notice, (row for row in rows if f" 1 {notice.code}." in row.body))
        return found[0] if found else None


class VoiceChannel(_TwilioChannel):
    """Voice calls by Twilio."""

    kind = ChannelKind.VOICE

    def _create(self, notice: Notice) -> Any:
        return self._client.calls.create(
            **wire.call_parameters(notice, from_number=self._account.from_number)
        )

    def look_up(self, notice: Notice) -> Receipt | None:
        """Return the only call to this number since the attempt began; None when there are none or several.

        A call tells nothing of its alert. With several, any could be another alert's, so ours counts as
        not made and is made again. A single one may still be another alert's: the policy, which goes on
        until a human acknowledges *this* alert, covers that.
        """
        rows = _reading(lambda: self._client.calls.list(to=notice.to, limit=LOOKED_AT))
        found = self._since(notice, rows)
        return found[0] if len(found) == 1 else None

    def stop(self, receipt: Receipt) -> None:
        """Hang up a call that is queued or rings.

        ``canceled`` leaves one that was picked up alone, where ``completed`` would cut somebody off in
        mid-sentence (Twilio, "Call resource", update a call).
        """
        _sending(lambda: self._client.calls(receipt.provider_id).update(status="canceled"))
