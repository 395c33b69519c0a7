"""Somebody at a page with a keyboard and no mouse, and everything the browser complained about meanwhile."""

from datetime import UTC, datetime

from playwright.sync_api import ConsoleMessage, Locator, Page, Response

from telesec.accounts import totp
from telesec.foundation.clock import SystemClock
from telesec.testing.demo.running import RunningDemo

WAIT = 20_000
MAX_TABS = 120
UNLOADED = "Failed to load resource"
"""What Chromium says of an answer of 400 and more; ``Hand`` judges those by their status instead."""


class Hand:
    """A page and two hands on a keyboard.

    Keys that act are counted in ``keys``, the letters of typed text in ``letters``. Every console error,
    refused content (the content policy's violations are console errors) and answer of 400 or more lands in
    ``complaints``.

    Args:
        page: A page of the demo.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = 0
        self.letters = 0
        self.complaints: list[str] = []
        page.set_default_timeout(WAIT)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", self._answered)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and UNLOADED not in message.text:
            self.complaints.append(message.text)

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, as fast as a machine can."""
        for key in keys:
            self.keys += 1
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type text where the keyboard is."""
        self.letters += len(text)
        self.page.keyboard.type(text)

    def tab_to(self, target: Locator) -> None:
        """Press Tab until the keyboard is on ``target``."""
        for _ in range(MAX_TABS):
            if target.evaluate("it => it === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"Tab never reaches {target}")

    def see(self, selector: str, text: str = "", *, seconds: float = WAIT / 1000) -> Locator:
        """Wait until something is on the screen, and return it."""
        found = self.page.locator(selector, has_text=text) if text else self.page.locator(selector)
        found.first.wait_for(timeout=seconds * 1000)
        return found.first

    def log_in(self, demo: RunningDemo, who: str) -> None:
        """Go through the door with both factors; each code is good for one login, so do it once a person."""
        person = demo.person(who)
        self.page.goto(f"{demo.url}/login")
        self.see("#email:focus")
        self.type(person["email"])
        self.press("Tab")
        self.type(person["password"])
        self.press("Tab")
        self.type(totp.code_at(totp.from_base32(person["totp_secret"]), _now()))
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/login" not in url)


def _now() -> datetime:
    return SystemClock().now().astimezone(UTC)
