"""A browser's own words, as people say them."""

import pytest

from telesec.accounts.devices import device
from telesec.web.language import render

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0 Safari/537.36 Edg/140.0"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Safari/604.1"


@pytest.mark.parametrize(
    ("described", "said"),
    [
        (FIREFOX, "Firefox sur Windows"),
        (EDGE, "Edge sur Windows"),
        (IPHONE, "Safari sur iPhone"),
        ("telesec-import/1.0 (Linux)", "Linux, sans plus de précision"),
        ("", "Appareil inconnu"),
    ],
)
def test_device_is_named_as_people_say_it(described, said):
    assert render(device(described), "fr") == said
