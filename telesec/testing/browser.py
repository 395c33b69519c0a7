"""A real Chromium before a real server on loopback, and the accessibility check of axe-core.

Chromium is the machine's own; the sandbox is off because tests may run as root.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

AXE = Path("node_modules/axe-core/axe.min.js")
NAMES = ("chromium", "chromium-browser", "google-chrome")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application on a free port of loopback and yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = False  # type: ignore[attr-defined]  # closing waits for requests under way, so that they leave nothing open
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the machine's Chromium."""
    path = next(found for found in map(shutil.which, NAMES) if found)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def violations(page: Page, *only: str) -> list[str]:
    """Return what axe-core finds wrong on the page as it is now, ``rule: element`` a line.

    Args:
        page: Any page; axe is put into it once.
        only: The rules to look at; none for all of WCAG 2.2 AA and good practice.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    run = {"type": "rule", "values": only} if only else {"type": "tag", "values": RULES}
    found: dict[str, Any] = page.evaluate(
        "run => axe.run(document, {runOnly: run, resultTypes: ['violations']})", run
    )
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found["violations"] for node in rule["nodes"]]


def small_targets(page: Page, least: int = 44) -> list[str]:
    """Return the links, buttons and fields shown that are lower or narrower than ``least`` CSS pixels."""
    found: list[str] = page.evaluate(
        """least => [...document.querySelectorAll(
            'a[href], button, input:not([type=hidden]), select, summary')]
        .map(one => [one, one.getBoundingClientRect()])
        .filter(([one, box]) => box.width && !one.classList.contains('skip')
            && (box.height < least || box.width < least))
        .map(([one, box]) => `${one.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)""",
        least,
    )
    return found
