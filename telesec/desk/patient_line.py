"""Whom a call is about: search by birth date and then letters, recognise the number, register, who speaks.

A search is a POST: no birth date and no name ever stands in an address.
"""

from dataclasses import replace
from datetime import date
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from telesec.calls import reads as reads_of_calls
from telesec.calls import service as calls
from telesec.calls.details import MAX_FIELD, details_of, keep_details
from telesec.desk.call import PATH
from telesec.desk.pages import act, asked, call_page, needed_id, typed_text
from telesec.desk.ports import DeskDeps
from telesec.desk.week import Ask
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused, TelesecError
from telesec.foundation.language import Sentence, say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.patients import reads, service
from telesec.patients.reads import SearchPatients
from telesec.patients.rules import Sex, is_written_as_day, parse_birth_date, typed_day
from telesec.patients.service import AddCaller, RegisterPatient
from telesec.web.access import actor, requires

CANNOT_BE_BORN = say("Check the birth date: day, month, year, for instance 14/03/1951.")
NO_SUCH_DAY = say("This day is in no calendar: check the day and the month of birth.")
IN_FUTURE = say("This birth date lies in the future: check it with the caller.")
TOO_OLD = say("This birth date lies too far back: check the year.")


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Register the acts on the patient line."""
    _finding(pages, deps)
    _registering(pages, deps)


def _finding(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post(f"{PATH}/patient/search")
    @requires(Permission.PATIENT_READ)
    def search_patient(practice_id: UUID, call_id: UUID) -> Response:
        call = (practice_id, call_id)
        try:
            with deps.unit_of_work(actor()) as uow:
                found = reads.search(uow, _query(uow, practice_id))
                uow.commit()
        except TelesecError as error:
            return call_page(deps, call, Ask("patient"), error.sentence, error.status)
        return call_page(deps, call, Ask("patient"), found=found)

    @pages.post(f"{PATH}/patient/choose")
    @requires(Permission.CALL_HANDLE)
    def choose_patient(practice_id: UUID, call_id: UUID) -> Response:
        def do(uow: UnitOfWork) -> None:
            calls.link_patient(uow, practice_id, call_id, needed_id("patient_id"))

        return act(deps, (practice_id, call_id), do, then=asked().view)


def _registering(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post(f"{PATH}/patient/register")
    @requires(Permission.PATIENT_WRITE)
    def register_patient(practice_id: UUID, call_id: UUID) -> Response:
        call = (practice_id, call_id)

        def do(uow: UnitOfWork) -> None:
            patient_id = service.register(uow, _registration(uow, call))
            calls.link_patient(uow, *call, patient_id)

        return act(deps, call, do)

    @pages.post(f"{PATH}/patient/caller")
    @requires(Permission.CALL_HANDLE)
    def say_caller(practice_id: UUID, call_id: UUID) -> Response:
        def do(uow: UnitOfWork) -> None:
            _note_caller(uow, (practice_id, call_id))

        return act(deps, (practice_id, call_id), do, then=asked().view)


def _query(uow: UnitOfWork, practice_id: UUID) -> SearchPatients:
    """Return what was typed: a birth date and letters, or a number."""
    typed, letters = request.form.get("birth_date", "").strip(), request.form.get("letters", "")
    if not typed:
        return SearchPatients(practice_id, phone=request.form.get("phone", "").strip())
    return SearchPatients(practice_id, birth_date=_born(uow, typed), name_prefix=letters)


def _born(uow: UnitOfWork, typed: str) -> date:
    today = uow.now().date()
    found = parse_birth_date(typed, today)
    if found is None:
        raise Refused("bad_birth_date", _why_not(typed, today), status=422, field="birth_date")
    return found


def _why_not(typed: str, today: date) -> Sentence:
    day = typed_day(typed)
    if day is None:
        return NO_SUCH_DAY if is_written_as_day(typed) else CANNOT_BE_BORN
    return IN_FUTURE if day > today else TOO_OLD


def _registration(uow: UnitOfWork, call: tuple[UUID, UUID]) -> RegisterPatient:
    """Return the patient as typed; without a number of their own, the one that calls is kept for them."""
    form = request.form
    typed = form.get("birth_date", "").strip()
    number = form.get("phone", "").strip() or reads_of_calls.call(uow, *call).from_number
    sex = form.get("sex", "")
    return RegisterPatient(
        call[0],
        form.get("family_name", ""),
        form.get("given_name", ""),
        _born(uow, typed) if typed else None,
        Sex(sex) if sex in set(Sex) else Sex.UNKNOWN,
        (number,) if number else (),
        confirmed=form.get("confirmed") == "1",
    )


def _note_caller(uow: UnitOfWork, call: tuple[UUID, UUID]) -> None:
    """Keep who speaks with the call, and with the patient once there is one."""
    card = reads_of_calls.call(uow, *call)
    name = typed_text("caller_name", MAX_FIELD)
    relation = typed_text("relation", MAX_FIELD)
    before = details_of(card)
    keep_details(uow, card, replace(before, caller_name=name, relation=relation))
    new = name and (name, relation) != (before.caller_name, before.relation)
    if new and card.patient_id is not None:
        service.add_caller(uow, AddCaller(call[0], card.patient_id, name, relation, card.from_number))
