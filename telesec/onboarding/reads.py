"""What an import would do: faults by line, doubles, what is ready. Nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from telesec.accounts import reads as accounts
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.onboarding import candidates, columns
from telesec.onboarding.candidates import NewInstruction, NewType, Problem, Read
from telesec.onboarding.columns import Field, ImportKind
from telesec.onboarding.doubles import HERE, Doubles, doubles
from telesec.onboarding.models import ImportBatch
from telesec.onboarding.sheet import Sheet
from telesec.patients import bulk as patients
from telesec.patients.bulk import NewPatient
from telesec.patients.rules import fold
from telesec.practices import reads as practices
from telesec.practices.reads import PracticeCard
from telesec.scheduling import bulk as scheduling
from telesec.vault import service as vault

KIND = "import"
MOST_IMPORTS = 50
MOST_SHOWN = 100
NOTHING = Doubles({}, {})


@dataclass(frozen=True)
class ImportCard:
    """An import as listed."""

    id: UUID
    kind: ImportKind
    state: str
    lines: int
    made: int
    kept: int
    author: str
    created_at: datetime
    done_at: datetime | None
    undone_at: datetime | None
    version: int


@dataclass(frozen=True)
class Review:
    """A dry run.

    Args:
        columns: Field → place of its column.
        missing: Needed fields no column holds; then nothing was read.
        good: Line → what would be made, doubles included.
    """

    card: ImportCard
    practice: PracticeCard
    sheet: Sheet
    columns: Mapping[str, int]
    missing: tuple[Field, ...]
    good: Mapping[int, object]
    problems: tuple[Problem, ...]
    doubles: Doubles

    @property
    def bad_lines(self) -> tuple[int, ...]:
        """The lines with a fault."""
        return tuple(sorted({one.line for one in self.problems}))

    def ready(self, *, alike: bool) -> dict[int, object]:
        """Return what would be made; those alike somebody only where asked."""
        left = set(self.doubles.same) | (set() if alike else set(self.doubles.alike))
        return {line: one for line, one in self.good.items() if line not in left}


def imports(uow: UnitOfWork, practice_id: UUID) -> tuple[ImportCard, ...]:
    """Return a practice's imports, newest first."""
    authorize(uow, Permission.PRACTICE_CREATE, on=Facts(practice_id))
    rows = uow.session.scalars(
        select(ImportBatch)
        .where(ImportBatch.practice_id == practice_id)
        .order_by(ImportBatch.created_at.desc(), ImportBatch.id.desc())
        .limit(MOST_IMPORTS)
    ).all()
    names = accounts.names(uow, {row.person_id for row in rows if row.person_id})
    return tuple(_card(row, names) for row in rows)


def card(uow: UnitOfWork, practice_id: UUID, import_id: UUID) -> ImportCard:
    """Return one import.

    Raises:
        NotFound: No such import here.
    """
    authorize(uow, Permission.PRACTICE_CREATE, on=Facts(practice_id))
    row = uow.session.get(ImportBatch, (practice_id, import_id))
    if row is None:
        raise NotFound
    names = accounts.names(uow, {row.person_id} if row.person_id else ())
    return _card(row, names)


def review(uow: UnitOfWork, practice_id: UUID, import_id: UUID) -> Review:
    """Return what a draft would do now, against what the practice holds now.

    Raises:
        NotFound: No such draft here.
    """
    authorize(uow, Permission.PRACTICE_CREATE, on=Facts(practice_id))
    row = uow.session.get(ImportBatch, (practice_id, import_id))
    if row is None or row.sheet_sealed is None:
        raise NotFound
    sheet = Sheet.from_text(vault.open(uow, practice_id, KIND, import_id, 1, sheet=row.sheet_sealed)["sheet"])
    kind, placed = ImportKind(row.kind), cast("Mapping[str, int]", row.columns)
    about = card(uow, practice_id, import_id)
    practice = practices.practice(uow, practice_id)
    missing = columns.missing(kind, placed)
    if missing:
        return Review(about, practice, sheet, placed, missing, {}, (), NOTHING)
    read = _read(uow, kind, sheet, placed, practice)
    repeated = _doubles(uow, kind, read, practice_id)
    return Review(about, practice, sheet, placed, (), read.good, read.problems, repeated)


def _read(
    uow: UnitOfWork, kind: ImportKind, sheet: Sheet, placed: Mapping[str, int], practice: PracticeCard
) -> Read:
    today = uow.now().astimezone(ZoneInfo(practice.time_zone)).date()
    people = {fold(person.name): person.id for person in practice.practitioners}
    match kind:
        case ImportKind.PATIENTS:
            return candidates.patients(sheet.lines, placed, today)
        case ImportKind.APPOINTMENT_TYPES:
            return candidates.appointment_types(sheet.lines, placed, people)
        case ImportKind.INSTRUCTIONS:
            return candidates.instructions(sheet.lines, placed, people, today)
        case _:
            assert_never(kind)


def _doubles(uow: UnitOfWork, kind: ImportKind, read: Read, practice_id: UUID) -> Doubles:
    match kind:
        case ImportKind.PATIENTS:
            new = cast("Mapping[int, NewPatient]", read.good)
            return doubles(new, patients.identities(uow, practice_id))
        case ImportKind.APPOINTMENT_TYPES:
            here = scheduling.type_codes(uow, practice_id)
            return _repeated({line: cast("NewType", one).code for line, one in read.good.items()}, here)
        case ImportKind.INSTRUCTIONS:
            known = frozenset(fold(one.text) for one in practices.instructions(uow, practice_id))
            texts = {line: fold(cast("NewInstruction", one).text) for line, one in read.good.items()}
            return _repeated(texts, known)
        case _:
            assert_never(kind)


def _repeated(new: Mapping[int, str], here: frozenset[str]) -> Doubles:
    seen: dict[str, int] = dict.fromkeys(here, HERE)
    same: dict[int, int] = {}
    for line, key in new.items():
        if key in seen:
            same[line] = seen[key]
        else:
            seen[key] = line
    return Doubles(same, {})


def _card(row: ImportBatch, names: Mapping[UUID, str]) -> ImportCard:
    return ImportCard(
        row.id,
        ImportKind(row.kind),
        row.state,
        row.lines,
        row.made,
        row.kept,
        names.get(row.person_id, "") if row.person_id else "",
        row.created_at,
        row.done_at,
        row.undone_at,
        row.version,
    )
