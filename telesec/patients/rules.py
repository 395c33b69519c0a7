"""Names as people say them, birth dates as people type them.

On the phone nobody spells accents, hyphens or the particle of a name; two writings of one name must
meet. Nothing here decides that two people are one: it only says what is worth showing.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

OLDEST_YEARS = 130
EARLIEST_YEAR = 1900
"""A date before it is a slip of the fingers: nobody born then is alive."""
_LETTERS = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
_BIRTH = re.compile(r"^\s*(\d{1,2})[\s./-]?(\d{1,2})[\s./-]?(\d{4})\s*$")


class Sex(StrEnum):
    """Administrative sex, as the national identity (INS) knows it."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


def fold(name: str) -> str:
    """Return a name without case, accents, hyphens and apostrophes, words separated by one space.

    ``"Lefèvre-Œuvrard"`` and ``"LEFEVRE OEUVRARD"`` meet.
    """
    lowered = "".join(_LETTERS.get(char, char) for char in name.casefold())
    bare = "".join(char for char in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w]+|_", " ", bare).split())


def has_prefix(prefix: str, family_name: str, given_name: str) -> bool:
    """Return whether any word of the family or the given name starts with the letters typed.

    Several words typed must each start one: "du ma" finds Marie Dupont; "dhe" finds D'Hérouville.
    """
    wanted, names = fold(prefix).split(), (fold(family_name), fold(given_name))
    words = [word for name in names for word in (*name.split(), name.replace(" ", ""))]
    return all(any(word.startswith(letters) for word in words) for letters in wanted)


def name_key(family_name: str, given_name: str) -> str:
    """Return what likeness is measured on: all words, sorted, so that swapped fields still meet."""
    return " ".join(sorted((fold(family_name) + " " + fold(given_name)).split()))


def parse_birth_date(typed: str, today: date) -> date | None:
    """Return a birth date typed as ``14/07/1989``, ``14071989`` or ISO, or None when it cannot be one.

    Refused: the future, more than 130 years ago, and before 1900.
    """
    born = typed_day(typed)
    return born if born is not None and can_be_born(born, today) else None


def typed_day(typed: str) -> date | None:
    """Return the day that was typed, whoever may be born on it; None when no calendar has it."""
    try:
        return date.fromisoformat(typed.strip()) if typed.strip()[4:5] == "-" else _day_first(typed)
    except ValueError:
        return None


def is_written_as_day(typed: str) -> bool:
    """Return whether it has a day's figures, though perhaps of a day that does not exist (29/02/2023)."""
    return _BIRTH.match(typed) is not None


def can_be_born(born: date, today: date) -> bool:
    """Return whether somebody alive can have this birth date."""
    return born <= today and born.year >= max(EARLIEST_YEAR, today.year - OLDEST_YEARS)


def _day_first(typed: str) -> date | None:
    found = _BIRTH.match(typed)
    if found is None:
        return None
    day, month, year = map(int, found.groups())
    return date(year, month, day)


def order_key(family_name: str, given_name: str) -> tuple[str, str]:
    """Return the key by which lists of patients are sorted."""
    return fold(family_name), fold(given_name)


def join_numbers(numbers: Iterable[str]) -> str:
    """Return E.164 numbers as one sealed text, each once, in the order given."""
    return "\n".join(dict.fromkeys(numbers))


def split_numbers(text: str) -> tuple[str, ...]:
    """Return the numbers ``join_numbers`` put together."""
    return tuple(text.split("\n")) if text else ()
