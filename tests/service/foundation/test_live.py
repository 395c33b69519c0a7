"""Live events on real PostgreSQL: after the commit, to screens of the practice, over lost connections."""

import queue
from contextlib import ExitStack, closing

import pytest

from telesec.foundation.live import LONGEST_QUEUE, LiveHub, LiveSender
from telesec.foundation.unit_of_work import LiveEvent
from telesec.testing.installation import wait_for

SECONDS = 10


@pytest.fixture
def hub(deps):
    """A hub that listens already: the first event told is one it has heard."""
    hub = LiveHub(deps.database.direct)
    sender = LiveSender(deps.database.direct)
    with hub.subscribe(frozenset()) as inbox:
        assert wait_for(lambda: _hears(sender, inbox), SECONDS)
    yield hub
    hub.close()
    sender.close()


def _hears(sender, inbox):
    sender.send([LiveEvent("policy", None)])
    try:
        return inbox.get(timeout=0.2)
    except queue.Empty:
        return None


def next_of(inbox, topic):
    """Return the next event of a topic; the fixture's own may come late."""
    while (event := inbox.get(timeout=SECONDS)).topic != topic:
        pass
    return event


def test_an_event_arrives_after_the_commit(deps, cast, hub):
    with hub.subscribe(frozenset({cast.lilas})) as inbox, deps.unit_of_work(cast.ada) as uow:
        uow.publish("queue", cast.lilas, cast.dr_lune_id)
        uow.commit()

        assert next_of(inbox, "queue") == LiveEvent("queue", cast.lilas, cast.dr_lune_id)


def test_nothing_is_told_before_the_commit_or_after_a_rollback(deps, cast, hub):
    with hub.subscribe(frozenset({cast.lilas})) as inbox:
        with deps.unit_of_work(cast.ada) as uow:
            uow.publish("queue", cast.lilas)
        with deps.unit_of_work(cast.ada) as uow:
            uow.publish("call", cast.lilas)
            uow.commit()

        told = [inbox.get(timeout=SECONDS)]
        while told[-1].topic != "call":
            told.append(inbox.get(timeout=SECONDS))

    assert "queue" not in [event.topic for event in told]


def test_an_event_is_told_once_per_commit(deps, cast, hub):
    with hub.subscribe(frozenset({cast.lilas})) as inbox, deps.unit_of_work(cast.ada) as uow:
        for _ in range(3):
            uow.publish("queue", cast.lilas)
        uow.publish("call", cast.lilas)
        uow.commit()

        assert [next_of(inbox, "queue").topic, inbox.get(timeout=SECONDS).topic] == ["queue", "call"]


def test_only_screens_of_the_practice_are_told(deps, cast, hub):
    with ExitStack() as stack:
        lilas = stack.enter_context(hub.subscribe(frozenset({cast.lilas})))
        glycines = stack.enter_context(hub.subscribe(frozenset({cast.glycines})))
        with deps.unit_of_work(cast.ada) as uow:
            uow.publish("message", cast.lilas)
            uow.publish("alert", cast.glycines)
            uow.commit()

        assert next_of(lilas, "message").practice_id == cast.lilas
        assert next_of(glycines, "alert").practice_id == cast.glycines
        assert lilas.empty()


def test_everybody_is_told_what_concerns_the_installation(deps, cast, hub):
    with hub.subscribe(frozenset({cast.glycines})) as inbox, deps.unit_of_work(cast.ada) as uow:
        uow.publish("slots", None)
        uow.commit()

        assert next_of(inbox, "slots").practice_id is None


def test_hub_and_sender_come_back_after_their_connections_are_killed(deps, cast, hub):
    sender = LiveSender(deps.database.direct)
    sender.send([LiveEvent("policy", None)])

    with closing(deps.database.direct()) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where usename = current_user and pid <> pg_backend_pid()"
        )

    with hub.subscribe(frozenset({cast.lilas})) as inbox:
        assert wait_for(lambda: _hears(sender, inbox), SECONDS)
    sender.close()


def test_a_screen_that_does_not_read_loses_events_and_holds_nobody_up(deps, cast, hub):
    sender = LiveSender(deps.database.direct)
    with ExitStack() as stack:
        stuck = stack.enter_context(hub.subscribe(frozenset({cast.lilas})))
        reading = stack.enter_context(hub.subscribe(frozenset({cast.glycines})))
        sender.send([LiveEvent("queue", cast.lilas, cast.dr_lune_id)])
        for number in range(3):
            sender.send([LiveEvent(f"queue-{number}-{n}", cast.lilas) for n in range(LONGEST_QUEUE)])
        sender.send([LiveEvent("call", cast.glycines)])

        assert next_of(reading, "call").practice_id == cast.glycines
        assert stuck.qsize() == LONGEST_QUEUE
    sender.close()


def test_a_screen_that_left_is_told_nothing_more(deps, cast, hub):
    with hub.subscribe(frozenset({cast.lilas})) as left:
        pass
    sender = LiveSender(deps.database.direct)

    with hub.subscribe(frozenset({cast.lilas})) as here:
        sender.send([LiveEvent("call", cast.lilas)])
        next_of(here, "call")

    assert left.empty()
    sender.close()


def test_a_closed_sender_opens_no_connection_again():
    def connect():
        raise AssertionError

    sender = LiveSender(connect)
    sender.close()

    sender.send([LiveEvent("call", None)])
