"""Use cases that change patients: register, revise, add who speaks for them.

Names never enter an audit entry, an error or an index. A likely duplicate is refused once, with the
ids to look at, and accepted when the secretary says it is somebody else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound, Refused, Stale
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.lengths import refuse_longer
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.patients.likeness import alike
from telesec.patients.models import Caller, Patient, PatientPhone
from telesec.patients.reads import KIND, PatientCard, with_birth_date, with_phone
from telesec.patients.rules import Sex, can_be_born, join_numbers
from telesec.practices.numbers import to_e164
from telesec.vault import service as vault

MAX_NAME = 200
MAX_PHONES = 8


@dataclass(frozen=True)
class RegisterPatient:
    """Who a patient is, as told on the phone.

    Args:
        phones: As typed, the first one is the one to call back; may be empty.
        confirmed: True when the reader saw the likely duplicates and says: somebody else.
    """

    practice_id: UUID
    family_name: str
    given_name: str
    birth_date: date | None = None
    sex: Sex = Sex.UNKNOWN
    phones: tuple[str, ...] = ()
    confirmed: bool = False


@dataclass(frozen=True)
class AddCaller:
    """Somebody who speaks for a patient, with the relation in their own words."""

    practice_id: UUID
    patient_id: UUID
    name: str
    relation: str
    phone: str = ""


def register(uow: UnitOfWork, command: RegisterPatient) -> UUID:
    """Register a patient and return the new id.

    Raises:
        Refused: ``patient_exists`` (409) with ``patient_ids`` when somebody of that birth date, or with
            that number where no birth date is known, has a close name; ``bad_name`` and ``bad_number`` (422).
    """
    authorize(uow, Permission.PATIENT_WRITE, on=Facts(command.practice_id))
    phones = _numbers(command.phones)
    _identity(uow, command)
    if not command.confirmed:
        same = _likely(uow, command, phones)
        if same:
            raise Refused(
                "patient_exists",
                say("Somebody like this is already here. Choose them, or say it is somebody else."),
                extra={"patient_ids": [str(card.id) for card in same]},
            )
    return _create(uow, command, phones)


def find_or_register(uow: UnitOfWork, command: RegisterPatient) -> UUID:
    """Return the one patient this must be, or register a new one.

    Only an unmistakable match counts: exactly one patient with a close name who shares number and birth
    date, or else exactly one who shares the birth date, or the number where either side has no birth date.
    Several likely ones are never chosen between. The number is tried first: it has an index.
    """
    authorize(uow, Permission.PATIENT_WRITE, on=Facts(command.practice_id))
    phones = _numbers(command.phones)
    _identity(uow, command)
    same = _under_number(uow, command, phones)
    if len(same) != 1:
        same = _likely(uow, command, phones)
    if len(same) != 1:
        return _create(uow, command, phones)
    patient_id = same[0].id
    _index(uow, command.practice_id, patient_id, phones)
    return patient_id


def revise(uow: UnitOfWork, patient_id: UUID, version: int, command: RegisterPatient) -> None:
    """Write a patient's identity anew, as a new sealed version; numbers not named any more are forgotten.

    Raises:
        Stale: Changed since ``version`` was seen.
        NotFound: No such patient here.
    """
    authorize(uow, Permission.PATIENT_WRITE, on=Facts(command.practice_id))
    phones = _numbers(command.phones)
    _identity(uow, command)
    row = uow.locked(Patient, command.practice_id, patient_id)
    if row.version != version:
        raise Stale
    _seal(uow, row, command, phones, row.sealed_version + 1)
    row.changed_at = uow.now()
    uow.session.execute(
        delete(PatientPhone).where(
            PatientPhone.practice_id == command.practice_id, PatientPhone.patient_id == patient_id
        )
    )
    _index(uow, command.practice_id, patient_id, phones)
    uow.session.flush()
    uow.audit("patient.revise", practice_id=command.practice_id, object_id=patient_id, version=row.version)


def add_caller(uow: UnitOfWork, command: AddCaller) -> UUID:
    """Record who speaks for a patient; their number will find the patient from then on."""
    authorize(uow, Permission.PATIENT_WRITE, on=Facts(command.practice_id))
    _name(command.name, "name")
    phones = _numbers((command.phone,) if command.phone else ())
    if uow.session.get(Patient, (command.practice_id, command.patient_id)) is None:
        raise NotFound
    caller_id = new_id()
    sealed = vault.seal(
        uow,
        command.practice_id,
        "caller",
        caller_id,
        1,
        name=command.name.strip(),
        relation=command.relation.strip(),
        phone=join_numbers(phones),
    )
    uow.session.add(
        Caller(
            practice_id=command.practice_id,
            id=caller_id,
            patient_id=command.patient_id,
            name_sealed=sealed["name"],
            relation_sealed=sealed["relation"],
            phone_sealed=sealed["phone"],
            sealed_version=1,
            created_at=uow.now(),
        )
    )
    _index(uow, command.practice_id, command.patient_id, phones)
    uow.session.flush()
    uow.audit("caller.add", practice_id=command.practice_id, object_id=caller_id)
    return caller_id


def note_phone(uow: UnitOfWork, practice_id: UUID, patient_id: UUID, number: str) -> None:
    """Remember that a patient was met under a number (E.164); twice is once."""
    authorize(uow, Permission.PATIENT_WRITE, on=Facts(practice_id))
    if uow.session.get(Patient, (practice_id, patient_id)) is None:
        raise NotFound
    _index(uow, practice_id, patient_id, _numbers((number,)))


def _create(uow: UnitOfWork, command: RegisterPatient, phones: tuple[str, ...]) -> UUID:
    now = uow.now()
    row = Patient(practice_id=command.practice_id, id=new_id(), created_at=now, changed_at=now)
    _seal(uow, row, command, phones, 1)
    uow.session.add(row)
    uow.session.flush()
    _index(uow, command.practice_id, row.id, phones)
    uow.audit("patient.register", practice_id=command.practice_id, object_id=row.id)
    return row.id


def _seal(
    uow: UnitOfWork, row: Patient, command: RegisterPatient, phones: tuple[str, ...], version: int
) -> None:
    sealed = vault.seal(
        uow,
        command.practice_id,
        KIND,
        row.id,
        version,
        family_name=command.family_name.strip(),
        given_name=command.given_name.strip(),
        birth_date=command.birth_date.isoformat() if command.birth_date else "",
        sex=command.sex.value,
        phones=join_numbers(phones),
    )
    row.family_name_sealed = sealed["family_name"]
    row.given_name_sealed = sealed["given_name"]
    row.birth_date_sealed = sealed["birth_date"]
    row.sex_sealed = sealed["sex"]
    row.phones_sealed = sealed["phones"]
    row.sealed_version = version


def _likely(uow: UnitOfWork, command: RegisterPatient, phones: tuple[str, ...]) -> tuple[PatientCard, ...]:
    """Return who may be the same person: same birth date, or same number where one is unknown."""
    born, here = command.birth_date, command.practice_id
    by_date = with_birth_date(uow, here, born) if born else ()
    by_phone = tuple(card for number in phones for card in with_phone(uow, here, number))
    unknown = tuple(card for card in by_phone if born is None or card.birth_date is None)
    typed = (command.family_name, command.given_name)
    near = {c.id: c for c in (*by_date, *unknown) if alike(typed, (c.family_name, c.given_name))}
    return tuple(near.values())


def _under_number(
    uow: UnitOfWork, command: RegisterPatient, phones: tuple[str, ...]
) -> tuple[PatientCard, ...]:
    """Return who was met under one of the numbers, has a close name and no other birth date."""
    born, typed = command.birth_date, (command.family_name, command.given_name)
    cards = {card.id: card for number in phones for card in with_phone(uow, command.practice_id, number)}
    return tuple(
        card
        for card in cards.values()
        if alike(typed, (card.family_name, card.given_name)) and born in {card.birth_date, None}
    )


def _index(uow: UnitOfWork, practice_id: UUID, patient_id: UUID, phones: Iterable[str]) -> None:
    rows = [
        {
            "practice_id": practice_id,
            "patient_id": patient_id,
            "phone_index": vault.phone_index(uow, practice_id, number),
        }
        for number in phones
    ]
    if rows:
        uow.session.execute(insert(PatientPhone).values(rows).on_conflict_do_nothing())


def _numbers(typed: Iterable[str]) -> tuple[str, ...]:
    numbers = tuple(dict.fromkeys(to_e164(one) for one in typed if one.strip()))
    if None in numbers or len(numbers) > MAX_PHONES:
        raise Refused("bad_number", say("Check the telephone number."), status=422, field="phone")
    return tuple(number for number in numbers if number)


def _identity(uow: UnitOfWork, command: RegisterPatient) -> None:
    """Refuse names and birth dates nobody can have, whoever sent them."""
    _name(command.family_name, "family_name")
    refuse_longer(command.given_name.strip(), MAX_NAME, "given_name", code="bad_name")
    born = command.birth_date
    if born is not None and not can_be_born(born, uow.now().date()):
        raise Refused(
            "bad_birth_date",
            say("Check the birth date: it lies in the future or too far back."),
            status=422,
            field="birth_date",
        )


def _name(typed: str, field: str) -> None:
    refuse_longer(typed.strip(), MAX_NAME, field, code="bad_name")
    if not typed.strip():
        raise Refused("bad_name", say("Give the family name."), status=422, field=field)
