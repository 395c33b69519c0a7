"""Lilas with its doctors on call, their phones, and a message for Dr Lune that rings."""

import pytest
from sqlalchemy import select

from telesec.alerts import flow
from telesec.audit.models import Pending
from telesec.calls import service as calls
from telesec.calls.service import OpenCall
from telesec.messages import service as messages
from telesec.messages.service import FileMessage
from telesec.testing.cast import BRUNO_PHONE
from telesec.testing.on_call import lilas_phones, put_on_call, with_phones
from telesec.triage.levels import Level


@pytest.fixture
def phones():
    return lilas_phones()


@pytest.fixture
def deps(deps, phones):
    return with_phones(deps, phones)


@pytest.fixture
def on_call(deps, cast):
    """Dr Lune first, Dr Soleil second, both by SMS and voice on a verified number."""
    put_on_call(deps, cast)


@pytest.fixture
def filed(deps, cast):
    """What files a message of a level for a practitioner and returns it."""

    def file(level=Level.DOCTOR_NOW, text="Fièvre 39,2, confuse depuis ce matin.", to=None):
        with deps.unit_of_work(cast.ada) as uow:
            done = messages.file_message(
                uow, FileMessage(cast.lilas, to or cast.dr_lune_id, level, text, BRUNO_PHONE, True)
            )
            uow.commit()
        return done

    return file


@pytest.fixture
def urgent(deps, on_call, filed):
    """A message that rings Dr Lune, its first SMS sent."""
    done = filed()
    flow.deliver(deps)
    return done


@pytest.fixture
def red(deps, clock, urgent):
    """An alert nobody took: its policy is exhausted."""
    for _ in range(4):
        clock.advance(minutes=5)
        flow.deliver(deps)
    return urgent


@pytest.fixture
def audited(deps, cast):
    """What returns the names of the acts written for Lilas."""

    def names():
        with deps.unit_of_work(cast.supervisor) as uow:
            return list(uow.session.scalars(select(Pending.action)))

    return names


@pytest.fixture
def call_of_ada(deps, cast):
    """The address of a call Ada holds."""
    with deps.unit_of_work(cast.ada) as uow:
        practice_id, call_id = calls.open_call(uow, OpenCall(cast.lilas, from_number=BRUNO_PHONE))
        uow.commit()
    return f"/desk/calls/{practice_id}/{call_id}"
