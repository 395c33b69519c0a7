"""What is refused before a view runs: foreign forms, foreign hosts, large bodies, other places to go."""

from urllib.parse import urlsplit

import pytest

from telesec.testing.logins import browser_as
from telesec.web.headers import LARGEST_BODY

OPEN_FORMS = {"accounts.log_in", "accounts.enrol"}


def refused(browser, pages, *, headers, token):
    """Return the pages that did not refuse a request with these headers and this form token."""
    accepted = []
    for endpoint, method, path in pages:
        data = {"csrf_token": token} if token else {}
        answer = browser.client.open(path, method=method, data=data, headers=headers)
        if answer.status_code != 403:
            accepted.append((endpoint, answer.status_code))
    return accepted


def with_session(pages):
    return [page for page in pages if page[0] not in OPEN_FORMS]


def test_there_are_pages_to_protect(unsafe_pages):
    assert len(unsafe_pages) > 20


def test_a_form_without_token_is_refused_everywhere(ada, unsafe_pages):
    ours = {"Sec-Fetch-Site": "same-origin"}

    assert refused(ada, with_session(unsafe_pages), headers=ours, token="") == []


def test_the_token_of_another_session_is_refused_everywhere(deps, app, cast, ada, unsafe_pages):
    other = browser_as(deps, app, cast.supervisor).form_token
    ours = {"Sec-Fetch-Site": "same-origin"}

    assert refused(ada, with_session(unsafe_pages), headers=ours, token=other) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8000"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:8000.elsewhere.example"},
        {},
    ],
    ids=str,
)
def test_a_form_of_another_place_is_refused_everywhere_even_with_the_token(ada, unsafe_pages, headers):
    assert refused(ada, unsafe_pages, headers=headers, token=ada.form_token) == []


def test_a_form_of_ours_is_not_refused(ada):
    answer = ada.client.post(
        "/lock", data={"csrf_token": ada.form_token}, headers={"Origin": "http://localhost:8000"},
        base_url="http://localhost:8000",
    )  # fmt: skip

    assert answer.status_code in {200, 302, 303}


@pytest.mark.parametrize("host", ["elsewhere.example", "localhost.elsewhere.example", "10.0.0.1", "bureau"])
def test_an_unknown_host_is_refused_and_not_repeated(client, host):
    answer = client.get("/login", headers={"Host": host})

    assert answer.status_code == 422
    assert host not in answer.text


def test_forwarded_headers_are_not_believed(client):
    headers = {
        "X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "https", "X-Original-URL": "/metrics",
        "Forwarded": "host=elsewhere.example", "X-HTTP-Method-Override": "DELETE",
    }  # fmt: skip

    answer = client.get("/desk", headers=headers)

    assert answer.status_code == 302
    assert answer.location == "/login?next=/desk"


@pytest.mark.parametrize("path", ["/login", "/api/v1/calls", "/hooks/twilio/sms"])
def test_a_large_body_is_refused_unread(client, path):
    class Unread:
        def read(self, *_args):
            raise AssertionError

    answer = client.post(
        path,
        headers={"Sec-Fetch-Site": "same-origin"},
        environ_overrides={"wsgi.input": Unread(), "CONTENT_LENGTH": str(LARGEST_BODY + 1)},
    )

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "target",
    ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "javascript:x", "/\n/x"],
)
def test_the_page_to_log_in_keeps_no_address_of_another_site_to_go_to(client, target):
    answer = client.post(
        "/login", data={"next": target, "email": "x@lilas.example"}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert answer.status_code == 401
    assert answer.location is None


@pytest.mark.parametrize("path", ["//elsewhere.example/desk", "/\\elsewhere.example", "///elsewhere.example"])
def test_no_path_redirects_to_another_site(client, path):
    answer = client.get("/", environ_overrides={"PATH_INFO": path})

    went = urlsplit(answer.location or "/")
    assert answer.status_code in {302, 308, 404}
    assert went.netloc in {"", "localhost"}
    assert not went.path.startswith("//")


def test_head_answers_without_a_body(client):
    answer = client.head("/login")

    assert (answer.status_code, answer.data) == (200, b"")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_another_method_of_the_api_names_those_it_has(client, method):
    answer = client.open("/api/v1/calls", method=method)

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
