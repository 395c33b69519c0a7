"""No log, no data: what reads of patients and calls leave in the audit, and what they never leave."""

from datetime import date

import pytest
from sqlalchemy import select

from telesec.audit.models import Pending
from telesec.calls import service as calls
from telesec.calls.rules import DraftKind
from telesec.calls.service import OpenCall, SaveDraft
from telesec.patients import reads
from telesec.patients import service as patients
from telesec.patients.reads import SearchPatients
from telesec.patients.service import RegisterPatient
from telesec.testing.cast import BRUNO_PHONE

BORN = date(1950, 7, 14)


@pytest.fixture
def acts(uow_as, cast):
    """What the audit holds of Ada's acts after ``work`` was committed."""

    def after(work):
        with uow_as(cast.ada) as uow:
            work(uow)
            uow.commit()
        with uow_as(cast.ada) as uow:
            rows = uow.session.scalars(
                select(Pending).where(Pending.actor.contains(str(cast.ada.person_id))).order_by(Pending.id)
            )
            return [(row.action, row.detail) for row in rows]

    return after


def test_register_leaves_no_name(acts, cast):
    told = acts(lambda uow: patients.register(uow, RegisterPatient(cast.lilas, "Étoile", "Zoé", BORN)))

    assert [action for action, _ in told] == ["patient.register"]
    assert "toile" not in str(told)


def test_search_leaves_its_kind_and_count_and_never_the_term(acts, cast):
    told = acts(lambda uow: reads.search(uow, SearchPatients(cast.lilas, birth_date=BORN, name_prefix="eto")))

    ((action, detail),) = told
    assert action == "patient.search"
    assert "birth_date" in detail
    assert not any(term in detail for term in ("1950", "eto"))


def test_search_by_number_leaves_no_number(acts, cast):
    told = acts(lambda uow: reads.search(uow, SearchPatients(cast.lilas, phone=BRUNO_PHONE)))

    assert "980010" not in str(told)


def test_save_draft_leaves_nothing(acts, cast):
    def work(uow):
        _, call_id = calls.open_call(uow, OpenCall(cast.lilas))
        calls.save_draft(uow, SaveDraft(cast.lilas, call_id, DraftKind.NOTE, "Douleur"))

    assert [action for action, _ in acts(work)] == ["call.open"]
