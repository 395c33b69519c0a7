"""Two numbers everybody types by hand: a telephone number and an RPPS.

Both are refused here, before anything is stored, because a wrong one is found out on the day a
doctor cannot be reached.
"""

import re
from dataclasses import dataclass

from telesec.foundation.errors import Refused
from telesec.foundation.language import say

E164 = re.compile(r"^\+[1-9][0-9]{6,14}$")
"""ITU-T E.164: a plus sign and at most fifteen digits."""

_NOISE = re.compile(r"[\s.\-/\u00a0\u00ad\u200b-\u200f\u2010-\u2015\u202a-\u202f\u2060-\u2069\u2212\ufeff]")
"""What stands between digits, and the unseen marks that come with a number copied from an address book."""
_TRUNK = re.compile(r"^((?:\+|00)(?!39|378|225|242)[1-9][0-9]{0,2})\(0\)")
"""The ``(0)`` of a letterhead, not dialled from abroad; in Italy and a few more the zero is of the number."""
_BRACKETS = re.compile(r"[()]")


@dataclass(frozen=True)
class Region:
    """How one country dials at home.

    Args:
        calling_code: For instance ``33``.
        trunk: The digit dialled before a national number, dropped after the calling code.
        national: Digits of a national number without the trunk digit.
    """

    calling_code: str
    trunk: str
    national: int


FRANCE = Region("33", "0", 9)


def to_e164(typed: str, region: Region = FRANCE) -> str | None:
    """Return the number in E.164, or None when it cannot be one.

    Accepts what people type: spaces, dots, ``00`` for the plus sign, the national form of ``region``
    and the ``(0)`` of a letterhead (``+33 (0)1 …``, ``+41 (0)44 …``).
    """
    digits = _BRACKETS.sub("", _TRUNK.sub(r"\1", _NOISE.sub("", typed)))
    international = digits.startswith(("+", "00"))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if not international:
        if not (digits.startswith(region.trunk) and len(digits) == region.national + 1):
            return None
        digits = f"+{region.calling_code}{digits[1:]}"
    written_with_trunk = f"+{region.calling_code}{region.trunk}"
    if digits.startswith(written_with_trunk) and len(digits) == len(written_with_trunk) + region.national:
        digits = f"+{region.calling_code}{digits[len(written_with_trunk) :]}"
    return digits if E164.match(digits) else None


def needed_e164(typed: str, field: str) -> str:
    """Return the number in E.164.

    Args:
        typed: As for ``to_e164``.
        field: Name of the input field it was typed into.

    Raises:
        Refused: It cannot be a telephone number (``bad_number``, 422).
    """
    number = to_e164(typed)
    if number is None:
        raise Refused("bad_number", say("Check the telephone number."), status=422, field=field)
    return number


def read_aloud(number: str, region: Region = FRANCE) -> str:
    """Return an E.164 number as it is read aloud: one of ``region`` at home, in pairs; another as it is."""
    at_home = f"+{region.calling_code}"
    if not number.startswith(at_home) or len(number) != len(at_home) + region.national:
        return number
    digits = region.trunk + number.removeprefix(at_home)
    return " ".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def luhn(digits: str) -> bool:
    """Return whether the last digit is the Luhn check digit of the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for position, char in enumerate(reversed(digits)):
        value = int(char)
        if position % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def is_rpps(number: str) -> bool:
    """Return whether this is an RPPS number: eleven ASCII digits, the last one their Luhn check.

    Source: Agence du numérique en santé, "Répertoire partagé des professionnels de santé", format
    of the identifier. The SAS prefix ``8`` is not a part of the number.
    """
    return re.fullmatch(r"[0-9]{11}", number) is not None and luhn(number)


def masked(number: str) -> str:
    """Return a number as a screen may show it to those who need only to recognise it."""
    return f"{number[:3]} •• •• •• {number[-2:]}" if len(number) > 6 else "••"
