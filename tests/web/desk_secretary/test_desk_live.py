"""The live stream: topics and ids only, a beat, a limited number of places."""

import pytest

from telesec.app import create_app
from telesec.testing.logins import browser_as

LISTENS_WITHIN = 15
"""Rings until one is heard: the listener starts with the first stream, and an event before that is lost."""


@pytest.fixture
def stream(ada):
    answer = ada.get("/desk/live")
    yield answer
    answer.close()


def test_the_stream_begins_with_a_beat(stream):
    assert stream.content_type == "text/event-stream"
    assert "event: beat" in next(stream.iter_encoded()).decode()


def test_a_change_names_topic_and_ids_and_no_content(stream, ring):
    told = stream.iter_encoded()
    next(told)
    said = ""

    for number in range(LISTENS_WITHIN):
        ring(name=f"CA{number}")
        said += next(told).decode()
        if "event: change" in said:
            break

    assert '"topic": "queue"' in said
    assert "0639980010" not in said


def test_beyond_the_last_place_the_page_is_told_to_poll(house, cast):
    parts = house.deps.with_parts(settings=house.deps.settings.model_copy(update={"streams": 1}))
    browser = browser_as(parts, create_app(parts), cast.ada)
    first = browser.get("/desk/live")

    answer = browser.get("/desk/live")

    assert answer.status_code == 503
    first.close()
    assert browser.get("/desk/live").status_code == 200


def test_the_stream_is_closed_to_strangers(app):
    assert app.test_client().get("/desk/live").status_code == 302
