"""Lilas with two doctors on call, their phones, and every part on the moved clock."""

import pytest

from telesec.alerts import contacts
from telesec.alerts.contacts import AddContact
from telesec.alerts.rules import ChannelKind
from telesec.testing.cast import DR_LUNE_PHONE, DR_SOLEIL_PHONE
from telesec.testing.channels import FakeCarrier, FakePhones


@pytest.fixture
def phones():
    return FakePhones({"dr-lune": DR_LUNE_PHONE, "dr-soleil": DR_SOLEIL_PHONE})


@pytest.fixture
def deps(deps, phones):
    return deps.with_parts(channels=phones.channels, carriers={"fake": FakeCarrier()})


@pytest.fixture
def on_call(deps, cast):
    """Dr Lune first, Dr Soleil second, both by SMS and voice on a verified number."""
    with deps.unit_of_work(cast.supervisor) as uow:
        contacts.set_on_call(uow, cast.lilas, [cast.dr_lune_id, cast.dr_soleil_id])
        for person, number in ((cast.dr_lune_id, DR_LUNE_PHONE), (cast.dr_soleil_id, DR_SOLEIL_PHONE)):
            for kind in (ChannelKind.SMS, ChannelKind.VOICE):
                contacts.add_contact(uow, AddContact(cast.lilas, person, kind, number, verified=True))
        uow.commit()
