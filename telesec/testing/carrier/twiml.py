"""TwiML, read strictly: an allow-list of verbs, attributes and nestings.

Twilio's own library checks nothing, and Twilio itself ignores what it does not know. Here everything
unknown is an error, so that a test fails before a doctor hears "an application error has occurred".
``<Play>`` and ``<Dial>`` are refused: telesec never fetches sound and never bridges a call from TwiML.
Source: Twilio, "TwiML for Programmable Voice".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree as ET

VERBS: Final[Mapping[str, frozenset[str]]] = {
    "Say": frozenset({"language", "voice", "loop"}),
    "Gather": frozenset({"input", "numDigits", "action", "method", "timeout", "finishOnKey", "language"}),
    "Pause": frozenset({"length"}),
    "Hangup": frozenset(),
    "Redirect": frozenset({"method"}),
    "Record": frozenset(
        {
            "action", "method", "timeout", "finishOnKey", "maxLength", "playBeep", "trim",
            "recordingStatusCallback", "recordingStatusCallbackMethod", "recordingStatusCallbackEvent",
        }
    ),
    "Message": frozenset(),
}  # fmt: skip
VOICE_VERBS: Final = frozenset(VERBS) - {"Message"}
TEXT_VERBS: Final = frozenset({"Message"})
NESTED: Final = frozenset({"Say", "Pause"})
MAX_CHARACTERS: Final = 64_000


class BadTwiml(Exception):
    """The document is not TwiML we would ever send; the message says where."""


@dataclass(frozen=True)
class Verb:
    """One instruction; ``text`` is what stands inside, ``children`` what a ``<Gather>`` says meanwhile."""

    name: str
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple["Verb", ...] = ()

    def seconds(self, name: str, default: float) -> float:
        """Return an attribute that counts seconds."""
        value = self.attributes.get(name, "")
        if value and not value.isdecimal():
            raise BadTwiml(f"{self.name} {name} is not a number of seconds")
        return float(value) if value else default


def parse(document: str, *, allowed: frozenset[str] = VOICE_VERBS) -> tuple[Verb, ...]:
    """Return the verbs of a document, in order: a voice document unless ``allowed`` says ``TEXT_VERBS``.

    Raises:
        BadTwiml: Anything outside the allow-list, or no well-formed XML.
    """
    if len(document) > MAX_CHARACTERS:
        raise BadTwiml("longer than 64 kB")
    if "<!" in document:
        raise BadTwiml("declarations and comments have no place in TwiML")
    try:
        root = ET.fromstring(document)  # noqa: S314 - no declarations, hence no entities, get here
    except ET.ParseError as error:
        raise BadTwiml(f"not XML: {error}") from None
    if root.tag != "Response" or root.attrib or (root.text or "").strip():
        raise BadTwiml("the root is a plain <Response>")
    return tuple(_verb(element, allowed) for element in root)


def _verb(element: ET.Element, allowed: frozenset[str]) -> Verb:
    name = element.tag
    if name not in allowed:
        raise BadTwiml(f"<{name}> is not allowed here")
    unknown = set(element.attrib) - VERBS[name]
    if unknown:
        raise BadTwiml(f"<{name}> does not take {sorted(unknown)}")
    if (element.tail or "").strip():
        raise BadTwiml(f"text after <{name}>")
    text = (element.text or "").strip()
    if bool(text) != (name in {"Say", "Redirect", "Message"}):
        raise BadTwiml(f"<{name}> {'has no text' if not text else 'takes no text'}")
    children = tuple(_verb(child, NESTED if name == "Gather" else frozenset()) for child in element)
    return Verb(name, text, dict(element.attrib), children)
