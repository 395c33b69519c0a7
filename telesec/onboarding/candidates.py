"""A sheet and its columns → what would be imported, and every fault by its line. Values and functions only.

Nothing is looked up here: what is here already is handed in.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as part
from datetime import date
from typing import TypeVar
from uuid import UUID

from telesec.foundation.language import Sentence, say
from telesec.onboarding import values
from telesec.onboarding.sheet import Line
from telesec.onboarding.values import Unclear
from telesec.patients.bulk import NewPatient
from telesec.patients.rules import Sex, fold
from telesec.practices.rules import Applies, InstructionKind
from telesec.triage.levels import Level

T = TypeVar("T")
Columns = Mapping[str, int]
LONGEST_NAME = 200
LONGEST_CODE = 40
MOST_PHONES = 8
NO_PHONES: tuple[str, ...] = ()
EMPTY = say("This is empty.")
TOO_LONG = say("This is too long.")


@dataclass(frozen=True)
class Problem:
    """A line that cannot be imported as it is.

    Args:
        field: Name of the field, or empty for the line.
        cell: What stands there.
    """

    line: int
    field: str
    sentence: Sentence
    cell: str = part(default="", repr=False)


@dataclass(frozen=True)
class NewType:
    """An appointment type as read; without practitioners everybody does it."""

    code: str
    name: str
    minutes: int
    practitioner_ids: tuple[UUID, ...] = ()
    min_level: Level | None = None
    release_hours: int | None = None


@dataclass(frozen=True)
class NewInstruction:
    """An instruction as read; ``until`` is its last day."""

    text: str
    kind: InstructionKind
    applies: Applies
    practitioner_id: UUID | None
    until: date | None


@dataclass(frozen=True)
class Read:
    """What a sheet holds: line → what would be made, and the lines with a fault."""

    good: Mapping[int, object]
    problems: tuple[Problem, ...]


class _Reader:
    """Reads the fields of one line and gathers what is wrong with it."""

    def __init__(self, line: Line, columns: Columns) -> None:
        self._line, self._columns = line, columns
        self.problems: list[Problem] = []

    def text(self, name: str, *, needed: bool = False, longest: int = LONGEST_NAME) -> str:
        """Return a cell; too long, or empty where it is needed, is a fault."""
        cell = self._line.cell(self._columns.get(name))
        if needed and not cell:
            self.wrong(name, EMPTY, cell)
        if len(cell) > longest:
            self.wrong(name, TOO_LONG, cell)
        return cell

    def value(self, name: str, read: Callable[[str], T], otherwise: T) -> T:
        """Return what a cell means; what cannot be understood is a fault."""
        cell = self._line.cell(self._columns.get(name))
        try:
            return read(cell)
        except Unclear as error:
            self.wrong(name, error.sentence, cell)
            return otherwise

    def wrong(self, name: str, sentence: Sentence, cell: str) -> None:
        """Note a fault."""
        self.problems.append(Problem(self._line.number, name, sentence, cell))


def patients(lines: Iterable[Line], columns: Columns, today: date) -> Read:
    """Return the patients of a sheet."""

    def one(reader: _Reader) -> NewPatient:
        used = reader.text("family_name")
        family = used or reader.text("birth_name")
        if not family:
            reader.wrong("family_name", EMPTY, "")
        first = reader.value("phone", values.phones, NO_PHONES)
        second = reader.value("phone_2", values.phones, NO_PHONES)
        numbers = tuple(dict.fromkeys((*first, *second)))
        if len(numbers) > MOST_PHONES:
            reader.wrong("phone", TOO_LONG, "")
        return NewPatient(
            family,
            reader.text("given_name"),
            reader.value("birth_date", lambda cell: values.birth_date(cell, today), None),
            reader.value("sex", values.sex, Sex.UNKNOWN),
            numbers,
        )

    return _read(lines, columns, one)


def appointment_types(lines: Iterable[Line], columns: Columns, practitioners: Mapping[str, UUID]) -> Read:
    """Return the appointment types of a sheet.

    Args:
        practitioners: Folded name → id of the practice's practitioners.
    """

    def one(reader: _Reader) -> NewType:
        name = reader.text("name", needed=True)
        code = reader.text("code", longest=LONGEST_CODE) or fold(name).replace(" ", "-")[:LONGEST_CODE]
        length = reader.value("duration", values.minutes, 0)
        who = reader.text("practitioners", longest=1000)
        ids = tuple(
            found
            for part in who.replace(";", ",").replace("\n", ",").split(",")
            if (found := _practitioner(reader, "practitioners", part, practitioners))
        )
        kept = reader.value("min_level", values.kept_for, None)
        before = reader.value("release_hours", values.hours_before, None)
        if before is not None and kept is None:
            reader.wrong("release_hours", values.NOT_KEPT, str(before))
        return NewType(code, name, length, ids, kept, before)

    return _read(lines, columns, one)


def instructions(
    lines: Iterable[Line], columns: Columns, practitioners: Mapping[str, UUID], today: date
) -> Read:
    """Return the instructions of a sheet."""

    def one(reader: _Reader) -> NewInstruction:
        until = reader.value("until", values.day, None)
        if until is not None and until < today:
            reader.wrong("until", say("This day is over: the instruction would never count."), "")
        return NewInstruction(
            reader.text("text", needed=True, longest=4000),
            reader.value("kind", values.kind, InstructionKind.GENERAL),
            reader.value("applies", values.applies, Applies.ALWAYS),
            _practitioner(reader, "practitioner", reader.text("practitioner"), practitioners),
            until,
        )

    return _read(lines, columns, one)


def _read(lines: Iterable[Line], columns: Columns, one: Callable[[_Reader], object]) -> Read:
    good: dict[int, object] = {}
    problems: list[Problem] = []
    for line in lines:
        reader = _Reader(line, columns)
        made = one(reader)
        if reader.problems:
            problems += reader.problems
        else:
            good[line.number] = made
    return Read(good, tuple(problems))


def _practitioner(reader: _Reader, name: str, typed: str, known: Mapping[str, UUID]) -> UUID | None:
    """Return whom a name means: the whole name, or its last word where only one practitioner has it."""
    wanted = fold(typed)
    if not wanted:
        return None
    if wanted in known:
        return known[wanted]
    near = {one for full, one in known.items() if full.split()[-1:] == wanted.split()[-1:]}
    if len(near) == 1:
        return near.pop()
    reader.wrong(name, say("No practitioner of this practice has this name."), typed)
    return None
