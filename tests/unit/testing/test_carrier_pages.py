"""The carrier's pages and control door: phones ring, answer and reply without a script."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from telesec.testing import carrier
from telesec.testing.carrier.app import create_app
from telesec.testing.carrier.network import Network
from telesec.testing.carrier.words import ENGLISH, FRENCH

LINE = "+33199000001"
LUNE = "+33639980001"
SID = "AC" + "5e" * 16


@pytest.fixture
def network() -> Network:
    return Network(SID, "token", [LINE])


@pytest.fixture
def web(network) -> FlaskClient:
    return create_app(network).test_client()


def ring_phone(network: Network, web: FlaskClient) -> None:
    """Let the account call a phone that will be told a sentence and asked for keys."""
    twiml = "<Response><Gather numDigits='2'><Say>Tapez 47</Say></Gather><Say>Au revoir</Say></Response>"
    answer = web.post(
        f"/2010-04-01/Accounts/{SID}/Calls.json",
        data={"To": LUNE, "From": LINE, "Twiml": twiml},
        auth=(SID, "token"),
    )
    assert answer.status_code == 201
    assert network.wait_until(lambda: network.live_call(LUNE) is not None, 5)


def text_phone(network: Network, web: FlaskClient, body: str) -> None:
    web.post(
        f"/2010-04-01/Accounts/{SID}/Messages.json",
        data={"To": LUNE, "From": LINE, "Body": body},
        auth=(SID, "token"),
    )
    assert network.wait_until(lambda: any(t.arrived_at for t in network.texts.values()), 5)


class Inventory(HTMLParser):
    """Collects what a strict page must not have, and what an accessible one must."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.inputs: list[str] = []
        self.external: list[str] = []
        self.styled = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append(tag)
        self.ids += [values["id"]] if "id" in values else []
        self.styled = self.styled or "style" in values or any(name.startswith("on") for name in values)
        if tag == "label":
            self.labels.add(values["for"])
        if tag in {"input", "select", "textarea"}:
            self.inputs.append(values["id"])
        for name in ("src", "href", "action"):
            target = values.get(name) or ""
            self.external += [target] if target.startswith(("http", "//", "data:")) else []


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("path", ["/", "/ring", f"/phones/{LUNE}", f"/phones/{LUNE}/reply"])
def test_pages_are_plain_labelled_and_self_contained(web, network, path, language):
    ring_phone(network, web)

    answer = web.get(f"{path}?lang={language}")
    found = Inventory(answer.text)

    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert found.tags.count("h1") == 1
    assert "script" not in found.tags
    assert not found.styled
    assert found.external == []
    assert set(found.inputs) <= found.labels
    assert len(found.ids) == len(set(found.ids))
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_phone_rings_answers_and_takes_keys(web, network):
    ring_phone(network, web)

    rings = web.get(f"/phones/{LUNE}?lang=fr").text
    web.post(f"/phones/{LUNE}/answer")
    assert network.wait_until(lambda: network.live_call(LUNE).gathering, 5)
    speaks = web.get(f"/phones/{LUNE}").text
    web.post(f"/phones/{LUNE}/press", data={"keys": "4"})
    web.post(f"/phones/{LUNE}/press", data={"keys": "7"})
    assert network.wait_until(lambda: network.live_call(LUNE) is None, 5)

    assert "Ça sonne" in rings
    assert "Tapez 47" in speaks
    (call,) = network.calls.values()
    assert call.pressed == ["47"]


@pytest.mark.parametrize(
    ("act", "status"), [("decline", "busy"), ("ring-out", "no-answer"), ("voicemail", "completed")]
)
def test_phone_can_be_left_alone(web, network, act, status):
    ring_phone(network, web)
    (call,) = network.calls.values()

    answer = web.post(f"/phones/{LUNE}/{act}")

    assert answer.status_code == 303
    assert network.wait_until(lambda: call.status == status, 5)


def test_call_can_be_hung_up(web, network):
    ring_phone(network, web)
    web.post(f"/phones/{LUNE}/answer")
    assert network.wait_until(lambda: network.live_call(LUNE).gathering, 5)

    web.post(f"/phones/{LUNE}/hang-up")

    assert network.wait_until(lambda: network.live_call(LUNE) is None, 5)


@pytest.mark.parametrize("act", ["answer", "press", "hang-up", "press-nothing", "say", "dance"])
def test_act_without_its_moment_is_refused_in_words(web, act):
    answer = web.post(f"/phones/{LUNE}/{act}", data={"keys": "1"})

    assert answer.status_code == 409
    assert 'role="alert"' in answer.text


def test_sms_is_shown_escaped(web, network):
    text_phone(network, web, "<b>1 47</b>")

    assert "&lt;b&gt;1 47&lt;/b&gt;" in web.get(f"/phones/{LUNE}").text
    assert LUNE in web.get("/").text


def test_events_tell_what_came(web, network):
    text_phone(network, web, "1 47")

    (event,) = web.get(f"/phones/{LUNE}/events").json

    assert (event["type"], event["text"]) == ("sms", "1 47")
    assert event["status"] == "delivered"
    assert re.fullmatch(r"2\d{3}-.+\+00:00", event["at"])


def test_renewal_can_be_stopped(web):
    assert web.get("/").headers["Refresh"] == "3"
    assert "?renew=off" in web.get("/").text
    assert "Refresh" not in web.get("/?renew=off").headers
    assert "Refresh" not in web.get(f"/phones/{LUNE}/reply").headers


def test_unknown_number_is_no_page(web):
    assert web.get("/phones/nobody").status_code == 404


@pytest.mark.parametrize(("line", "caller"), [("", LUNE), (LINE, "x"), (LINE, LINE)])
def test_ring_needs_two_numbers(web, line, caller):
    assert web.post("/ring", data={"line": line, "from": caller}).status_code == 409


def test_ring_shows_the_calling_phone(web):
    answer = web.post("/ring", data={"line": LINE, "from": "+33 6 39 98 00 01"})

    assert answer.headers["Location"].endswith(f"/phones/{LUNE}")


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://attacker.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_another_site_may_not_ring(web, headers):
    answer = web.post("/ring", data={}, headers=headers)

    assert answer.status_code == 403


def test_another_name_of_this_host_is_refused(web):
    assert web.get("/", headers={"Host": "attacker.example"}).status_code == 421


def test_control_adds_and_clears_faults(web, network):
    added = web.post("/control/faults", json={"kind": "lose_reply", "times": 2, "channel": "calls"})
    wrong = web.post("/control/faults", json={"kind": "explode"})

    assert (added.status_code, wrong.status_code) == (201, 422)
    assert [(f.kind, f.times, f.channel) for f in network.faults.waiting] == [("lose_reply", 2, "calls")]
    web.delete("/control/faults")
    assert network.faults.waiting == []


def test_control_sets_doors_and_lines(web, network):
    web.post("/control/doors", json={"sms_url": "http://127.0.0.1:1/sms"})
    web.post("/control/lines", json={"number": "+33199000002"})
    wrong = web.post("/control/lines", json={"number": "x"})

    assert network.doors.sms_url == "http://127.0.0.1:1/sms"
    assert network.lines == [LINE, "+33199000002"]
    assert wrong.status_code == 422


def test_control_lets_a_phone_act(web, network):
    ring_phone(network, web)

    refused = web.post(f"/control/phones/{LUNE}/press", json={"keys": "47"})
    web.post(f"/control/phones/{LUNE}/decline")

    assert refused.status_code == 409
    assert network.wait_until(lambda: network.live_call(LUNE) is None, 5)


def test_every_word_of_the_pages_has_its_french():
    folder = Path(carrier.__file__).parent / "templates"
    used = {
        words
        for page in folder.rglob("*.html")
        for words in re.findall(r"\b_\(['\"](.+?)['\"]\)", page.read_text("utf-8"))
    }

    assert used - set(FRENCH) == set()
    assert set(ENGLISH) <= set(FRENCH)


def test_a_text_too_long_to_send_stays_in_its_field(web):
    typed = "é" * 1601

    answer = web.post(f"/phones/{LUNE}/reply", data={"body": typed})

    assert answer.status_code == 409
    assert f'value="{typed}"' in answer.text
    assert "de 1 à 1600 caractères" in answer.text
