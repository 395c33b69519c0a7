"""A practice that adopted the reference set, and one use case at a time as Ada."""

import pytest

from telesec.triage import service
from telesec.triage.patient import PatientFacts, Sex
from telesec.triage.service import StartTriage

ZOE = PatientFacts(age_months=40 * 12, sex=Sex.FEMALE, pregnant=False)


@pytest.fixture
def adopted(deps, cast, uow_as):
    with uow_as(cast.dr_lune) as uow:
        service.adopt_reference_set(uow, deps.library, cast.lilas)
        uow.commit()
    return cast.lilas


@pytest.fixture
def run(deps, cast, uow_as):
    """Do one use case as Ada and commit."""

    def do(use_case, command, who=None):
        with uow_as(who or cast.ada) as uow:
            view = use_case(uow, deps.library, command)
            uow.commit()
        return view

    return do


@pytest.fixture
def start(run, cast):
    def do(protocol="", words="", patient=ZOE, **more):
        return run(service.start, StartTriage(cast.lilas, patient, protocol, words, **more))

    return do
