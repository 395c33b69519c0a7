"""The command line: every act of the desk by name, in both languages whatever the reader's.

A command goes to an address, or presses what is on the page by its key; one whose target is not on the page
is not offered. What is typed stays in the browser.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from telesec.desk.keys import KEYS, Key
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

    @property
    def leaves(self) -> bool:
        """Whether it leaves the desk for a page of its own."""
        return self.endpoint in {"desk.keys", "training.choose", "accounts.own_sessions"}

    def word(self, language: str) -> str:
        """Return the word shown to a reader."""
        return self.fr if language == "fr" else self.en


def _press(fr: str, en: str, key: Key) -> Command:
    return Command(fr, en, key.act, key.name)


def _view(fr: str, en: str, key: Key) -> Command:
    values = {} if key is KEYS["triage"] else {"view": key.view}
    return Command(fr, en, key.act, key.name, "desk.call", values, in_call=True)


def _go(fr: str, en: str, label: Sentence, values: Mapping[str, str]) -> Command:
    return Command(fr, en, label, "", "desk.call", values, in_call=True)


EVERYWHERE = (
    _press("suivant", "next", KEYS["next"]),
    _press("annuler", "undo", KEYS["undo"]),
    Command("pause", "break", KEYS["rest"].act, element="rest-button"),
    Command("file", "queue", say("Back to the queue"), "", "desk.idle"),
    Command("bulletin", "bulletin", say("The bulletin, with what has ended"), "", "desk.bulletin"),
    Command("touches", "keys", say("The keys, and their rehearsal"), "", "desk.keys"),
    Command("essai", "training", say("Train with invented callers"), "", "training.choose"),
    Command("verrouiller", "lock", say("Lock this screen: it keeps sounding"), element="lock-button"),
    Command("compte", "account", say("My account and sessions"), "", "accounts.own_sessions"),
)
IN_CALL = (
    _view("patient", "patient", KEYS["patient"]),
    _view("rdv", "book", KEYS["slots"]),
    _press("semaine", "week", KEYS["grid"]),
    _press("apres", "later", KEYS["week_after"]),
    _press("avant", "earlier", KEYS["week_before"]),
    _go("attente", "waiting", KEYS["waiting"].act, {"view": "waiting"}),
    _view("tri", "triage", KEYS["triage"]),
    _view("rappel", "callback", KEYS["callback"]),
    _view("alerte", "alert", KEYS["alert"]),
    _go("15", "15", say("Alert for the 15"), LEVEL_15),
    _view("msg", "message", KEYS["message"]),
    _view("clore", "close", KEYS["close"]),
    _go("abus", "abuse", say("End an abusive call"), {"view": "abuse"}),
    _press("oui", "yes", KEYS["yes"]),
    _press("non", "no", KEYS["no"]),
    _press("saispas", "unknown", KEYS["unknown"]),
    *EVERYWHERE,
)
"""What may be done in one's own open call."""
