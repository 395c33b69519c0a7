"""A practice that adopted the reference set, and one use case at a time as Ada."""

import pytest

from telesec.accounts.step_up import Act
from telesec.testing.logins import stepped_up
from telesec.triage import service, signing
from telesec.triage.patient import PatientFacts, Sex
from telesec.triage.service import StartTriage
from telesec.triage.signing import Sign

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


@pytest.fixture
def signer(deps, cast):
    """Dr Lune, who just gave the second factor anew."""
    return stepped_up(deps, cast.dr_lune, Act.SIGN_PROTOCOL)


@pytest.fixture
def signed(deps, cast, signer):
    """Look at what there is to sign of a protocol, then sign it."""

    def do(code, who=None, **more):
        with deps.unit_of_work(who or signer) as uow:
            found = signing.review(uow, deps.library, cast.lilas, code)
            signing.sign(uow, deps.library, Sign(cast.lilas, code, found.mark, **more))
            uow.commit()
        return found

    return do
