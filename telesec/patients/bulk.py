"""Many patients at once, as an import brings them: looked through, registered, and taken back.

Nothing is asked of the database in a loop over people: keys, rows and indexes go in batches. Names never
enter an audit entry.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import delete, insert, select, tuple_

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.ids import new_id
from telesec.foundation.paging import one_of
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.patients.models import Caller, Patient, PatientPhone
from telesec.patients.reads import KIND, MOST_SCANNED, PAGE
from telesec.patients.rules import Sex, join_numbers, split_numbers
from telesec.vault import service as vault


@dataclass(frozen=True)
class NewPatient:
    """A patient as read from a file and found without fault; ``phones`` in E.164."""

    family_name: str = field(repr=False)
    given_name: str = field(default="", repr=False)
    birth_date: date | None = field(default=None, repr=False)
    sex: Sex = Sex.UNKNOWN
    phones: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Identity:
    """Enough of a patient to know them again."""

    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    phones: tuple[str, ...] = field(repr=False)


def identities(uow: UnitOfWork, practice_id: UUID) -> tuple[Identity, ...]:
    """Return every patient of a practice; audited as one search by its kind and how many were looked at."""
    authorize(uow, Permission.PATIENT_READ, on=Facts(practice_id))
    found = tuple(_all(uow, practice_id))
    uow.audit("patient.search", practice_id=practice_id, kind="import", count=len(found))
    return found


def register_many(uow: UnitOfWork, practice_id: UUID, people: Sequence[NewPatient]) -> tuple[UUID, ...]:
    """Register people found to be nobody's double; return their ids, in order."""
    authorize(uow, Permission.PATIENT_WRITE, on=Facts(practice_id))
    made: list[UUID] = []
    for start in range(0, len(people), PAGE):
        made += _register(uow, practice_id, people[start : start + PAGE])
    uow.audit("patient.register_many", practice_id=practice_id, count=len(made))
    return tuple(made)


def forget(uow: UnitOfWork, practice_id: UUID, patient_ids: Sequence[UUID]) -> None:
    """Delete patients nobody has met since, with their keys; the caller saw that nothing names them."""
    authorize(uow, Permission.PATIENT_WRITE, on=Facts(practice_id))
    mine = Patient.practice_id == practice_id
    uow.session.execute(delete(Patient).where(mine, one_of(Patient.id, patient_ids)))
    vault.shred_many(uow, practice_id, patient_ids)
    uow.audit("patient.forget_many", practice_id=practice_id, count=len(patient_ids))


def untouched(uow: UnitOfWork, practice_id: UUID, patient_ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """Return those of these patients who are as they were registered, and for whom nobody spoke since."""
    authorize(uow, Permission.PATIENT_READ, on=Facts(practice_id))
    spoken = (
        select(Caller.id)
        .where(Caller.practice_id == Patient.practice_id, Caller.patient_id == Patient.id)
        .exists()
    )
    rows = uow.session.scalars(
        select(Patient.id).where(
            Patient.practice_id == practice_id, one_of(Patient.id, patient_ids), Patient.version == 1, ~spoken
        )
    )
    return tuple(rows)


def _register(uow: UnitOfWork, practice_id: UUID, people: Sequence[NewPatient]) -> list[UUID]:
    ids = [new_id() for _ in people]
    sealed = vault.seal_new(
        uow,
        practice_id,
        KIND,
        [(key, _fields(person)) for key, person in zip(ids, people, strict=True)],
    )
    now = uow.now()
    uow.session.execute(
        insert(Patient),
        [
            {
                "practice_id": practice_id,
                "id": key,
                **{f"{name}_sealed": blob for name, blob in fields.items()},
                "sealed_version": 1,
                "created_at": now,
                "changed_at": now,
                "version": 1,
            }
            for key, fields in zip(ids, sealed, strict=True)
        ],
    )
    index = vault.phone_indexes(uow, practice_id, {number for person in people for number in person.phones})
    phones = [
        {"practice_id": practice_id, "patient_id": key, "phone_index": index[number]}
        for key, person in zip(ids, people, strict=True)
        for number in dict.fromkeys(person.phones)
    ]
    if phones:
        uow.session.execute(insert(PatientPhone), phones)
    return ids


def _fields(person: NewPatient) -> dict[str, str]:
    return {
        "family_name": person.family_name,
        "given_name": person.given_name,
        "birth_date": person.birth_date.isoformat() if person.birth_date else "",
        "sex": person.sex.value,
        "phones": join_numbers(person.phones),
    }


def _all(uow: UnitOfWork, practice_id: UUID) -> Iterator[Identity]:
    """Yield everybody, page by page, newest changed first."""
    after: tuple[object, UUID] | None = None
    for _page in range(MOST_SCANNED // PAGE):
        page = (
            select(
                Patient.id,
                Patient.changed_at,
                Patient.sealed_version,
                Patient.family_name_sealed,
                Patient.given_name_sealed,
                Patient.birth_date_sealed,
                Patient.phones_sealed,
            )
            .where(Patient.practice_id == practice_id)
            .order_by(Patient.changed_at.desc(), Patient.id.desc())
            .limit(PAGE)
        )
        if after is not None:
            page = page.where(tuple_(Patient.changed_at, Patient.id) < after)
        rows = uow.session.execute(page).all()
        blobs = [
            (
                row.id,
                row.sealed_version,
                {
                    "family_name": row.family_name_sealed,
                    "given_name": row.given_name_sealed,
                    "birth_date": row.birth_date_sealed,
                    "phones": row.phones_sealed,
                },
            )
            for row in rows
        ]
        for told in vault.open_many(uow, practice_id, KIND, blobs):
            born = date.fromisoformat(told["birth_date"]) if told["birth_date"] else None
            yield Identity(told["family_name"], told["given_name"], born, split_numbers(told["phones"]))
        if len(rows) < PAGE:
            return
        after = (rows[-1].changed_at, rows[-1].id)
