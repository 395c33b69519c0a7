"""Static files: kept for ever under the hash of their content, and nothing else is served."""

import pytest

from telesec.web.assets import ROOT, asset_url


@pytest.fixture
def address(app):
    with app.test_request_context():
        return asset_url("style.css")


def test_a_file_is_kept_for_ever_by_its_hash(client, address):
    with client.get(address) as answer:
        content = answer.data

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.mimetype == "text/css"
    assert content == (ROOT / "style.css").read_bytes()


def test_our_scripts_travel_without_comments_and_indents(app, client):
    with app.test_request_context():
        address = asset_url("desk.js")
    with client.get(address) as answer:
        assert b"/*" not in answer.data
        assert b"\n  " not in answer.data
        assert b"focusDeciding" in answer.data


def test_what_others_made_is_sent_as_they_made_it(app, client):
    with app.test_request_context():
        address = asset_url("vendor/htmx.min.js")
    with client.get(address) as answer:
        assert answer.data == (ROOT / "vendor/htmx.min.js").read_bytes()


def test_another_hash_is_not_found(client, address):
    mark = address.split("/")[2]

    assert client.get(address.replace(mark, "0" * 12)).status_code == 404


@pytest.mark.parametrize(
    "name",
    ["../web/access.py", "..%2f..%2fsettings.py", "%2e%2e/%2e%2e/app.py", "....//access.py", "/etc/passwd",
     "", "style.css%00.png", "vendor", "..", "..%5c..%5csettings.py"],
)  # fmt: skip
def test_nothing_outside_the_folder_is_served(client, address, name):
    mark = address.split("/")[2]

    answer = client.get(f"/static/{mark}/{name}")

    assert answer.status_code in {302, 308, 404}
