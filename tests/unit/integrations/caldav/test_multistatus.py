from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telesec.integrations.caldav.broken import BrokenCalendar
from telesec.integrations.caldav.multistatus import Resource, query_between, query_uid, resources_of

OK = "<D:status>HTTP/1.1 200 OK</D:status>"


def multistatus(*responses):
    inner = "".join(f"<D:response>{response}</D:response>" for response in responses)
    space = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
    return f"<D:multistatus {space}>{inner}</D:multistatus>".encode()


def response(text="BEGIN", etag='"1"', status=OK):
    data = f"<C:calendar-data>{text}</C:calendar-data>"
    prop = f"<D:prop><D:getetag>{etag}</D:getetag>{data}</D:prop>"
    return f"<D:href>/a/x.ics</D:href><D:propstat>{prop}{status}</D:propstat>"


def test_resources_of_reads_href_etag_and_text():
    assert resources_of(multistatus(response())) == [Resource("/a/x.ics", '"1"', "BEGIN")]


def test_resources_of_accepts_a_missing_etag_and_an_empty_calendar():
    assert resources_of(multistatus(response(etag="")))[0].etag == ""
    assert resources_of(multistatus()) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html/>",
        multistatus(response())[:-20],
        multistatus(response(), "<D:href>/a/</D:href><D:status>HTTP/1.1 507 Insufficient Storage</D:status>"),
        multistatus(response(status="<D:status>HTTP/1.1 500 Internal Server Error</D:status>")),
        multistatus(response(status="")),
        multistatus("<D:href>/a/x.ics</D:href><D:propstat><D:prop/>" + OK + "</D:propstat>"),
        multistatus(response().replace("/a/x.ics", "")),
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + multistatus(response("&a;")),
    ],
)
def test_answer_that_may_hide_an_event_is_broken(body):
    with pytest.raises(BrokenCalendar):
        resources_of(body)


@given(st.binary())
def test_any_bytes_are_read_or_broken(body):
    with pytest.raises(BrokenCalendar):
        resources_of(body)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")))
def test_query_uid_is_sound_xml_whatever_the_uid(uid):
    root = ET.fromstring(query_uid(uid))  # noqa: S314 - our own text

    assert root.findtext(".//{urn:ietf:params:xml:ns:caldav}text-match") == uid


def test_query_between_asks_in_utc():
    start = datetime(2026, 11, 26, 9, tzinfo=UTC)

    assert 'start="20261126T090000Z" end="20261126T090000Z"' in query_between(start, start)
