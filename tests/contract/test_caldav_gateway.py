"""The calendar contract on a real Radicale, and how CalDAV's readings fail closed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from telesec.foundation.addresses import AddressGuard, networks
from telesec.foundation.errors import Unavailable
from telesec.integrations.caldav.plugin import CaldavConnector, telesec_calendar_connectors
from telesec.testing import foreign_events
from telesec.testing.caldav_bench import USER, USERS, RadicaleBench
from telesec.testing.clock import MovableClock
from telesec.testing.contracts import HALF_HOUR, CalendarGatewayContract
from telesec.testing.fault_proxy import FaultProxy
from telesec.testing.radicale_server import RadicaleServer


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with RadicaleServer(tmp_path_factory.mktemp("radicale"), USERS) as running:
        yield running


@pytest.fixture
def bench(server):
    with FaultProxy(server.url) as proxy:
        yield RadicaleBench(server, proxy)


class TestRadicale(CalendarGatewayContract):
    pass


def spans(reading):
    return [(b.start.strftime("%m-%d %H:%M"), b.end.strftime("%m-%d %H:%M"), b.uid) for b in reading.busy]


def test_read_expands_what_other_clients_wrote(bench):
    monday = date(2026, 10, 19)
    for name, text in {
        "r.ics": foreign_events.weekly_meeting(monday),
        "v.ics": foreign_events.home_visits(monday),
        "c.ics": foreign_events.leave(date(2026, 10, 29), 2),
        "n.ics": foreign_events.reminder(date(2026, 10, 21)),
        "g.ics": foreign_events.night_on_call(date(2026, 10, 24)),
    }.items():
        bench.server.write(USER, bench.name, name, text)

    reading = bench.gateway().read(datetime(2026, 10, 19, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC))

    by_uid = {
        uid: [(start, end) for start, end, u in spans(reading) if u == uid] for _s, _e, uid in spans(reading)
    }
    assert by_uid["reunion@lilas"] == [("10-19 10:30", "10-19 11:30"), ("10-26 11:30", "10-26 12:30")]
    assert by_uid["conges@lilas"] == [("10-28 23:00", "10-30 23:00")]
    assert by_uid["visites@lilas"][:3] == [
        ("10-19 12:00", "10-19 13:30"),
        ("10-20 14:00", "10-20 15:30"),
        ("10-21 12:00", "10-21 13:30"),
    ]
    assert by_uid["visites@lilas"][5] == ("10-26 13:00", "10-26 14:30")
    assert by_uid["garde@lilas"] == [
        ("10-22 18:00", "10-23 06:00"),
        ("10-23 18:00", "10-24 06:00"),
        ("10-24 18:00", "10-25 07:00"),
        ("10-25 19:00", "10-26 07:00"),
        ("10-26 19:00", "10-27 07:00"),
    ]
    assert "vaccins@lilas" not in by_uid


def test_broken_event_of_another_client_is_unreadable_never_free(bench):
    gateway = bench.gateway()
    bench.write_foreign(bench.start, bench.start + HALF_HOUR)
    bench.proxy.garble(lambda body: body.replace(b"DTSTART:", b"DTSTART;TZID=Nowhere:"), methods={"REPORT"})

    with pytest.raises(Unavailable) as caught:
        gateway.read(bench.start, bench.start + 8 * HALF_HOUR)

    assert (caught.value.code, caught.value.permanent) == ("calendar_unavailable", False)


def test_broken_resource_on_the_servers_disk_is_unreadable(bench):
    bench.write_foreign(bench.start, bench.start + HALF_HOUR)
    bench.server.store_raw(USER, bench.name, "broken.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:rubb")

    with pytest.raises(Unavailable):
        bench.gateway().read(bench.start, bench.start + 8 * HALF_HOUR)


@pytest.mark.parametrize("fault", ["truncate", "garble", "drop", "answer_html", "answer_207", "redirect"])
def test_damaged_answer_is_unavailable_never_free(bench, fault):
    everything = {"REPORT", "GET", "PUT"}
    match fault:
        case "truncate":
            bench.proxy.truncate(methods=everything)
        case "garble":
            bench.proxy.garble(methods=everything)
        case "drop":
            bench.proxy.drop(methods=everything)
        case "answer_html":
            bench.proxy.answer(200, b"<html>Connexion</html>")
        case "answer_207":
            bench.proxy.answer(207, b"")
        case "redirect":
            bench.proxy.answer(302)

    with pytest.raises(Unavailable) as caught:
        bench.gateway().read(bench.start, bench.start + HALF_HOUR)

    assert caught.value.code == "calendar_unavailable"


@pytest.mark.parametrize(
    ("status", "permanent"), [(401, True), (403, True), (404, True), (500, False), (503, False), (429, False)]
)
def test_refusal_says_whether_a_retry_can_help(bench, status, permanent):
    bench.proxy.answer(status, times=10)

    with pytest.raises(Unavailable) as caught:
        bench.gateway().read(bench.start, bench.start + HALF_HOUR)

    assert caught.value.permanent is permanent


def test_address_outside_the_allowed_networks_is_refused_for_good(bench):
    gateway = CaldavConnector(AddressGuard(), MovableClock()).connect(bench.address)

    with pytest.raises(Unavailable) as caught:
        gateway.read(bench.start, bench.start + HALF_HOUR)

    assert (caught.value.code, caught.value.permanent) == ("calendar_unavailable", True)
    assert bench.proxy.seen == []


@pytest.mark.parametrize("url", ["", "ftp://x/", "calendar", "https:///x", "http://[::1/"])
def test_address_that_is_none_is_refused_for_good(bench, url):
    with pytest.raises(Unavailable) as caught:
        bench.gateway(url=url).read(bench.start, bench.start + HALF_HOUR)

    assert caught.value.permanent


def test_clients_are_kept_per_account_and_thread(bench):
    gateway = bench.gateway()
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(lambda: gateway._accounts.of(bench.address)).result()

    assert gateway._accounts.of(bench.address) is gateway._accounts.of(bench.address)
    assert gateway._accounts.of(bench.address) is not other


def test_hook_brings_the_connector():
    class Opened:
        allowed_networks = networks(["127.0.0.0/8"])

    (connector,) = telesec_calendar_connectors(Opened())

    assert connector.kind == "caldav"


def test_server_keeps_calendars_over_a_restart_on_its_port(tmp_path):
    server = RadicaleServer(tmp_path / "radicale", {USER: "clair de lune"}).start()
    server.make_calendar(USER, "agenda")
    server.write(USER, "agenda", "c.ics", foreign_events.leave(date(2026, 12, 24), 2))
    first = server.url
    server.stop()

    with RadicaleServer(tmp_path / "radicale", {USER: "clair de lune"}, port=server.port) as again:
        again.make_calendar(USER, "agenda")
        seen = again.read(USER, "agenda", "c.ics")

    assert again.url == first
    assert "UID:conges@lilas" in seen


def test_reading_covers_what_was_asked(bench):
    reading = bench.gateway().read(bench.start, bench.start + timedelta(days=60))

    assert (reading.start, reading.end) == (bench.start, bench.start + timedelta(days=60))
    assert reading.read_at == MovableClock().now()
