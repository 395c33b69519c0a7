"""What a secretary does at her desk, key by key, for the stories told in the real demo.

Each act waits for what she would see before the next one; nothing waits for time.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from telesec.testing.demo.album import Album
from telesec.testing.demo.hand import Hand
from telesec.testing.demo.outside import caldav_starts, fhir_starts
from telesec.testing.demo.running import RunningDemo

KINDS = {"caldav": ("CalDAV", caldav_starts), "fhir": ("FHIR", fhir_starts)}


class AtDesks(Protocol):
    """Gives somebody a browser, logged in."""

    def at(self, who: str) -> Hand: ...


def sit_down(people: AtDesks, demo: RunningDemo, who: str = "ada") -> Hand:
    """Return a secretary before her desk, with nothing waiting."""
    ada = people.at(who)
    ada.page.goto(f"{demo.url}/desk")
    ada.see("h1", "Rien n’attend")
    return ada


def answer(ada: Hand, greeting: str) -> None:
    """Take the oldest call with F2 and see whose greeting to say; keys count from here."""
    ada.see("#take-next")
    ada.press("F2")
    ada.see(".phrase", greeting)
    ada.see("#words:focus")
    ada.keys = ada.letters = 0


def close(ada: Hand, key: str) -> None:
    """End the call with F10 and the digit of how it ended."""
    ada.press("F10")
    ada.see("#outcome")
    ada.press(key)
    ada.see("h1", "Rien n’attend")


def say_chest_pain(ada: Hand) -> None:
    """Type the caller's words and see the first red flag asked."""
    ada.type("mal à la poitrine")
    ada.press("Enter")
    ada.see("#question .q", "poitrine")


def say_yes(ada: Hand) -> None:
    """Answer the red flag and see the words for the 15."""
    ada.press("o")
    ada.see(".say", "15")


def choose_known(ada: Hand, name: str) -> None:
    """Take the one person known under the number, by digit."""
    ada.press("F3")
    ada.see("#search .row:focus")
    ada.press("1")
    ada.see("#patient .name", name)


class Booking:
    """Ada's keys for one patient's appointment, and what the practice's own calendar says meanwhile."""

    def __init__(self, ada: Hand, there: Mapping[str, Any], album: Album) -> None:
        self.ada, self.album = ada, album
        self._kind, self._read = KINDS[there["calendar"]["kind"]]
        self._there = there
        self._before = self._read(there)

    def added(self) -> list[datetime]:
        """Return the starts an independent client finds in the calendar that were not there before."""
        after = self._read(self._there)
        return sorted(at for at in set(after) if after.count(at) > self._before.count(at))

    def choose(self, name: str) -> datetime:
        """Take the person known under the number and hold the first slot; return its start."""
        choose_known(self.ada, name)
        self.ada.press("F4")
        self.ada.see("#booking")
        self.ada.see("#slots button[aria-keyshortcuts='1']")
        self.album.frame(self.ada.page, f"Les premiers créneaux, lus dans le vrai agenda ({self._kind}).")
        self.ada.press("1")
        self.ada.see("#booking .confirm button:focus")
        return datetime.fromisoformat(self.ada.page.locator("#booking .confirm [name=start]").input_value())

    def move(self) -> None:
        """Move the appointment to the third slot offered."""
        self.ada.tab_to(self.ada.page.locator("#booking .ahead a", has_text="Déplacer").last)
        self.ada.press("Enter")
        self.ada.see("#h-booking", "Déplacer")
        self.ada.see("#slots button[aria-keyshortcuts='3']")
        self.ada.press("3")
        self.ada.page.wait_for_url(lambda url: "moving=" not in url)
        self.ada.see(".verdict-ok", "C’est noté")
        self.album.frame(self.ada.page, "Déplacé : relu au nouvel horaire.")

    def cancel(self) -> None:
        """Cancel the appointment with a reason."""
        self.ada.tab_to(self.ada.page.locator("#booking .ahead summary").last)
        self.ada.press("Enter")
        self.ada.tab_to(self.ada.page.locator("#booking .ahead [name=reason]").last)
        self.ada.type("empêchée")
        self.ada.press("Tab", "Enter")
        self.ada.see("#light", "Annulé")
        self.album.frame(self.ada.page, "Annulé : parti de l’agenda du cabinet.")
