"""Questions fail closed; writes end in success, conflict, refusal or "unknown"."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from telesec.foundation.addresses import refused
from telesec.foundation.errors import Unavailable
from telesec.foundation.language import say
from telesec.integrations.fhir.client import PAGE, FhirClient
from telesec.scheduling.ports import CalendarConflictError, OutcomeUnknown

BASE = "https://practice.example/fhir"
BUNDLE = {"resourceType": "Bundle", "type": "transaction", "entry": [{}]}


def client_of(answer: Callable[[httpx.Request], httpx.Response]) -> FhirClient:
    return FhirClient(httpx.Client(transport=httpx.MockTransport(answer)), BASE)


def page(count: int, *, first: int = 0, following: str = "", **members: Any) -> httpx.Response:
    entry = [{"resource": {"resourceType": "Slot", "id": str(first + n)}} for n in range(count)]
    link = [{"relation": "next", "url": following}] if following else []
    return httpx.Response(
        200, json={"resourceType": "Bundle", "type": "searchset", "entry": entry, "link": link} | members
    )


def outcome(status: int, code: str) -> httpx.Response:
    return httpx.Response(
        status,
        json={"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code}]},
    )


def test_search_asks_for_a_total_and_a_page() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return page(1, total=1)

    client_of(answer).search(
        "Slot", [("start", "ge2026-11-30T08:00:00Z"), ("start", "lt2026-12-01T08:00:00Z")]
    )

    assert asked[0].params.get_list("start") == ["ge2026-11-30T08:00:00Z", "lt2026-12-01T08:00:00Z"]
    assert (asked[0].params["_total"], asked[0].params["_count"]) == ("accurate", str(PAGE))


def test_search_follows_relative_pages_and_counts_each_resource_once() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "page" in request.url.params:
            return page(2, first=1, total=3)
        return page(2, following="Slot?page=2", total=3)

    found = client_of(answer).search("Slot", [])

    assert [resource["id"] for resource in found] == ["0", "1", "2"]


@pytest.mark.parametrize(
    "response",
    [
        page(2, total=3),
        page(PAGE),
        page(1, following="https://elsewhere.example/fhir/Slot?page=2"),
        page(1, following=f"{BASE}/Slot?page=2"),
        page(1, type="history"),
        page(
            1,
            entry=[
                {
                    "search": {"mode": "outcome"},
                    "resource": {"resourceType": "OperationOutcome", "issue": [{"severity": "fatal"}]},
                }
            ],
        ),
        outcome(200, "exception"),
        outcome(400, "invalid"),
        outcome(404, "not-found"),
        httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
        httpx.Response(429),
        httpx.Response(500),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
    ],
    ids=[
        "total-not-reached",
        "full-page-leads-nowhere",
        "other-server",
        "pages-without-end",
        "history",
        "failed-search",
        "outcome",
        "refused-question",
        "no-such-path",
        "redirect",
        "too-many",
        "broken",
        "html",
        "list",
    ],
)
def test_search_refuses_what_may_not_be_the_whole_answer(response: httpx.Response) -> None:
    with pytest.raises(Unavailable) as caught:
        client_of(lambda _: response).search("Slot", [])

    assert caught.value.code == "calendar_unavailable"


@pytest.mark.parametrize("status", [401, 403])
def test_refused_login_is_permanent(status: int) -> None:
    client = client_of(lambda _: httpx.Response(status))

    for act in (lambda: client.read("Slot/1"), lambda: client.write(BUNDLE)):
        with pytest.raises(Unavailable) as caught:
            act()
        assert caught.value.permanent


def test_read_returns_none_for_what_is_gone() -> None:
    assert client_of(lambda _: httpx.Response(410)).read("Slot/1") is None


def test_read_refuses_another_resource() -> None:
    with pytest.raises(Unavailable):
        client_of(lambda _: httpx.Response(200, json={"resourceType": "Slot", "id": "2"})).read("Slot/1")


@pytest.mark.parametrize(
    "response", [outcome(409, "conflict"), outcome(412, "conflict"), outcome(400, "lock-error")]
)
def test_lost_race_is_a_conflict(response: httpx.Response) -> None:
    with pytest.raises(CalendarConflictError):
        client_of(lambda _: response).write(BUNDLE)


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(500),
        httpx.Response(504),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"resourceType": "Bundle", "type": "transaction-response"}),
        httpx.Response(
            200,
            json={
                "resourceType": "Bundle",
                "type": "transaction-response",
                "entry": [{"response": {"status": "done"}}],
            },
        ),
    ],
    ids=["500", "504", "html", "no-entries", "no-status"],
)
def test_write_without_a_usable_answer_is_unknown(response: httpx.Response) -> None:
    with pytest.raises(OutcomeUnknown):
        client_of(lambda _: response).write(BUNDLE)


@pytest.mark.parametrize("error", [httpx.ReadTimeout("late"), httpx.RemoteProtocolError("cut")])
def test_write_cut_off_is_unknown(error: Exception) -> None:
    with pytest.raises(OutcomeUnknown):
        client_of(_raising(error)).write(BUNDLE)


def test_write_whose_answer_is_too_long_is_unknown() -> None:
    with pytest.raises(OutcomeUnknown):
        client_of(_raising(Unavailable("response_refused", say("Too long.")))).write(BUNDLE)


@pytest.mark.parametrize("error", [httpx.ConnectError("down"), httpx.ConnectTimeout("late"), refused()])
def test_write_that_never_left_is_unavailable(error: Exception) -> None:
    with pytest.raises(Unavailable) as caught:
        client_of(_raising(error)).write(BUNDLE)

    assert caught.value.code == "calendar_unavailable"


@pytest.mark.parametrize("response", [outcome(400, "invalid"), outcome(422, "processing")])
def test_refused_content_is_permanent(response: httpx.Response) -> None:
    with pytest.raises(Unavailable) as caught:
        client_of(lambda _: response).write(BUNDLE)

    assert caught.value.permanent


def _raising(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    return answer
