"""Ada with both factors, and what logs her in."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from telesec.accounts import flow, service, totp
from telesec.accounts.passwords import PasswordHasher
from telesec.accounts.service import AddMembership, CreatePerson
from telesec.accounts.sessions import Attempt
from telesec.foundation.access import Purpose, Role, system_actor

PASSWORD = "quatre mots sans rapport"
HASHER = PasswordHasher(1024)


@dataclass(frozen=True)
class Enrolled:
    """A person who can log in."""

    id: UUID
    email: str
    secret: bytes
    recovery_codes: tuple[str, ...]


@pytest.fixture
def enrol(deps, cast):
    def make(email="ada@lilas.example", role=Role.SECRETARY, practices=None, practitioner_id=None):
        served = (cast.lilas, cast.glycines) if practices is None else practices
        secret = totp.new_secret()
        with deps.unit_of_work(system_actor(Purpose.SETUP, *served)) as uow:
            person = service.create_person(uow, CreatePerson(email, "Ada", role))
            for practice in served:
                service.add_membership(uow, AddMembership(practice, person, role, practitioner_id))
            codes = service.set_credentials(uow, person, HASHER.hash(PASSWORD), secret)
            uow.commit()
        return Enrolled(person, email, secret, tuple(codes))

    return make


@pytest.fixture
def ada(enrol):
    return enrol()


@pytest.fixture
def try_log_in(deps, clock):
    def attempt(person, *, password=PASSWORD, code=None, address="192.0.2.1", email=None):
        typed = totp.code_at(person.secret, clock.now()) if code is None else code
        return flow.log_in(deps, HASHER, Attempt(email or person.email, password, typed, address))

    return attempt
