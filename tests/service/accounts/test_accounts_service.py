from datetime import timedelta

import pytest
from sqlalchemy import text

from telesec.accounts import flow, reads, service, totp
from telesec.accounts.flow import NOBODY_YET
from telesec.accounts.models import Person
from telesec.accounts.service import AddMembership, CreatePerson, MakeToken
from telesec.foundation.access import Purpose, Role, system_actor
from telesec.foundation.errors import Forbidden, NotFound, Refused
from telesec.vault import installation
from tests.service.accounts.conftest import HASHER, PASSWORD

SETUP = system_actor(Purpose.SETUP)
INES = CreatePerson("Ines@Lilas.example", "Inès", Role.SECRETARY, phone="+33639980003")


@pytest.fixture
def ines(uow_as):
    with uow_as(SETUP) as uow:
        person = service.create_person(uow, INES)
        uow.commit()
    return person


@pytest.fixture
def link(uow_as, ines):
    with uow_as(SETUP) as uow:
        token = service.make_link(uow, ines)
        uow.commit()
    return token


@pytest.fixture
def log_in_ines(try_log_in, ada):
    return lambda code: try_log_in(ada, email="ines@lilas.example", code=code)


def secret_of(uow_as, person):
    with uow_as(SETUP) as uow:
        sealed = uow.session.scalar(
            text("select totp_sealed from enrolment_link where person_id = :p"), {"p": person}
        )
        return installation.unseal(uow, "totp", person, secret=sealed)["secret"]


def test_a_phone_is_kept_sealed(uow_as, ines):
    with uow_as(SETUP) as uow:
        row = uow.session.get_one(Person, ines)
        opened = installation.unseal(uow, "person", ines, phone=row.phone_sealed)
        assert opened == {"phone": b"+33639980003"}
        assert b"33639980003" not in row.phone_sealed


def test_an_email_belongs_to_one_person(uow_as, ines):
    with uow_as(SETUP) as uow, pytest.raises(Refused, match="email_taken"):
        service.create_person(uow, CreatePerson("ines@lilas.example", "Inès", Role.SECRETARY))


def test_what_is_no_email_is_refused(uow_as):
    with uow_as(SETUP) as uow, pytest.raises(Refused, match="email_invalid"):
        service.create_person(uow, CreatePerson("ines", "Inès", Role.SECRETARY))


def test_a_secretary_creates_nobody(uow_as, cast):
    with uow_as(cast.ada) as uow, pytest.raises(Forbidden):
        service.create_person(uow, INES)


def test_a_supervisor_creates_no_operator(uow_as, cast):
    with uow_as(cast.supervisor) as uow, pytest.raises(Forbidden):
        service.create_person(uow, CreatePerson("op@lilas.example", "Op", Role.OPERATOR))


def test_a_supervisor_gives_no_practice_that_is_not_hers(uow_as, cast, ines):
    command = AddMembership(cast.lilas, ines, Role.SECRETARY)

    with uow_as(cast.stranger) as uow, pytest.raises(NotFound):
        service.add_membership(uow, command)


def test_a_membership_changes_its_role(uow_as, cast, ines):
    with uow_as(cast.supervisor) as uow:
        service.add_membership(uow, AddMembership(cast.lilas, ines, Role.SECRETARY))
        service.add_membership(uow, AddMembership(cast.lilas, ines, Role.SUPERVISOR))
        rows = uow.session.execute(text("select role from membership where person_id = :p"), {"p": ines})
        assert rows.scalars().all() == ["supervisor"]


def test_find_memberships_sees_two_practices(uow_as, cast, ada):
    with uow_as(NOBODY_YET) as uow:
        rows = uow.session.execute(text("select practice_id from sec.find_memberships(:p)"), {"p": ada.id})
        assert set(rows.scalars()) == {cast.lilas, cast.glycines}


def test_known_credentials_are_given_at_set_up_only(uow_as, cast, ines):
    with uow_as(cast.operator) as uow, pytest.raises(Forbidden):
        service.set_credentials(uow, ines, HASHER.hash(PASSWORD), b"x" * 20)


def test_a_link_sets_both_factors(deps, uow_as, clock, ines, link, log_in_ines):
    secret = secret_of(uow_as, ines)

    codes = flow.enrol(deps, HASHER, link, password=PASSWORD, code=totp.code_at(secret, clock.now()))

    clock.advance(seconds=30)
    code = totp.code_at(secret, clock.now())
    assert len(set(codes)) == 10
    assert log_in_ines(code) is not None


def test_the_code_of_enrolment_opens_no_session(deps, uow_as, clock, ines, link, log_in_ines):
    code = totp.code_at(secret_of(uow_as, ines), clock.now())
    flow.enrol(deps, HASHER, link, password=PASSWORD, code=code)

    assert log_in_ines(code) is None


def test_a_link_is_used_once(deps, uow_as, clock, ines, link):
    secret = secret_of(uow_as, ines)
    flow.enrol(deps, HASHER, link, password=PASSWORD, code=totp.code_at(secret, clock.now()))
    clock.advance(seconds=30)

    with pytest.raises(NotFound):
        flow.enrol(deps, HASHER, link, password=PASSWORD, code=totp.code_at(secret, clock.now()))


def test_a_link_expires_after_a_day(deps, clock, link):
    clock.advance(hours=24)

    with pytest.raises(NotFound):
        flow.enrol(deps, HASHER, link, password=PASSWORD, code="000000")


def test_a_wrong_code_uses_nothing_up(deps, uow_as, clock, ines, link):
    with pytest.raises(Refused, match="code_wrong"):
        flow.enrol(deps, HASHER, link, password=PASSWORD, code="000000")

    code = totp.code_at(secret_of(uow_as, ines), clock.now())
    assert flow.enrol(deps, HASHER, link, password=PASSWORD, code=code)


def test_a_bad_password_uses_nothing_up(deps, link):
    with pytest.raises(Refused, match="password_common"):
        flow.enrol(deps, HASHER, link, password="motdepasse123", code="000000")


def test_a_new_link_replaces_the_old_and_ends_sessions(deps, uow_as, ada, try_log_in):
    opened = try_log_in(ada)
    with uow_as(SETUP) as uow:
        old = service.make_link(uow, ada.id)
        service.make_link(uow, ada.id)
        uow.commit()

    with uow_as(NOBODY_YET) as uow:
        assert reads.actor_for_session(uow, opened.token) is None
        with pytest.raises(NotFound):
            reads.invitation(uow, old)


def test_a_token_serves_the_practices_named(uow_as, cast, ada):
    with uow_as(SETUP) as uow:
        token = service.make_token(uow, MakeToken(ada.id, "import", (cast.lilas,)))
        uow.commit()

    with uow_as(NOBODY_YET) as uow:
        actor = reads.actor_for_token(uow, token)
    assert (actor.person_id, actor.practice_ids) == (ada.id, (cast.lilas,))


def test_a_token_gives_no_practice_its_person_does_not_serve(uow_as, cast, enrol):
    lune = enrol("lune@lilas.example", Role.PRACTITIONER, (cast.lilas,), cast.dr_lune_id)
    with uow_as(SETUP) as uow:
        token = service.make_token(uow, MakeToken(lune.id, "import", (cast.lilas, cast.glycines)))
        uow.commit()

    with uow_as(NOBODY_YET) as uow:
        assert reads.actor_for_token(uow, token).practice_ids == (cast.lilas,)


def test_a_token_expires(uow_as, clock, cast, ada):
    with uow_as(SETUP) as uow:
        token = service.make_token(uow, MakeToken(ada.id, "import", (cast.lilas,), timedelta(days=1)))
        uow.commit()
    clock.advance(days=1)

    with uow_as(NOBODY_YET) as uow:
        assert reads.actor_for_token(uow, token) is None


def test_a_revoked_token_opens_nothing(uow_as, cast, ada):
    with uow_as(SETUP) as uow:
        token = service.make_token(uow, MakeToken(ada.id, "import", (cast.lilas,)))
        token_id = reads.actor_for_token(uow, token).token_id
        service.revoke_token(uow, token_id)
        uow.commit()

    with uow_as(NOBODY_YET) as uow:
        assert reads.actor_for_token(uow, token) is None


def test_a_secretary_makes_no_token(uow_as, cast, ada):
    with uow_as(cast.ada) as uow, pytest.raises(Forbidden):
        service.make_token(uow, MakeToken(ada.id, "import", (cast.lilas,)))


def test_names_of_colleagues_are_found_in_one_query(uow_as, cast, ada, ines):
    with uow_as(cast.ada) as uow:
        assert reads.names(uow, [ada.id, ines]) == {ada.id: "Ada", ines: "Inès"}
