"""Which patients of a file are here already, or stand in it twice: told apart before anything is written.

The same: the same words in the name and the same birth date, or one number where a birth date is not known.
Alike: a close name and the same birth date or number, or the same name and nothing else known. A person
decides about those, never this.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from telesec.patients.likeness import alike
from telesec.patients.rules import name_key

HERE = 0
"""In place of a line: the patient is in the practice already."""


class Somebody(Protocol):
    """What is compared."""

    @property
    def family_name(self) -> str: ...
    @property
    def given_name(self) -> str: ...
    @property
    def birth_date(self) -> date | None: ...
    @property
    def phones(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Doubles:
    """Line → the line it repeats, or ``HERE``; a line is in one of the two at most."""

    same: Mapping[int, int]
    alike: Mapping[int, int]


class _Known:
    """Whom a line may repeat, found by birth date, by number, and by name where neither is known."""

    def __init__(self) -> None:
        self._by_date: dict[date, list[tuple[Somebody, int]]] = defaultdict(list)
        self._by_phone: dict[str, list[tuple[Somebody, int]]] = defaultdict(list)
        self._by_name: dict[str, list[tuple[Somebody, int]]] = defaultdict(list)

    def add(self, who: Somebody, line: int) -> None:
        """Know somebody from now on."""
        if who.birth_date:
            self._by_date[who.birth_date].append((who, line))
        for number in who.phones:
            self._by_phone[number].append((who, line))
        self._by_name[_key(who)].append((who, line))

    def match(self, who: Somebody) -> tuple[int | None, int | None]:
        """Return the line of the same one, and of one alike."""
        born = self._by_date.get(who.birth_date, []) if who.birth_date else []
        by_phone = [
            (other, line)
            for number in who.phones
            for other, line in self._by_phone.get(number, [])
            if who.birth_date is None or other.birth_date is None
        ]
        for other, line in (*born, *by_phone):
            if _key(other) == _key(who):
                return line, None
        for other, line in (*born, *by_phone):
            if alike(_names(who), _names(other)):
                return None, line
        for other, line in self._by_name.get(_key(who), []):
            if who.birth_date is None or other.birth_date is None:
                return None, line
        return None, None


def doubles(new: Mapping[int, Somebody], here: Iterable[Somebody]) -> Doubles:
    """Return the lines of a file that repeat somebody.

    Args:
        new: Line → whom it would register, in the order of the file.
        here: Whom the practice knows.
    """
    known = _Known()
    for who in here:
        known.add(who, HERE)
    same: dict[int, int] = {}
    near: dict[int, int] = {}
    for line, who in new.items():
        equal, close = known.match(who)
        if equal is not None:
            same[line] = equal
            continue
        if close is not None:
            near[line] = close
        known.add(who, line)
    return Doubles(same, near)


def _key(who: Somebody) -> str:
    return name_key(who.family_name, who.given_name)


def _names(who: Somebody) -> tuple[str, str]:
    return who.family_name, who.given_name
