"""A browser's own description, as people say it: "Firefox on Windows". Values and functions only.

Only names every reader knows are told; anything else stays an unknown device rather than a wrong one.
"""

from telesec.foundation.language import Sentence, say

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""In this order: most browsers also claim to be the ones below them."""

_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device(described: str) -> Sentence:
    """Return what a browser that describes itself so is called."""
    browser = next((name for mark, name in _BROWSERS if mark in described), None)
    system = next((name for mark, name in _SYSTEMS if mark in described), None)
    if browser and system:
        return say("%(browser)s on %(system)s", browser=browser, system=system)
    if browser or system:
        return say("%(name)s, not known more closely", name=browser or system)
    return say("Unknown device")
