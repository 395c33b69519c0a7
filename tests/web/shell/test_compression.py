"""What leaves compressed, and what never may."""

import gzip
import zlib

import pytest

from telesec.web.assets import asset_url
from telesec.web.compression import padded

TAKES = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}
LONG = b"<p>" + b"Bruno appelle pour sa m\xc3\xa8re. " * 200


@pytest.fixture
def style(app):
    with app.test_request_context():
        return asset_url("style.css")


def test_a_page_of_ours_is_compressed(client):
    plain = client.get("/login").data

    answer = client.get("/login", headers=TAKES)

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) == answer.content_length < len(plain)
    assert b"</html>" in gzip.decompress(answer.data)
    assert {"Accept-Encoding", "Sec-Fetch-Site"} <= set(answer.vary)


@pytest.mark.parametrize(
    "refused",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": ""},
     {"Accept-Encoding": "br"}, {"Accept-Encoding": "gzip;q=0"}],
)  # fmt: skip
def test_a_page_another_site_asked_for_is_not(client, refused):
    answer = client.get("/login", headers=TAKES | refused)

    assert "Content-Encoding" not in answer.headers
    assert {"Accept-Encoding", "Sec-Fetch-Site"} <= set(answer.vary)
    assert b"</html>" in answer.data


def test_length_of_a_page_does_not_tell_its_content():
    lengths = {len(padded(LONG)) for _ in range(200)}

    assert len(lengths) > 20
    assert zlib.decompress(padded(LONG), wbits=31) == gzip.decompress(padded(LONG)) == LONG


def test_a_file_is_compressed_with_a_tag_of_its_own(client, style):
    with client.get(style) as plain, client.get(style, headers=TAKES) as packed:
        assert gzip.decompress(packed.data) == plain.data
        assert packed.headers["Content-Encoding"] == "gzip"
        assert plain.headers["ETag"] != packed.headers["ETag"]
        assert "Accept-Encoding" in plain.vary
        assert "Accept-Encoding" in packed.vary
        tag = packed.headers["ETag"]

    again = client.get(style, headers=TAKES | {"If-None-Match": tag})

    assert again.status_code == 304
    assert again.data == b""


def test_a_picture_is_sent_as_it_is(app, client):
    with app.test_request_context():
        address = asset_url("icon-192.png")

    with client.get(address, headers=TAKES) as answer:
        assert "Content-Encoding" not in answer.headers
