"""What a call's page weighs on the line with all it loads, pictures apart."""

import re

BUDGET = 60_000
TAKES = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "none"}


def test_a_call_and_all_it_loads_weigh_little(desk):
    page = desk.browser.get(desk.url(), headers=TAKES)
    html = desk.page()
    loaded = set(re.findall(r'(?:src|href)="(/static/[^"]+\.(?:css|js|svg))"', html))

    weights = [len(page.data)]
    for address in loaded:
        with desk.browser.get(address, headers=TAKES) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            weights.append(len(answer.data))

    assert len(loaded) > 5
    assert sum(weights) <= BUDGET


def test_stream_is_not_compressed(desk):
    with desk.browser.get("/desk/live", headers={**TAKES, "Accept": "text/event-stream"}) as stream:
        assert "Content-Encoding" not in stream.headers
        assert next(stream.response).startswith(b"retry:")
