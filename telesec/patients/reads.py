"""Finding patients: by number, or by birth date and then letters, inside one practice.

Names have no index on purpose: the commonest ones would show at any width. Birth dates are opened one
by one, newest changed first, at most ``MOST_SCANNED``; names only of those that match. A search is
audited by its kind and how many it found, never by what was typed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.patients.models import Caller, Patient, PatientPhone
from telesec.patients.rules import Sex, fold, has_prefix, order_key, split_numbers
from telesec.practices.numbers import needed_e164
from telesec.vault import service as vault

KIND = "patient"
PAGE = 1_000
MOST_SCANNED = 100_000
MOST_FOUND = 50


@dataclass(frozen=True)
class PatientCard:
    """A patient as shown to those who may see one; hidden from ``repr`` so that no log names anybody."""

    id: UUID
    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    sex: Sex = field(repr=False)
    phones: tuple[str, ...] = field(repr=False)
    version: int


@dataclass(frozen=True)
class CallerCard:
    """Somebody who speaks for a patient."""

    id: UUID
    name: str = field(repr=False)
    relation: str = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True)
class SearchPatients:
    """What was typed: a number, or a birth date and perhaps first letters of the name."""

    practice_id: UUID
    phone: str = field(default="", repr=False)
    birth_date: date | None = field(default=None, repr=False)
    name_prefix: str = field(default="", repr=False)


@dataclass(frozen=True)
class ClaimedIdentity:
    """What a caller says; empty and None mean not said."""

    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    birth_date: date | None = field(repr=False)


def search(uow: UnitOfWork, query: SearchPatients) -> tuple[PatientCard, ...]:
    """Return the patients found, by name, at most 50.

    Raises:
        Refused: Neither or both of number and birth date, or not a number (422).
    """
    authorize(uow, Permission.PATIENT_READ, on=Facts(query.practice_id))
    if bool(query.phone) == (query.birth_date is not None):
        raise Refused(
            "bad_search", say("Search by telephone number, or by birth date and letters."), status=422
        )
    if query.birth_date is not None:
        kind, found = "birth_date", with_birth_date(uow, query.practice_id, query.birth_date)
    else:
        number = needed_e164(query.phone, "phone")
        kind, found = "phone", with_phone(uow, query.practice_id, number)
    kept = [c for c in found if has_prefix(query.name_prefix, c.family_name, c.given_name)]
    kept.sort(key=lambda card: order_key(card.family_name, card.given_name))
    uow.audit("patient.search", practice_id=query.practice_id, kind=kind, count=len(kept))
    return tuple(kept[:MOST_FOUND])


def patient(uow: UnitOfWork, practice_id: UUID, patient_id: UUID) -> PatientCard:
    """Return one patient; audited as a view.

    Raises:
        NotFound: No such patient here.
    """
    authorize(uow, Permission.PATIENT_READ, on=Facts(practice_id))
    cards = _open(uow, practice_id, (patient_id,))
    if not cards:
        raise NotFound
    uow.audit("patient.view", practice_id=practice_id, object_id=patient_id)
    return cards[0]


def patients(uow: UnitOfWork, practice_id: UUID, ids: Sequence[UUID]) -> dict[UUID, PatientCard]:
    """Return several patients by id, for lists that name them; one audit entry with the ids."""
    authorize(uow, Permission.PATIENT_READ, on=Facts(practice_id))
    cards = _open(uow, practice_id, tuple(dict.fromkeys(ids))[:PAGE])
    if cards:
        uow.audit("patient.list", practice_id=practice_id, ids=[str(card.id) for card in cards])
    return {card.id: card for card in cards}


def callers(uow: UnitOfWork, practice_id: UUID, patient_id: UUID) -> tuple[CallerCard, ...]:
    """Return who has spoken for a patient, newest first."""
    authorize(uow, Permission.PATIENT_READ, on=Facts(practice_id))
    rows = uow.session.scalars(
        select(Caller)
        .where(Caller.practice_id == practice_id, Caller.patient_id == patient_id)
        .order_by(Caller.created_at.desc(), Caller.id)
        .limit(MOST_FOUND)
    ).all()
    blobs = [
        (
            row.id,
            row.sealed_version,
            {"name": row.name_sealed, "relation": row.relation_sealed, "phone": row.phone_sealed},
        )
        for row in rows
    ]
    opened = vault.open_many(uow, practice_id, "caller", blobs)
    uow.audit("caller.list", practice_id=practice_id, object_id=patient_id, count=len(rows))
    return tuple(
        CallerCard(row.id, told["name"], told["relation"], told["phone"])
        for row, told in zip(rows, opened, strict=True)
    )


def verify(uow: UnitOfWork, practice_id: UUID, patient_id: UUID, claimed: ClaimedIdentity) -> bool:
    """Return whether what a caller said matches, without showing what is stored.

    Name and birth date must both match; a patient without a stored birth date is never verified.
    """
    authorize(uow, Permission.PATIENT_READ, on=Facts(practice_id))
    cards = _open(uow, practice_id, (patient_id,))
    matched = bool(cards) and _same(cards[0], claimed)
    uow.audit("patient.verify", practice_id=practice_id, object_id=patient_id, matched=matched)
    return matched


def with_phone(uow: UnitOfWork, practice_id: UUID, number: str) -> tuple[PatientCard, ...]:
    """Return everybody met under a number (E.164); the caller of this read audits its own act."""
    authorize(uow, Permission.PATIENT_READ, on=Facts(practice_id))
    index = vault.phone_index(uow, practice_id, number)
    ids = uow.session.scalars(
        select(PatientPhone.patient_id)
        .where(PatientPhone.practice_id == practice_id, PatientPhone.phone_index == index)
        .order_by(PatientPhone.patient_id)
        .limit(PAGE)
    ).all()
    return _open(uow, practice_id, ids)


def with_birth_date(uow: UnitOfWork, practice_id: UUID, born: date) -> tuple[PatientCard, ...]:
    """Return everybody born on a day; the caller of this read audits its own act."""
    authorize(uow, Permission.PATIENT_READ, on=Facts(practice_id))
    patient = Patient.__table__.c  # no objects are made of ten thousand rows
    newest = (
        select(patient.id, patient.sealed_version, patient.birth_date_sealed)
        .where(patient.practice_id == practice_id)
        .order_by(patient.changed_at.desc(), patient.id.desc())
        .limit(MOST_SCANNED)
    )
    rows = uow.session.execute(vault.with_keys(newest, practice_id, patient.id))
    matching = vault.saying(uow, practice_id, KIND, "birth_date", rows, born.isoformat())
    return _open(uow, practice_id, matching)


def _open(uow: UnitOfWork, practice_id: UUID, ids: Sequence[UUID]) -> tuple[PatientCard, ...]:
    if not ids:
        return ()
    rows = uow.session.scalars(
        select(Patient).where(Patient.practice_id == practice_id, Patient.id.in_(ids)).order_by(Patient.id)
    ).all()
    blobs = [
        (
            row.id,
            row.sealed_version,
            {
                "family_name": row.family_name_sealed,
                "given_name": row.given_name_sealed,
                "birth_date": row.birth_date_sealed,
                "sex": row.sex_sealed,
                "phones": row.phones_sealed,
            },
        )
        for row in rows
    ]
    opened = vault.open_many(uow, practice_id, KIND, blobs)
    return tuple(
        PatientCard(
            row.id,
            told["family_name"],
            told["given_name"],
            date.fromisoformat(told["birth_date"]) if told["birth_date"] else None,
            Sex(told["sex"]),
            split_numbers(told["phones"]),
            row.version,
        )
        for row, told in zip(rows, opened, strict=True)
    )


def _same(card: PatientCard, claimed: ClaimedIdentity) -> bool:
    return (
        card.birth_date is not None
        and card.birth_date == claimed.birth_date
        and fold(card.family_name) == fold(claimed.family_name)
        and fold(card.given_name) == fold(claimed.given_name)
    )
