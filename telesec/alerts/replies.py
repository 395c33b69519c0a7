"""What a practitioner may answer by SMS or by keys, and what of an address may be shown.

Refuses to guess: an answer that is not exactly an action and two digits is no answer.
"""

import re
from dataclasses import dataclass, field

from telesec.alerts.rules import Outcome

_WORDS: dict[str, Outcome | None] = {
    "1": None,
    "A": Outcome.PATIENT_CALLED,
    "R": Outcome.WILL_CALL,
    "P": Outcome.PASS_ON,
    "S": Outcome.SENT_TO_15,
}
_REPLY = re.compile(r"\s*([1ARPS])[\s.,:;/-]*([0-9])\s?([0-9])[\s.!]*", re.IGNORECASE | re.ASCII)

_KEYS = {
    "1": Outcome.PATIENT_CALLED,
    "2": Outcome.WILL_CALL,
    "3": Outcome.PASS_ON,
    "4": Outcome.SENT_TO_15,
}


@dataclass(frozen=True)
class Reply:
    """A coded SMS reply: ``1 47`` takes the alert, ``A 47`` and its like tell the outcome.

    Args:
        code: The two digits.
        outcome: None when the alert is taken without saying more.
    """

    code: str = field(repr=False)
    outcome: Outcome | None


def parse_reply(body: str) -> Reply | None:
    """Return the reply in an SMS (``1 47``, ``147``, ``1-47``, ``A 47``), or None for other words."""
    found = _REPLY.fullmatch(body)
    if found is None:
        return None
    return Reply(found[2] + found[3], _WORDS[found[1].upper()])


def outcome_of_key(digits: str) -> Outcome | None:
    """Return the outcome of the key pressed on the phone, or None for another key."""
    return _KEYS.get(digits)


def mask(address: str) -> str:
    """Return an address that its owner recognises and nobody else can use.

    ``+33639981234`` → ``+33 •••• 34``; ``lune@example.org`` → ``l•••@example.org``.
    """
    if "@" in address:
        name, _, domain = address.partition("@")
        return f"{name[:1]}•••@{domain}"
    return f"{address[:3]} •••• {address[-2:]}"
