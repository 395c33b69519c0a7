"""Every key of the desk, once: its name as a browser calls it, its cap, where it works, what it does.

The bar, the command line, the page that teaches and its rehearsal read this table; a test holds every key
named in a template to it. Digits are read by their place on the keyboard, letters by what they write.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from telesec.foundation.language import Sentence, say


class Place(StrEnum):
    """Where a key works, in the order the page teaches them."""

    BETWEEN = "between"
    CALL = "call"
    QUESTION = "question"
    LIST = "list"
    FORM = "form"
    CARD = "card"
    VITAL = "vital"


PLACES: Mapping[Place, Sentence] = {
    Place.BETWEEN: say("Between two calls"),
    Place.CALL: say("In a call"),
    Place.QUESTION: say("On the question"),
    Place.LIST: say("In lists"),
    Place.FORM: say("In forms"),
    Place.CARD: say("On a card to take up"),
    Place.VITAL: say("On the 15 screen"),
}


@dataclass(frozen=True)
class Key:
    """One key.

    Args:
        names: As ``aria-keyshortcuts`` has them; the first is the one taught.
        act: What it does, as an order.
        place: Where.
        short: The word of the bar, for a key that stands there.
        view: The view of a call it opens.
        caps: What is printed, where that is not the first name: one for all, or French and English.
        shown: The caps of a row of keys that do alike.
        alike: What that row does.
    """

    names: tuple[str, ...]
    act: Sentence
    place: Place
    short: Sentence | None = None
    view: str = ""
    caps: tuple[str, ...] = ()
    shown: str = ""
    alike: Sentence | None = None

    @property
    def name(self) -> str:
        """The name taught."""
        return self.names[0]

    def cap(self, language: str) -> str:
        """Return what is printed on the key."""
        if not self.caps:
            return self.name.upper() if len(self.name) == 1 else self.name
        return self.caps[0] if language == "fr" else self.caps[-1]


_B, _C, _Q, _L, _F, _K, _V = Place
DIGITS = tuple("123456789")
SIGNS = tuple("fghjk")
"""Of the signs heard, from the first: one row of letters on AZERTY and QWERTY alike."""

KEYS: Mapping[str, Key] = {
    "next": Key(("F2",), say("Answer the oldest call"), _B, say("Next call")),
    "take_up": Key(
        ("1", *DIGITS[1:]),
        say("Take up the first of the list"),
        _B,
        say("Take up"),
        shown="1–9",
        alike=say("Take up that line of the list"),
    ),
    "rest": Key(("p",), say("Begin or end a break"), _B),
    "bulletin": Key(("b",), say("Mark the first notice of the bulletin as read"), _B),
    "patient": Key(("F3",), say("Find or register the patient"), _C, say("Patient"), "patient"),
    "slots": Key(("F4",), say("Book, move or cancel an appointment"), _C, say("Slots"), "booking"),
    "triage": Key(("F6",), say("Back to the triage"), _C, say("Triage"), "triage"),
    "callback": Key(("F7",), say("Promise a callback"), _C, say("Callback"), "callback"),
    "alert": Key(("F8",), say("Alert a doctor now"), _C, say("Alert"), "alert"),
    "message": Key(("F9",), say("Leave a message"), _C, say("Message"), "message"),
    "close": Key(("F10",), say("Close the call with its outcome"), _C, say("Close"), "outcome"),
    "back": Key(("Escape",), say("One level back; every text stays"), _C, caps=("Échap", "Esc")),
    "command": Key(("/",), say("Open the command line"), _C),
    "undo": Key(("Control+m",), say("Undo what was just done"), _C, caps=("Ctrl M",)),
    "yes": Key(("o", "y"), say("Answer yes"), _Q, caps=("O", "Y")),
    "no": Key(("n",), say("Answer no"), _Q),
    "unknown": Key(("?", "Space"), say("Answer: does not know"), _Q),
    "refuses": Key(("r",), say("Answer: refuses"), _Q),
    "sign": Key(
        SIGNS,
        say("Tick the first sign heard, or take its yes back"),
        _Q,
        shown="F–K",
        alike=say("Tick that sign heard, or take its yes back"),
    ),
    "heard": Key(("d",), say("Tick what was told already"), _Q),
    "away": Key(("a",), say("The caller is not beside the patient"), _Q),
    "erase": Key(("e",), say("Take the last answer back"), _Q),
    "told": Key(("l",), say("What to watch for was read out"), _Q),
    "paper": Key(("i",), say("Open the sheet to print"), _Q),
    "third": Key(
        ("3",),
        say("Choose the third slot, person or outcome"),
        _L,
        shown="1–9",
        alike=say("Choose that slot, person or outcome"),
    ),
    "down": Key(("ArrowDown",), say("The next one of the list"), _L, caps=("↓",)),
    "up": Key(("ArrowUp",), say("The one before"), _L, caps=("↑",)),
    "first": Key(("Home",), say("The first of the list"), _L, caps=("Début", "Home")),
    "grid": Key(("g",), say("Go into the week's grid; Enter takes a slot"), _L),
    "waiting": Key(("l",), say("Waiting list, on the booking page"), _L),
    "left": Key(("ArrowLeft",), say("The day or hour before, in the grid"), _L, caps=("←",)),
    "right": Key(("ArrowRight",), say("The day or hour after, in the grid"), _L, caps=("→",)),
    "week_before": Key(("PageUp",), say("The week before, or the day before"), _L, caps=("Page↑", "PgUp")),
    "week_after": Key(("PageDown",), say("The week after, or the day after"), _L, caps=("Page↓", "PgDn")),
    "whole": Key(("+",), say("Show the whole of a shortened list"), _L),
    "last": Key(("End",), say("The last of the list"), _L, caps=("Fin", "End")),
    "confirm": Key(("Enter",), say("Do what the main button says"), _F, caps=("Entrée", "Enter")),
    "send": Key(("Control+Enter",), say("Seal and send the message"), _F, caps=("Ctrl Entrée", "Ctrl Enter")),
    "abuse": Key(("a",), say("End an abusive call, after F10"), _F),
    "no_rest": Key(("s",), say("Hang up on abuse without a break"), _F),
    "spoke": Key(("s",), say("End the card: we spoke"), _K),
    "unreachable": Key(("i", "u"), say("End the card: cannot be reached"), _K, caps=("I", "U")),
    "not_wanted": Key(("n",), say("End the card: not wanted any more"), _K),
    "no_longer": Key(("l",), say("End the card: off the waiting list"), _K),
    "wrong_number": Key(("m", "w"), say("End the card: wrong number"), _K, caps=("M", "W")),
    "cleared": Key(("r", "c"), say("An appointment to clear up: it is cleared up"), _K, caps=("R", "C")),
    "transfer": Key(("Enter",), say("Pass the caller to the 15"), _V, caps=("Entrée", "Enter")),
    "they_call": Key(("a",), say("The caller calls the 15 themselves"), _V),
    "refuses_15": Key(("r",), say("The caller refuses the 15"), _V),
    "dropped": Key(("c",), say("The line dropped"), _V),
    "taken_over": Key(("t",), say("The 15 has taken over"), _V),
}
IN_CALL_BAR = tuple(key for key in KEYS.values() if key.view)


def taught() -> tuple[tuple[Place, tuple[Key, ...]], ...]:
    """Return the keys by place, in the order they are taught."""
    return tuple((place, tuple(key for key in KEYS.values() if key.place is place)) for place in Place)
