"""The command line: every act of the desk by name, in both languages whatever the reader's.

A command goes to an address, or presses what is on the page by its key; one whose target is not on the page
is not offered. What is typed stays in the browser.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from telesec.foundation.language import Sentence, say

LEVEL_15 = {"view": "alert", "level": "call15_now"}


@dataclass(frozen=True)
class Command:
    """One act by name.

    Args:
        fr: Its French word, without the stroke.
        en: Its English word.
        label: What it does.
        key: The key it stands for, shown and, without an address, pressed.
        endpoint: Where it goes; "" presses the key.
        values: What the address carries.
        in_call: Whether the address needs the call's ids.
        element: Id of what it presses on the page, for an act without a key there.
    """

    fr: str
    en: str
    label: Sentence
    key: str = ""
    endpoint: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    in_call: bool = False
    element: str = ""

    def word(self, language: str) -> str:
        """Return the word shown to a reader."""
        return self.fr if language == "fr" else self.en


def _view(fr: str, en: str, label: Sentence, key: str, values: Mapping[str, str]) -> Command:
    return Command(fr, en, label, key, "desk.call", values, in_call=True)


EVERYWHERE = (
    Command("suivant", "next", say("Answer the oldest call"), "F2"),
    Command("annuler", "undo", say("Undo what was just done"), "Control+m"),
    Command("pause", "break", say("Begin or end a break"), element="rest-button"),
    Command("file", "queue", say("Back to the queue"), "", "desk.idle"),
    Command("compte", "account", say("My account and sessions"), "", "accounts.own_sessions"),
)
IN_CALL = (
    _view("patient", "patient", say("Find or register the patient"), "F3", {"view": "patient"}),
    _view("rdv", "book", say("Book, move or cancel an appointment"), "F4", {"view": "booking"}),
    _view("tri", "triage", say("Back to the triage"), "F6", {}),
    _view("rappel", "callback", say("Promise a callback"), "F7", {"view": "callback"}),
    _view("alerte", "alert", say("Alert a doctor now"), "F8", {"view": "alert"}),
    _view("15", "15", say("Alert for the 15"), "", LEVEL_15),
    _view("msg", "message", say("Leave a message"), "F9", {"view": "message"}),
    _view("clore", "close", say("Close the call with its outcome"), "F10", {"view": "outcome"}),
    _view("abus", "abuse", say("End an abusive call"), "", {"view": "abuse"}),
    Command("oui", "yes", say("Answer yes"), "o"),
    Command("non", "no", say("Answer no"), "n"),
    Command("saispas", "unknown", say("Answer: does not know"), "?"),
    *EVERYWHERE,
)
"""What may be done in one's own open call."""
