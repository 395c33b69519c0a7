"""What telesec sends and what the simulated carrier answers fit our table of Twilio's API.

The table, ``tests/data/twilio_paths.json``, restates the part of Twilio's published OpenAPI document that is
used here: paths, parameters, types, required.
"""

import json
import re
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import requests

from telesec.alerts.ports import Notice
from telesec.foundation.addresses import AddressGuard, networks
from telesec.foundation.http_client import guarded_requests_session
from telesec.foundation.ids import new_id
from telesec.integrations.twilio.gateway import Account, SmsChannel, VoiceChannel
from telesec.testing.carrier.network import ApiRequest

TABLE = json.loads((Path(__file__).parents[1] / "data" / "twilio_paths.json").read_text("utf-8"))
LUNE = "+33639980001"
ISO = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


def operation_of(request: ApiRequest) -> dict:
    for operation in TABLE["operations"]:
        pattern = operation["path"].replace("{AccountSid}", "AC[0-9a-f]{32}").replace("{Sid}", r"\w{34}")
        if operation["method"] == request.method and re.fullmatch(pattern, request.path):
            return operation
    raise AssertionError(f"{request.method} {request.path} is not in the table")


def fits(value: str, shape: dict) -> bool:
    if "enum" in shape:
        return value in shape["enum"]
    if shape.get("format") == "uri":
        return re.fullmatch(r"https?://\S+", value) is not None
    if shape.get("format") == "date-time":
        return ISO.fullmatch(value) is not None
    return shape["type"] != "integer" or value.isdecimal()


def misfits(request: ApiRequest) -> list[str]:
    operation = operation_of(request)
    names = [name for name, _ in request.parameters]
    wrong = [f"unknown {name}" for name in names if name not in operation["parameters"]]
    wrong += [f"missing {name}" for name in operation["required"] if name not in names]
    wrong += [
        f"{name}={value!r}"
        for name, value in request.parameters
        if name in operation["parameters"] and not fits(value, operation["parameters"][name])
    ]
    repeated = {n for n in names if names.count(n) > 1}
    wrong += [f"{n} repeated" for n in repeated if operation["parameters"][n].get("type") != "array"]
    return wrong


def strange(resource: dict, name: str) -> list[str]:
    shape = TABLE["resources"][name]
    wrong = sorted(set(shape) ^ set(resource))
    for key, value in resource.items():
        wrong += [f"{key}={value!r}"] if key in shape and not value_fits(value, shape[key]) else []
    return wrong


def value_fits(value: object, shape: dict) -> bool:
    if value is None:
        return bool(shape.get("nullable"))
    if "enum" in shape:
        return value in shape["enum"]
    if shape.get("format") == "rfc2822":
        return parsedate_to_datetime(str(value)).tzinfo is not None
    kinds = {"string": str, "integer": int, "object": dict}
    kind = kinds.get(shape["type"] or "", object)
    return isinstance(value, kind) and re.search(shape.get("pattern", ""), str(value)) is not None


@pytest.fixture
def account(carrier) -> Account:
    guard = AddressGuard(networks(["127.0.0.0/8"]))
    return Account(
        sid=carrier.account_sid,
        auth_token=carrier.auth_token,
        base_url=carrier.url,
        from_number=carrier.from_number,
        session=lambda: guarded_requests_session(guard),
    )


@pytest.fixture
def notice(carrier) -> Notice:
    return Notice(
        delivery_id=new_id(),
        to=LUNE,
        urgent_count=1,
        code="47",
        language="fr",
        callback_base=carrier.url,
        text="1 message urgent vous attend. Répondez 1 47. desk.example",
        spoken=("Un message urgent vous attend.",),
    )


def test_everything_telesec_sends_is_in_the_table(carrier, account, notice):
    for channel in (SmsChannel(account), VoiceChannel(account)):
        channel.send(notice)
        channel.look_up(notice)

    assert [operation_of(r)["method"] for r in carrier.requests] == ["POST", "GET", "POST", "GET"]
    assert [misfits(request) for request in carrier.requests] == [[], [], [], []]


@pytest.mark.parametrize(
    "parameters",
    [
        (("To", LUNE), ("From", LUNE), ("Colour", "red")),
        (("To", LUNE),),
        (("To", LUNE), ("From", LUNE), ("Url", "desk")),
        (("To", LUNE), ("From", LUNE), ("Timeout", "soon")),
        (("To", LUNE), ("From", LUNE), ("Method", "PUT")),
        (("To", LUNE), ("To", LUNE), ("From", LUNE)),
    ],
)
def test_the_table_notices_a_wrong_request(carrier, parameters):
    path = f"/2010-04-01/Accounts/{carrier.account_sid}/Calls.json"

    assert misfits(ApiRequest("POST", path, parameters, 201))


def test_the_carrier_answers_what_the_table_says(carrier, account, notice):
    SmsChannel(account).send(notice)
    VoiceChannel(account).send(notice)
    phone = carrier.phone(LUNE)
    phone.expect_sms()
    phone.expect_call()
    phone.decline()
    phone.expect_status("busy")
    base = f"{carrier.url}/2010-04-01/Accounts/{carrier.account_sid}"

    for name, path in (("message", "Messages"), ("call", "Calls")):
        login = (carrier.account_sid, carrier.auth_token)
        listed = requests.get(f"{base}/{path}.json", auth=login, timeout=10).json()
        (row,) = listed.pop(f"{name}s")
        one = requests.get(f"{base}/{path}/{row['sid']}.json", auth=login, timeout=10).json()

        answers = [o["answer"] for o in TABLE["operations"] if isinstance(o["answer"], dict)]
        fields = next(a["fields"] for a in answers if a["list"] == f"{name}s")
        assert sorted(listed) == fields
        assert strange(row, name) == []
        assert one == row
