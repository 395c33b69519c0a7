"""The calendar contract on a real Radicale, and what is CalDAV's own."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

import pytest

from telesec.foundation.addresses import AddressGuard, networks
from telesec.foundation.errors import Unavailable
from telesec.foundation.ids import new_id
from telesec.integrations.caldav.plugin import CaldavConnector, telesec_calendar_connectors
from telesec.integrations.caldav.wire import resource_name
from telesec.scheduling.ports import CalendarAddress, CalendarConflictError, OutcomeUnknown
from telesec.testing import foreign_events
from telesec.testing.clock import MovableClock
from telesec.testing.contracts import HALF_HOUR, CalendarGatewayContract, write_of
from telesec.testing.fault_proxy import FaultProxy
from telesec.testing.radicale_server import RadicaleServer

USER = "dr-lune"
LOOPBACK = AddressGuard(networks(["127.0.0.0/8"]))
NUMBERS = itertools.count()


class RadicaleBench:
    start = datetime(2026, 11, 30, 8, tzinfo=UTC)

    def __init__(self, server, proxy):
        self.server = server
        self.proxy = proxy
        self.name = f"agenda-{next(NUMBERS)}"
        server.make_calendar(USER, self.name)
        self.address = CalendarAddress(
            kind="caldav",
            url=f"{proxy.url}/{USER}/{self.name}/",
            user=USER,
            secret=server.users[USER],
            options={"time_zone": "Europe/Paris", "server": "radicale"},
        )

    def gateway(self, options=MappingProxyType({}), **changes):
        return CaldavConnector(LOOPBACK, MovableClock(), **options).connect(replace(self.address, **changes))

    def write_foreign(self, start, end):
        uid = f"{new_id()}@lilas"
        text = foreign_events.resource(
            uid, f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}", "SUMMARY:Pris"
        )
        self.server.write(USER, self.name, f"{uid}.ics", text)

    def touch(self, entry):
        name = resource_name(entry.uid)
        text = self.server.read(USER, self.name, name)
        self.server.write(USER, self.name, name, text.replace("DESCRIPTION:", "DESCRIPTION:Vu. "))

    def count(self, uid):
        return sum(f"UID:{uid}" in text for text in self.server.texts(USER, self.name))

    def lose_reply(self):
        self.proxy.lose_reply()

    def unreachable(self):
        self.proxy.refuse()
        return self.gateway()

    def login_refused(self):
        return self.gateway(secret="wrong")

    def unreadable(self):
        self.proxy.answer(500, times=100)
        return self.gateway()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with RadicaleServer(
        tmp_path_factory.mktemp("radicale"), {USER: "clair de lune", "autre": "x"}
    ) as running:
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


def test_sixteen_writers_of_one_entry_leave_one_event(bench):
    write = write_of(bench.start)
    gateways = [bench.gateway() for _ in range(16)]

    with ThreadPoolExecutor(16) as pool:
        entries = list(pool.map(lambda gateway: gateway.put(write), gateways))

    assert len({entry.etag for entry in entries}) == 1
    assert bench.count(write.uid) == 1


def test_sixteen_movers_with_one_etag_have_one_winner(bench):
    write = write_of(bench.start)
    entry = bench.gateway().put(write)
    moves = [
        write_of(
            bench.start + (n + 1) * HALF_HOUR,
            claim_id=write.claim_id,
            uid=write.uid,
            href=entry.href,
            etag=entry.etag,
        )
        for n in range(16)
    ]

    def attempt(move):
        try:
            return bench.gateway().put(move).start
        except CalendarConflictError:
            return None

    with ThreadPoolExecutor(16) as pool:
        won = [start for start in pool.map(attempt, moves) if start is not None]

    assert len(won) == 1
    assert bench.gateway().find(write.uid).start == won[0]


def test_entry_taken_by_another_claim_is_a_conflict(bench):
    write = write_of(bench.start)
    bench.gateway().put(write)

    with pytest.raises(CalendarConflictError):
        bench.gateway().put(replace(write, claim_id=new_id()))


def test_same_uid_under_another_address_is_found_as_ours(bench):
    write = write_of(bench.start)
    bench.gateway().put(write)
    name = resource_name(write.uid)
    text = bench.server.read(USER, bench.name, name)
    bench.server.delete(USER, bench.name, name)
    bench.server.write(USER, bench.name, "elsewhere.ics", text)

    again = bench.gateway().put(write)

    assert again.href.endswith("/elsewhere.ics")
    assert bench.count(write.uid) == 1


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


def test_put_refused_for_good_is_permanent_and_sent_once(bench):
    bench.proxy.answer(401, times=10)

    with pytest.raises(Unavailable) as caught:
        bench.gateway().put(write_of(bench.start))

    assert caught.value.permanent
    assert [method for method, _path in bench.proxy.seen] == ["PUT"]


@pytest.mark.parametrize("status", [423, 500, 503])
def test_put_is_repeated_after_a_failure_that_left_nothing(bench, status):
    bench.proxy.answer(status, times=2, methods={"PUT"})
    write = write_of(bench.start)

    bench.gateway().put(write)

    assert bench.count(write.uid) == 1


@pytest.mark.parametrize("status", [412, 423, 500])
def test_put_that_took_effect_despite_a_failure_is_recognised(bench, status):
    bench.proxy.fail_after(status, methods={"PUT"})
    write = write_of(bench.start)

    entry = bench.gateway().put(write)

    assert entry.claim_id == write.claim_id
    assert [method for method, _path in bench.proxy.seen] == ["PUT", "GET"]


def test_put_that_fails_all_the_time_is_unavailable(bench):
    bench.proxy.answer(500, times=100, methods={"PUT"})
    write = write_of(bench.start)

    with pytest.raises(Unavailable):
        bench.gateway().put(write)

    assert bench.count(write.uid) == 0


def test_put_that_cannot_be_read_back_is_unknown(bench):
    bench.proxy.answer(500, methods={"GET"})
    write = write_of(bench.start)

    with pytest.raises(OutcomeUnknown):
        bench.gateway().put(write)

    assert bench.gateway().find(write.uid).claim_id == write.claim_id


def test_put_after_a_lost_reply_returns_what_is_there(bench):
    write = write_of(bench.start)
    bench.lose_reply()
    with pytest.raises(OutcomeUnknown):
        bench.gateway().put(write)

    entry = bench.gateway().put(write)

    assert (entry.claim_id, entry.start) == (write.claim_id, write.start)
    assert bench.count(write.uid) == 1


def test_move_after_a_lost_reply_returns_what_is_there(bench):
    write = write_of(bench.start)
    entry = bench.gateway().put(write)
    move = replace(
        write,
        start=write.start + HALF_HOUR,
        end=write.end + HALF_HOUR,
        href=entry.href,
        etag=entry.etag,
    )
    bench.lose_reply()
    with pytest.raises(OutcomeUnknown):
        bench.gateway().put(move)

    assert bench.gateway().put(move).start == move.start


def test_remove_after_a_lost_reply_is_success(bench):
    entry = bench.gateway().put(write_of(bench.start))
    bench.lose_reply()
    with pytest.raises(OutcomeUnknown):
        bench.gateway().remove(entry)

    bench.gateway().remove(entry)

    assert bench.count(entry.uid) == 0


def test_entry_without_etag_is_looked_at_before_it_is_changed(bench):
    write = write_of(bench.start)
    entry = bench.gateway().put(write)
    later = replace(write, start=write.start + HALF_HOUR, end=write.end + HALF_HOUR, href=entry.href)

    moved = bench.gateway().put(later)
    bench.gateway().remove(replace(moved, etag=""))

    assert bench.count(write.uid) == 0


def test_slow_write_is_unknown_and_slow_read_unavailable(bench):
    gateway = bench.gateway({"read_seconds": 0.2})
    bench.proxy.slow(methods={"PUT", "REPORT"}, times=2)

    with pytest.raises(Unavailable):
        gateway.read(bench.start, bench.start + HALF_HOUR)
    with pytest.raises(OutcomeUnknown):
        gateway.put(write_of(bench.start))


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


def test_another_users_calendar_is_refused_for_good(bench):
    gateway = bench.gateway(user="autre", secret="x")

    with pytest.raises(Unavailable) as caught:
        gateway.put(write_of(bench.start))

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
