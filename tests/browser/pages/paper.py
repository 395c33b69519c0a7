"""How much paper a page takes, and how much of a small window what stays in view covers."""

import re

from playwright.sync_api import Page

MARGINS = dict.fromkeys(("top", "bottom", "left", "right"), "1cm")
A4 = (718, 1047)
"""CSS pixels between these margins."""
STUCK = """() => [...document.querySelectorAll('*')]
    .filter(it => ['sticky', 'fixed'].includes(getComputedStyle(it).position))
    .map(it => it.getBoundingClientRect())
    .reduce((sum, box) => sum + Math.max(0, Math.min(box.bottom, innerHeight) - Math.max(box.top, 0)), 0)"""


def sheets_of(page: Page) -> int:
    """Return how many sheets of A4 a page takes."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", margin=MARGINS)))
