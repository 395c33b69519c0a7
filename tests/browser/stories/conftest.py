"""The real demo, started once for the stories, and people at their keyboards in real Chromium."""

import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from telesec.testing.demo.album import FOLDER, Album
from telesec.testing.demo.hand import Hand
from telesec.testing.demo.running import RunningDemo

sys.path.insert(0, str(Path(__file__).parent))
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def demo():
    """A folder outside pytest's own, which pytest closes to others while the database's user needs it."""
    with (
        tempfile.TemporaryDirectory(prefix="telesec-demo-", ignore_cleanup_errors=True) as name,
        RunningDemo(Path(name) / "data") as running,
    ):
        yield running


@pytest.fixture(scope="module")
def revived(demo):
    """Servers a story started again after it had killed them: the stories that follow need them too."""
    with ExitStack() as servers:
        yield servers


class People:
    """Browsers of people who logged in once; what their pages complained about is looked at in the end."""

    def __init__(self, browser, demo):
        self._browser, self._demo = browser, demo
        self._states = {}
        self._contexts = []
        self.hands = []

    def at(self, who, viewport=DESK):
        """Return a fresh browser of somebody, before an empty page."""
        context = self._context(viewport, self._states.get(who))
        hand = self.tab(context)
        if who not in self._states:
            hand.log_in(self._demo, who)
            self._states[who] = context.storage_state()
        return hand

    def tab(self, context):
        """Return another tab of the same browser."""
        hand = Hand(context.new_page())
        self.hands.append(hand)
        return hand

    def _context(self, viewport, state):
        context = self._browser.new_context(
            viewport=viewport, locale="fr-FR", timezone_id="Europe/Paris", storage_state=state
        )
        self._contexts.append(context)
        return context

    def leave(self):
        """Close every browser and return what they complained about."""
        said = [line for hand in self.hands for line in hand.complaints]
        for context in self._contexts:
            context.close()
        self._contexts, self.hands = [], []
        return said


@pytest.fixture(scope="module")
def everybody(browser, demo):
    return People(browser, demo)


@pytest.fixture
def people(everybody):
    """People whose pages must not complain: no console error, no refused content, no answer that says no."""
    yield everybody
    complaints = everybody.leave()
    assert complaints == []


@pytest.fixture(scope="module")
def album(browser):
    return Album(browser, os.environ.get(FOLDER, ""))
