"""Imports: hand a sheet in, choose its columns, import it whole or not at all, take it back.

Refuses a file nobody can read, an import that changed meanwhile, lines with a fault unless somebody says that
they are left out. The sheet is sealed like a patient's name until it is imported or given up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import assert_never, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select, text

from telesec.callbacks.models import Callback
from telesec.calls.models import Call
from telesec.desk.phone_day import signature
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound, Refused, Stale
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.paging import one_of
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.messages.models import Message
from telesec.onboarding import columns, files, reads
from telesec.onboarding.candidates import NewInstruction, NewType
from telesec.onboarding.columns import FIELDS, ImportKind
from telesec.onboarding.models import ImportBatch, ImportedRow
from telesec.onboarding.reads import KIND, Review
from telesec.patients import bulk as patients
from telesec.patients.bulk import NewPatient
from telesec.practices import bulk as practices
from telesec.practices.reads import PracticeCard
from telesec.practices.service import WriteInstruction
from telesec.scheduling import bulk as scheduling
from telesec.scheduling.configuration import CreateAppointmentType
from telesec.scheduling.models import Appointment
from telesec.scheduling.waiting_models import WaitingListEntry
from telesec.vault import service as vault

DRAFT_LASTS = timedelta(hours=24)
BATCH = 100
"""Drafts one round of the sweep gives up."""
DRAFT, DONE, UNDONE = "draft", "done", "undone"


@dataclass(frozen=True)
class RunImport:
    """Import a draft as it was seen.

    Args:
        leave_out: Lines with a fault are left out; without it one fault refuses the whole.
        alike: Those alike somebody are other people: import them too.
    """

    practice_id: UUID
    import_id: UUID
    version: int
    leave_out: bool = False
    alike: bool = False


@dataclass(frozen=True)
class HandIn:
    """A file as it came."""

    practice_id: UUID
    kind: ImportKind
    data: bytes = field(repr=False)


def hand_in(uow: UnitOfWork, command: HandIn) -> UUID:
    """Keep a file as a sealed draft and return its id; nothing is imported yet.

    Raises:
        Refused: The file cannot be read (422).
    """
    authorize(uow, Permission.PRACTICE_CREATE, on=Facts(command.practice_id))
    sheet = files.read(command.data)
    import_id = new_id()
    sealed = vault.seal(uow, command.practice_id, KIND, import_id, 1, sheet=sheet.as_text())
    uow.session.add(
        ImportBatch(
            practice_id=command.practice_id,
            id=import_id,
            kind=command.kind.value,
            state=DRAFT,
            sheet_sealed=sealed["sheet"],
            columns=columns.found(command.kind, sheet.titles),
            lines=len(sheet.lines),
            made=0,
            kept=0,
            person_id=uow.actor.person_id,
            created_at=uow.now(),
        )
    )
    uow.session.flush()
    uow.audit(
        "import.hand_in",
        practice_id=command.practice_id,
        object_id=import_id,
        kind=command.kind.value,
        lines=len(sheet.lines),
    )
    return import_id


def choose_columns(
    uow: UnitOfWork, practice_id: UUID, import_id: UUID, chosen: Mapping[str, int | None]
) -> None:
    """Say which column holds what; a field without a column is not read.

    Raises:
        Refused: One column for two fields (422).
        NotFound: No such draft here.
    """
    authorize(uow, Permission.PRACTICE_CREATE, on=Facts(practice_id))
    row = _draft(uow, practice_id, import_id)
    names = {one.name for one in FIELDS[ImportKind(row.kind)]}
    placed = {name: place for name, place in chosen.items() if name in names and place is not None}
    if len(set(placed.values())) != len(placed):
        raise Refused(
            "column_twice", say("Each column holds one thing: choose another for one of them."), status=422
        )
    row.columns = placed
    uow.audit("import.columns", practice_id=practice_id, object_id=import_id)


def run(uow: UnitOfWork, command: RunImport) -> int:
    """Import a draft, whole or not at all; return how many were made.

    Raises:
        Refused: A needed column is not chosen, a line has a fault and nobody said to leave it out, or nothing
            is left to import (422).
        Stale: The draft is not as it was seen.
        NotFound: No such draft here.
    """
    authorize(uow, Permission.PRACTICE_CREATE, on=Facts(command.practice_id))
    row = _draft(uow, command.practice_id, command.import_id)
    if row.version != command.version:
        raise Stale
    seen = reads.review(uow, command.practice_id, command.import_id)
    if seen.missing:
        raise Refused("column_missing", say("Choose the columns that are needed first."), status=422)
    if seen.problems and not command.leave_out:
        raise Refused(
            "faulty_lines",
            say("Some lines have a fault. Correct the file, or tick that they are left out."),
            status=422,
            field="leave_out",
        )
    ready = list(seen.ready(alike=command.alike).values())
    if not ready:
        raise Refused("nothing_left", say("No line is left to import."), status=422)
    made = _make(uow, seen, ready)
    uow.session.execute(
        insert(ImportedRow),
        [
            {"practice_id": command.practice_id, "import_id": command.import_id, "object_id": one}
            for one in made
        ],
    )
    row.state, row.sheet_sealed, row.done_at, row.made = DONE, None, uow.now(), len(made)
    vault.shred(uow, command.practice_id, command.import_id)
    uow.audit("import.run", practice_id=command.practice_id, object_id=command.import_id, count=len(made))
    return len(made)


def undo(uow: UnitOfWork, practice_id: UUID, import_id: UUID) -> int:
    """Take back what an import made, but for what was used or changed since; return how many were kept.

    Raises:
        Refused: It was not imported, or is undone already (409).
        NotFound: No such import here.
    """
    authorize(uow, Permission.PRACTICE_CREATE, on=Facts(practice_id))
    row = uow.locked(ImportBatch, practice_id, import_id)
    if row.state != DONE:
        raise Refused("not_imported", say("There is nothing to take back."))
    ids = uow.session.scalars(
        select(ImportedRow.object_id).where(
            ImportedRow.practice_id == practice_id, ImportedRow.import_id == import_id
        )
    ).all()
    gone = _take_back(uow, ImportKind(row.kind), practice_id, ids)
    row.state, row.undone_at, row.kept = UNDONE, uow.now(), len(ids) - gone
    uow.audit("import.undo", practice_id=practice_id, object_id=import_id, kept=row.kept)
    return row.kept


def give_up(uow: UnitOfWork, practice_id: UUID, import_id: UUID) -> None:
    """Forget a draft and its sheet."""
    authorize(uow, Permission.PRACTICE_CREATE, on=Facts(practice_id))
    row = _draft(uow, practice_id, import_id)
    uow.session.delete(row)
    vault.shred(uow, practice_id, import_id)
    uow.audit("import.give_up", practice_id=practice_id, object_id=import_id)


def old_drafts(uow: UnitOfWork) -> tuple[tuple[UUID, UUID], ...]:
    """Return drafts older than a day as (practice, import), oldest first, at most a batch of them."""
    authorize(uow, Permission.RETENTION_RUN, on=Facts(None))
    rows = uow.session.execute(
        text("select practice_id, id from sec.due_import_drafts(:before, :lim)"),
        {"before": uow.now() - DRAFT_LASTS, "lim": BATCH},
    )
    return tuple((row.practice_id, row.id) for row in rows)


def give_up_many(uow: UnitOfWork, practice_id: UUID, import_ids: Sequence[UUID]) -> int:
    """Forget those of these imports that are still drafts, with their keys; return how many."""
    authorize(uow, Permission.RETENTION_RUN, on=Facts(practice_id))
    gone = uow.session.scalars(
        delete(ImportBatch)
        .where(
            ImportBatch.practice_id == practice_id,
            one_of(ImportBatch.id, import_ids),
            ImportBatch.state == DRAFT,
        )
        .returning(ImportBatch.id)
    ).all()
    vault.shred_many(uow, practice_id, gone)
    return len(gone)


def _draft(uow: UnitOfWork, practice_id: UUID, import_id: UUID) -> ImportBatch:
    row = uow.locked(ImportBatch, practice_id, import_id)
    if row.state != DRAFT:
        raise NotFound
    return row


def _make(uow: UnitOfWork, seen: Review, ready: Sequence[object]) -> tuple[UUID, ...]:
    practice_id = seen.practice.id
    match seen.card.kind:
        case ImportKind.PATIENTS:
            return patients.register_many(uow, practice_id, cast("Sequence[NewPatient]", ready))
        case ImportKind.APPOINTMENT_TYPES:
            types = [_type(practice_id, one) for one in cast("Sequence[NewType]", ready)]
            return scheduling.create_types(uow, practice_id, types)
        case ImportKind.INSTRUCTIONS:
            author = signature(uow, seen.practice) or seen.practice.name
            texts = [
                _instruction(seen.practice, author, one) for one in cast("Sequence[NewInstruction]", ready)
            ]
            return practices.write_instructions(uow, practice_id, texts)
        case _:
            assert_never(seen.card.kind)


def _type(practice_id: UUID, one: NewType) -> CreateAppointmentType:
    return CreateAppointmentType(
        practice_id,
        one.code,
        one.name,
        one.minutes,
        practitioner_ids=one.practitioner_ids,
        min_level=one.min_level,
        release_hours=one.release_hours,
    )


def _instruction(practice: PracticeCard, author: str, one: NewInstruction) -> WriteInstruction:
    """Return the instruction; its last day ends at the practice's own midnight."""
    until = None
    if one.until is not None:
        after = one.until + timedelta(days=1)
        until = datetime.combine(after, time(0), ZoneInfo(practice.time_zone)).astimezone(UTC)
    return WriteInstruction(
        practice.id,
        one.text,
        author,
        kind=one.kind,
        applies=one.applies,
        valid_to=until,
        practitioner_id=one.practitioner_id,
    )


def _take_back(uow: UnitOfWork, kind: ImportKind, practice_id: UUID, ids: Sequence[UUID]) -> int:
    match kind:
        case ImportKind.PATIENTS:
            free = _unnamed(uow, practice_id, patients.untouched(uow, practice_id, ids))
            patients.forget(uow, practice_id, free)
            return len(free)
        case ImportKind.APPOINTMENT_TYPES:
            return scheduling.remove_unused_types(uow, practice_id, ids)
        case ImportKind.INSTRUCTIONS:
            return practices.retire_untouched(uow, practice_id, ids)
        case _:
            assert_never(kind)


def _unnamed(uow: UnitOfWork, practice_id: UUID, ids: Sequence[UUID]) -> list[UUID]:
    """Return the patients no call, message, callback, appointment or waiting list names."""
    named: set[UUID | None] = set()
    for table in (Appointment, Call, Callback, Message, WaitingListEntry):
        named |= set(
            uow.session.scalars(
                select(table.patient_id).where(
                    table.practice_id == practice_id, one_of(table.patient_id, ids)
                )
            )
        )
    return [one for one in ids if one not in named]
