"""One long-lived caldav client per account and thread, through the address guard.

``DAVClient.request`` is replaced: the library's own would write an answer it cannot parse into the log
(health data), sleep as long as a server asks it to, and send a refused login a second time.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import niquests
from caldav.davclient import DAVClient
from niquests.packages.urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from telesec.foundation.addresses import AddressGuard
from telesec.foundation.errors import Unavailable
from telesec.foundation.http_client import guarded_niquests_session
from telesec.foundation.language import say
from telesec.scheduling.ports import CalendarAddress, OutcomeUnknown

_KEPT_CLIENTS = 64
# The connection was never made, so nothing can have taken effect.
_BEFORE_SENDING = (NewConnectionError, ConnectTimeoutError, NameResolutionError)


@dataclass(frozen=True)
class Reply:
    """A server's answer: status, ETag (or empty), body."""

    status: int
    etag: str
    body: bytes


def unavailable(*, permanent: bool = False) -> Unavailable:
    """Return the error for a calendar that cannot be read or did not take a write."""
    if permanent:
        sentence = say("The practice's calendar refuses telesec or is gone. Check its address and access.")
    else:
        sentence = say("The practice's calendar cannot be read. Nothing was booked.")
    return Unavailable("calendar_unavailable", sentence, permanent=permanent)


class Account(DAVClient):
    """A login at one server.

    Args:
        guard: Judges where the connection may go.
        address: Collection, user, secret; ``options["auth"]``: ``basic`` (default), ``digest``, ``bearer``.
        read_seconds: How long to wait between two pieces of an answer.
    """

    def __init__(self, guard: AddressGuard, address: CalendarAddress, read_seconds: float) -> None:
        super().__init__(
            url=address.url,
            username=address.user,
            password=address.secret,
            auth_type=address.options.get("auth", "basic"),
            enable_rfc6764=False,
            rate_limit_handle=False,
            headers={"User-Agent": "telesec"},
            features={
                "save.if-none-match": {"support": "full"},
                "save.no-uid-conflict": {"support": "full"},
            },
        )
        self.session.close()
        self.session = guarded_niquests_session(guard, read_seconds=read_seconds)

    def request(  # type: ignore[override]  # ours answers with what arrived, unread
        self, url: str, method: str = "GET", body: str = "", headers: Mapping[str, str] | None = None, *_: Any
    ) -> Reply:
        """Send one request, once.

        Raises:
            Unavailable: It was not sent.
            OutcomeUnknown: It was sent and no usable answer came.
        """
        sent: dict[str, str] = dict(self.headers)
        sent.update(headers or {})
        try:
            answer = self.session.request(
                method,
                str(url),
                data=body.encode(),
                headers=sent,
                auth=self.auth,
            )
        except Unavailable as error:
            if error.code == "response_refused":
                raise OutcomeUnknown from None
            raise unavailable(permanent=error.permanent) from None
        except niquests.RequestException as error:
            if _was_not_sent(error):
                raise unavailable() from None
            raise OutcomeUnknown from None
        return Reply(answer.status_code or 0, answer.headers.get("ETag", ""), answer.content or b"")


def _was_not_sent(error: BaseException) -> bool:
    if isinstance(
        error, niquests.exceptions.SSLError | niquests.ConnectTimeout | niquests.exceptions.InvalidURL
    ):
        return True
    reason = error.args[0] if error.args else None
    return isinstance(getattr(reason, "reason", reason), _BEFORE_SENDING)


class Accounts:
    """Keeps a client open per account and thread, the latest used ones."""

    def __init__(self, guard: AddressGuard, read_seconds: float) -> None:
        self._guard = guard
        self._read_seconds = read_seconds
        self._local = threading.local()

    def of(self, address: CalendarAddress) -> Account:
        """Return this thread's client for an account.

        Raises:
            Unavailable: The address is no http address.
        """
        parts = urlsplit(address.url)
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise unavailable(permanent=True)
        secret = hashlib.sha256(address.secret.encode()).digest()
        key = (parts.scheme, parts.netloc, address.user, secret, address.options.get("auth", ""))
        kept: OrderedDict[tuple[object, ...], Account] = self._local.__dict__.setdefault(
            "kept", OrderedDict()
        )
        if key not in kept:
            kept[key] = Account(self._guard, address, self._read_seconds)
        kept.move_to_end(key)
        if len(kept) > _KEPT_CLIENTS:
            kept.popitem(last=False)[1].close()
        return kept[key]


def resource_url(collection: str, href: str) -> str:
    """Return the full address of a resource of the collection, whatever form of href a server chose.

    Raises:
        Unavailable: It lies elsewhere: our login is not sent to where a server's answer points.
    """
    base = collection if collection.endswith("/") else collection + "/"
    try:
        url = urljoin(base, href)
        parts, home = urlsplit(url), urlsplit(base)
    except ValueError:
        raise unavailable(permanent=True) from None
    if (parts.scheme, parts.netloc) != (home.scheme, home.netloc) or "/../" in parts.path:
        raise unavailable()
    return url
