import pytest

from telesec.foundation.addresses import AddressGuard
from telesec.foundation.errors import Unavailable
from telesec.integrations.caldav.client import Accounts, resource_url
from telesec.integrations.caldav.quirks import BY_SERVER, STANDARD, Support, quirks_of
from telesec.scheduling.ports import CalendarAddress

COLLECTION = "https://calendar.example/dav/lune/agenda"


def address(number):
    return CalendarAddress("caldav", f"https://calendar{number}.example/", "lune", "secret")


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("x.ics", f"{COLLECTION}/x.ics"),
        ("/dav/lune/agenda/x.ics", f"{COLLECTION}/x.ics"),
        (f"{COLLECTION}/x.ics", f"{COLLECTION}/x.ics"),
        ("", f"{COLLECTION}/"),
    ],
)
def test_resource_url_takes_every_form_of_href(href, url):
    assert resource_url(COLLECTION, href) == url


@pytest.mark.parametrize(
    "href",
    [
        "https://elsewhere.example/dav/lune/agenda/x.ics",
        "//elsewhere.example/x.ics",
        "http://calendar.example/dav/lune/agenda/x.ics",
        "https://calendar.example:8443/x.ics",
        "https://calendar.example@elsewhere.example/x.ics",
        "http://[::1/",
    ],
)
def test_resource_url_sends_our_login_nowhere_else(href):
    with pytest.raises(Unavailable):
        resource_url(COLLECTION, href)


def test_accounts_close_the_client_used_longest_ago():
    accounts = Accounts(AddressGuard(), 1.0)
    first = accounts.of(address(0))

    for number in range(1, 70):
        accounts.of(address(number))

    assert accounts.of(address(69)) is accounts.of(address(69))
    assert accounts.of(address(0)) is not first


def test_accounts_tell_secrets_apart():
    accounts = Accounts(AddressGuard(), 1.0)
    other = CalendarAddress("caldav", "https://calendar0.example/", "lune", "changed")

    assert accounts.of(address(0)) is not accounts.of(other)


def test_quirks_of_an_unknown_server_are_the_standards():
    assert quirks_of("") is STANDARD
    assert quirks_of("Radicale") is BY_SERVER["radicale"]


def test_quirks_know_who_overwrites():
    assert [name for name, quirks in BY_SERVER.items() if quirks.create_only is not Support.FULL] == ["sogo"]
