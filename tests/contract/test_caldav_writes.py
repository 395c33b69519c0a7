"""Writes over CalDAV against a real Radicale: races, lost replies, failures in between."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from telesec.foundation.errors import Unavailable
from telesec.foundation.ids import new_id
from telesec.integrations.caldav.wire import resource_name
from telesec.scheduling.ports import CalendarConflictError, OutcomeUnknown
from telesec.testing.caldav_bench import USER, USERS, RadicaleBench
from telesec.testing.contracts import HALF_HOUR, write_of
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
    gateway = bench.gateway(read_seconds=0.2)
    bench.proxy.slow(methods={"PUT", "REPORT"}, times=2)

    with pytest.raises(Unavailable):
        gateway.read(bench.start, bench.start + HALF_HOUR)
    with pytest.raises(OutcomeUnknown):
        gateway.put(write_of(bench.start))


def test_another_users_calendar_is_refused_for_good(bench):
    gateway = bench.gateway(user="dr-soleil", secret="midi")

    with pytest.raises(Unavailable) as caught:
        gateway.put(write_of(bench.start))

    assert caught.value.permanent


def test_create_on_a_server_that_overwrites_looks_first(bench):
    write = write_of(bench.start)
    options = {"server": "sogo"}
    bench.gateway(options=options).put(write)

    with pytest.raises(CalendarConflictError):
        bench.gateway(options=options).put(replace(write, claim_id=new_id()))

    assert [method for method, _path in bench.proxy.seen] == ["GET", "PUT", "GET", "GET"]


def test_remove_on_a_server_that_deletes_anyway_looks_first(bench):
    write = write_of(bench.start)
    entry = bench.gateway().put(write)
    bench.touch(entry)

    with pytest.raises(CalendarConflictError):
        bench.gateway(options={"server": "sogo"}).remove(entry)

    assert bench.count(write.uid) == 1
    assert "DELETE" not in [method for method, _path in bench.proxy.seen]
