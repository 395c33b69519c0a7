"""What every answer carries, whatever kind of answer it is."""

import re

import pytest
from flask import abort

from telesec.app import create_app
from telesec.web.access import public

KINDS = {
    "page": ("GET", "/login", 200),
    "redirect": ("GET", "/desk", 302),
    "not found": ("GET", "/nothing", 404),
    "method": ("DELETE", "/login", 403),
    "health": ("GET", "/healthz", 200),
    "metrics": ("GET", "/metrics", 200),
    "api refused": ("GET", "/api/v1/practices", 401),
    "api not found": ("GET", "/api/v1/nothing", 404),
    "door refused": ("POST", "/hooks/nobody/sms", 404),
    "openapi": ("GET", "/api/v1/openapi.json", 200),
    "head": ("HEAD", "/login", 200),
    "trace": ("TRACE", "/login", 405),
    "options": ("OPTIONS", "/login", 200),
}


def directives(answer):
    """Return a content policy as {directive: [sources]}."""
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";")]
    return {part[0]: part[1:] for part in parts}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer_is_dressed(client, kind):
    method, path, status = KINDS[kind]

    answer = client.open(path, method=method)

    assert answer.status_code == status
    policy = directives(answer)
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["form-action"] == policy["style-src"] == policy["connect-src"] == ["'self'"]
    assert re.fullmatch(r"'nonce-[\w-]{22}'", *policy["script-src"])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(answer.headers["X-Request-Id"]) == 16
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_defect_is_dressed_too_and_tells_nothing(app, client):
    @app.get("/defect")
    @public("a test's own")
    def defect():
        raise RuntimeError("Zoé 0639980020")

    answer = client.get("/defect")

    assert answer.status_code == 500
    assert directives(answer)["default-src"] == ["'none'"]
    assert "Zoé" not in answer.text
    assert "RuntimeError" not in answer.text


def test_a_defect_gives_back_what_a_plain_form_said(app, client):
    @app.post("/defect")
    @public("a test's own")
    def defect():
        raise RuntimeError

    typed = {"text": "Rappeler <Zoé>", "password": "hidden"}
    answer = client.post("/defect", data=typed, headers={"Sec-Fetch-Site": "same-origin"})

    assert answer.status_code == 500
    assert "Rappeler &lt;Zoé&gt;</textarea>" in answer.text
    assert "hidden" not in answer.text.replace("aria-hidden", "")


def test_no_source_of_the_policy_is_unsafe(client):
    sources = [word for words in directives(client.get("/login")).values() for word in words]

    assert not [word for word in sources if "unsafe" in word or word in {"*", "http:", "https:"}]


def test_the_nonce_is_fresh_for_each_answer(client):
    nonces = {directives(client.get("/login"))["script-src"][0] for _ in range(20)}

    assert len(nonces) == 20


def test_a_page_holds_no_script_or_style_the_policy_would_refuse(ada):
    pages = [ada.get(path) for path in ("/desk", "/account/sessions")]

    for page in pages:
        assert page.status_code == 200
        nonce = directives(page)["script-src"][0][7:-1]
        scripts = re.findall(r"<script\b[^>]*>", page.text)
        assert [tag for tag in scripts if f'nonce="{nonce}"' not in tag] == []
        assert re.findall(r'\son\w+="|\sstyle="|<style\b|javascript:', page.text) == []


def test_tls_is_demanded_for_ever_when_browsers_reach_us_by_tls(deps):
    settings = deps.settings.model_copy(update={"public_url": "https://bureau.example"})
    client = create_app(deps.with_parts(settings=settings)).test_client()

    secure = client.get("/login", base_url="https://bureau.example")

    assert secure.headers["Strict-Transport-Security"].startswith("max-age=63072000")


def test_plain_http_on_loopback_does_not_promise_tls(client):
    assert "Strict-Transport-Security" not in client.get("/login").headers


def test_debug_is_off(app):
    assert (app.debug, app.testing, app.jinja_env.auto_reload) == (False, False, False)


def test_pages_escape_what_people_type(app):
    assert app.jinja_env.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"


def test_http_errors_of_a_view_are_dressed(app, client):
    @app.get("/gone")
    @public("a test's own")
    def gone():
        abort(413)

    assert client.get("/gone").headers["Cache-Control"] == "no-store"
