"""HTTP with one FHIR server: questions that fail closed, and writes whose outcome may stay unknown.

A question answered late, wrongly or in part raises ``Unavailable``. A write that may have reached the
server and was not answered in words we understand raises ``OutcomeUnknown``; one that surely did not
leave, ``Unavailable``; one that was refused because somebody was faster, ``CalendarConflictError``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from telesec.foundation.errors import Unavailable
from telesec.foundation.language import say
from telesec.integrations.fhir.resources import NotUnderstood
from telesec.integrations.fhir.wire import BundleRead, issues, load, parse
from telesec.scheduling.ports import CalendarConflictError, OutcomeUnknown

PAGE = 200
MAX_PAGES = 50
_HEADERS = {"Accept": "application/fhir+json", "Content-Type": "application/fhir+json"}
_LOGIN = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_TAKEN = frozenset({HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED})
# Issue types of a lost race (FHIR R4 value set issue-type).
_RACE = frozenset({"conflict", "duplicate", "lock-error", "multiple-matches"})
# The guard refused before connecting; any other refusal of its is about an answer.
_NEVER_LEFT = frozenset({"address_refused", "address_unresolved"})


def unreachable(*, permanent: bool = False) -> Unavailable:
    """Return the error for a server that cannot be asked."""
    return Unavailable(
        "calendar_unavailable",
        say("The practice's calendar cannot be reached. Nothing was booked."),
        permanent=permanent,
    )


def login_refused() -> Unavailable:
    """Return the error for credentials the server does not take."""
    return Unavailable(
        "calendar_unavailable",
        say("The practice's calendar refused our login. Ask the practice for a new access."),
        permanent=True,
    )


def not_understood(*, permanent: bool = False) -> Unavailable:
    """Return the error for an answer that cannot be trusted."""
    return Unavailable(
        "calendar_unavailable",
        say("The practice's calendar gave an answer that cannot be trusted. Nothing was booked."),
        permanent=permanent,
    )


@dataclass(frozen=True)
class FhirClient:
    """One server.

    Args:
        http: Long-lived, guarded, logged in, without redirects.
        base: The server's FHIR base, without a trailing slash.
    """

    http: httpx.Client
    base: str

    def read(self, key: str) -> dict[str, Any] | None:
        """Return the resource ``Type/id``, None when it is not there or gone.

        Raises:
            Unavailable: No answer, or not that resource.
        """
        response = self._ask(f"{self.base}/{key}")
        if response.status_code in _GONE:
            return None
        resource = self._body(response)
        if f"{resource.get('resourceType')}/{resource.get('id')}" != key:
            raise not_understood()
        return resource

    def search(self, kind: str, params: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        """Return every match of a search, all pages.

        Raises:
            Unavailable: A page is missing, or the list may have been cut.
        """
        asked = [*params, ("_count", str(PAGE)), ("_total", "accurate")]
        page = self._page(str(httpx.URL(f"{self.base}/{kind}", params=asked)))
        found = page.matches
        # Without a total, a full first page that leads nowhere may be the start of a longer list.
        expected = page.total if page.total is not None else 0
        cut = page.total is None and not page.next_url and len(found) >= PAGE
        for _ in range(MAX_PAGES):
            if not page.next_url:
                break
            page = self._page(self._same_server(page.next_url))
            found += page.matches
        unique = {(one.get("resourceType"), one.get("id")): one for one in found}
        if cut or page.next_url or len(unique) < expected:
            raise not_understood()
        return list(unique.values())

    def write(self, bundle: Mapping[str, Any]) -> BundleRead:
        """Send a transaction and return its answer, one status per entry of the question.

        Raises:
            CalendarConflictError: 409 or 412, nothing was written.
            OutcomeUnknown: It may or may not have been carried out.
            Unavailable: It was not carried out.
        """
        try:
            response = self.http.post(self.base, json=bundle, headers=_HEADERS)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise unreachable() from None
        except httpx.HTTPError:
            raise OutcomeUnknown from None
        except Unavailable as error:
            if error.code in _NEVER_LEFT:
                raise unreachable(permanent=error.permanent) from None
            raise OutcomeUnknown from None
        _refuse_write(response)
        try:
            answer = parse(BundleRead, load(response.content))
            if len(answer.statuses) != len(bundle["entry"]):
                raise OutcomeUnknown
        except NotUnderstood:
            raise OutcomeUnknown from None
        return answer

    def _page(self, url: str) -> BundleRead:
        try:
            page = parse(BundleRead, self._body(self._ask(url)))
        except NotUnderstood:
            raise not_understood() from None
        if page.type != "searchset" or page.failed:
            raise not_understood()
        return page

    def _ask(self, url: str) -> httpx.Response:
        try:
            response = self.http.get(url, headers=_HEADERS)
        except httpx.HTTPError:
            raise unreachable() from None
        except Unavailable as error:
            raise unreachable(permanent=error.permanent) from None
        if response.status_code in _LOGIN:
            raise login_refused()
        return response

    def _body(self, response: httpx.Response) -> dict[str, Any]:
        if response.status_code in _GONE:
            raise unreachable(permanent=True)
        if response.status_code != HTTPStatus.OK:
            # A redirect or a refusal of the question will not pass by itself.
            raise not_understood(permanent=300 <= response.status_code < 500 and response.status_code != 429)
        try:
            return load(response.content)
        except NotUnderstood:
            raise not_understood() from None

    def _same_server(self, url: str) -> str:
        """Return a page's address in full; another server would get our login."""
        absolute = urljoin(f"{self.base}/", url)
        if urlsplit(absolute)[:2] != urlsplit(self.base)[:2]:
            raise not_understood(permanent=True)
        return absolute


def _refuse_write(response: httpx.Response) -> None:
    """Raise what a write's status means; some servers tell a lost race by 400 and an issue code only."""
    status = response.status_code
    if status == HTTPStatus.OK:
        return
    if status in _LOGIN:
        raise login_refused()
    if status >= 500 or status == HTTPStatus.REQUEST_TIMEOUT:
        raise OutcomeUnknown
    if status in _TAKEN or _RACE & _issues(response):
        raise CalendarConflictError
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise unreachable()
    raise not_understood(permanent=True)


def _issues(response: httpx.Response) -> frozenset[str]:
    try:
        return issues(load(response.content))
    except NotUnderstood:
        return frozenset()
