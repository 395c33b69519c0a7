"""What the API refuses to read: other formats, other types, text no database holds."""

import pytest

CALLBACKS = "/api/v1/callbacks"


@pytest.fixture
def promise(cast):
    return {
        "practice_id": str(cast.lilas),
        "phone": "+33639980010",
        "due_at": "2026-11-26T15:00:00+01:00",
    }


def test_good_body_is_taken(ada, promise):
    assert ada.post(CALLBACKS, promise).status_code == 201


@pytest.mark.parametrize(
    "change",
    [
        {"unknown": 1},
        {"due_at": 1795000000},
        {"due_at": "2026-11-26T15:00:00"},
        {"due_at": "0001-01-01T00:00:00+14:00"},
        {"due_at": "9999-12-31T23:59:59-14:00"},
        {"phone": 33639980010},
        {"phone": "+336399\x0080010"},
        {"phone": "+336399\ud80080010"},
        {"practice_id": 1},
        {"patient_id": "x"},
    ],
)
def test_other_values_are_refused(ada, promise, change):
    answer = ada.post(CALLBACKS, promise | change)

    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"


def test_refusal_names_the_field_and_never_its_value(ada, promise):
    answer = ada.post(CALLBACKS, promise | {"due_at": "Zoé"})

    assert answer.json["fields"] == ["due_at"]
    assert "Zoé" not in answer.text


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"x": NaN}', b"[" * 100_000, b"x"])
def test_what_is_not_json_is_400(ada, body):
    answer = ada.client.post(
        CALLBACKS,
        data=body,
        headers={"Authorization": f"Bearer {ada.token}"},
        content_type="application/json",
    )

    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


@pytest.mark.parametrize("body", [b'"x"', b"1", b"[]", b"null", b'"{}"'])
def test_json_that_is_no_object_is_422(ada, body):
    answer = ada.client.post(
        CALLBACKS,
        data=body,
        headers={"Authorization": f"Bearer {ada.token}"},
        content_type="application/json",
    )

    assert answer.status_code == 422


def test_form_is_415(ada):
    answer = ada.client.post(CALLBACKS, data={"phone": "x"}, headers={"Authorization": f"Bearer {ada.token}"})

    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


def test_body_over_a_mebibyte_is_413(ada):
    answer = ada.post(CALLBACKS, {"phone": "x" * (1 << 20)})

    assert answer.status_code == 413


def test_query_with_a_nul_is_422(ada):
    assert ada.get(CALLBACKS, {"cursor": "\0"}).status_code == 422


def test_parameter_sent_twice_is_refused(ada):
    answer = ada.get(f"{CALLBACKS}?limit=5&limit=6")

    assert answer.status_code == 422
    assert (answer.json["code"], answer.json["field"]) == ("sent_twice", "limit")
