"""``/api/v1/openapi.json`` says what the application serves."""

import pytest

ADDRESS = "/api/v1/openapi.json"
FROM_THE_CONTRACT = [
    ("get", "/practices"),
    ("get", "/practices/{}"),
    ("post", "/calls"),
    ("get", "/calls/{}"),
    ("post", "/calls/{}/close"),
    ("post", "/calls/{}/triage"),
    ("post", "/triage-sessions/{}/answers"),
    ("get", "/protocols"),
    ("get", "/protocols/{}"),
    ("get", "/slots"),
    ("post", "/appointments"),
    ("get", "/appointments/{}"),
    ("post", "/appointments/{}/cancel"),
    ("post", "/appointments/{}/move"),
    ("post", "/messages"),
    ("get", "/messages/{}"),
    ("get", "/alerts/{}"),
    ("post", "/alerts/{}/acknowledge"),
    ("get", "/callbacks"),
    ("post", "/callbacks"),
    ("get", "/instructions"),
    ("post", "/patients/search"),
]


@pytest.fixture
def told(app):
    return app.test_client().get(ADDRESS).json


def operations(told):
    for path, methods in told["paths"].items():
        parts = ["{}" if part.startswith("{") else part for part in path.split("/")]
        for method, operation in methods.items():
            yield (method, "/".join(parts).removeprefix("/api/v1")), operation


def references(node):
    if isinstance(node, list):
        for one in node:
            yield from references(one)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for one in node.values():
            yield from references(one)


def test_document_needs_no_token(app):
    answer = app.test_client().get(ADDRESS)

    assert (answer.status_code, answer.json["openapi"]) == (200, "3.1.0")


def test_every_operation_of_the_contract_is_told(told):
    assert sorted(FROM_THE_CONTRACT) == sorted(key for key, _ in operations(told))


def test_every_route_of_the_api_is_told(app, told):
    served = {
        (method.lower(), str(rule).split("/api/v1")[1].count("/"))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if str(rule).startswith("/api/v1/") and str(rule) != ADDRESS
    }

    assert served == {(method, path.count("/")) for (method, path), _ in operations(told)}


def test_every_reference_leads_somewhere(told):
    names = {ref.removeprefix("#/components/schemas/") for ref in references(told)}

    assert names <= set(told["components"]["schemas"])


def test_two_rooms_shapes_of_one_name_are_kept_apart(told):
    triage = next(o for key, o in operations(told) if key == ("post", "/calls/{}/triage"))
    booking = next(o for key, o in operations(told) if key == ("post", "/appointments"))

    def patient(operation):
        ref = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        body = told["components"]["schemas"][ref.rsplit("/", 1)[1]]
        (ref,) = references(body["properties"]["patient"])
        return told["components"]["schemas"][ref.rsplit("/", 1)[1]]["properties"]

    assert "age_months" in patient(triage)
    assert "family_name" in patient(booking)


def test_every_operation_tells_its_shape_and_its_refusals(told):
    for _, operation in operations(told):
        good = [status for status in operation["responses"] if status.startswith("2")]
        assert good
        assert {"401", "403", "404", "422", "429", "503"} <= set(operation["responses"])
        assert "application/json" in operation["responses"][good[0]]["content"]
        assert "Retry-After" in operation["responses"]["429"]["headers"]


def test_posts_that_create_tell_the_idempotency_key(told):
    creating = {key for key, operation in operations(told) if "201" in operation["responses"]}
    keyed = {
        key
        for key, operation in operations(told)
        if any(p["name"] == "Idempotency-Key" for p in operation.get("parameters", []))
    }

    assert creating == keyed
    assert creating == {
        ("post", path) for path in ("/calls", "/calls/{}/triage", "/appointments", "/messages", "/callbacks")
    }


def test_bodies_refuse_unknown_fields(told):
    for key, operation in operations(told):
        if "requestBody" not in operation:
            continue
        ref = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        body = told["components"]["schemas"][ref.rsplit("/", 1)[1]]
        assert body["additionalProperties"] is False, key
