import threading

import pytest

from telesec.accounts import flow, jobs, reads, service, sessions, totp
from telesec.accounts.flow import NOBODY_YET
from telesec.accounts.models import LoginSession
from telesec.audit.models import Pending
from telesec.foundation.access import Purpose, Role, system_actor
from telesec.foundation.errors import NotFound, TooMany
from tests.service.accounts.conftest import HASHER, PASSWORD

UNKNOWN = "nobody@lilas.example"


def known(uow_as, opened):
    with uow_as(NOBODY_YET) as uow:
        return reads.actor_for_session(uow, opened.token)


def test_both_factors_open_a_session(uow_as, cast, ada, try_log_in):
    opened = try_log_in(ada)

    actor = known(uow_as, opened).actor
    assert actor.person_id == ada.id
    assert actor.memberships == {cast.lilas: Role.SECRETARY, cast.glycines: Role.SECRETARY}


def test_the_email_is_read_whatever_its_case(ada, try_log_in):
    assert try_log_in(ada, email=" ADA@Lilas.example ") is not None


def test_a_practitioner_is_known_as_one(uow_as, cast, enrol, try_log_in):
    lune = enrol("lune@lilas.example", Role.PRACTITIONER, (cast.lilas,), cast.dr_lune_id)

    opened = try_log_in(lune)

    assert known(uow_as, opened).actor.practitioner_ids == {cast.lilas: cast.dr_lune_id}


@pytest.mark.parametrize(
    "wrong",
    [{"password": "quatre mots sans raison"}, {"code": "000000"}, {"code": ""}, {"email": UNKNOWN}],
    ids=["password", "code", "no code", "account"],
)
def test_any_wrong_detail_opens_nothing(ada, try_log_in, wrong):
    assert try_log_in(ada, **wrong) is None


def test_a_person_without_credentials_cannot_log_in(deps, ada, try_log_in):
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        command = service.CreatePerson("ines@lilas.example", "Inès", Role.SECRETARY)
        service.create_person(uow, command)
        uow.commit()

    assert try_log_in(ada, email="ines@lilas.example") is None


def test_a_code_opens_one_session(ada, try_log_in):
    try_log_in(ada)

    assert try_log_in(ada) is None


def test_the_next_code_opens_another_session(clock, ada, try_log_in):
    try_log_in(ada)
    clock.advance(seconds=30)

    assert try_log_in(ada) is not None


def test_racing_log_ins_with_one_code_open_one_session(ada, try_log_in):
    opened = []

    def race():
        opened.append(try_log_in(ada))

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(session is not None for session in opened) == 1


def test_a_recovery_code_opens_one_session(ada, try_log_in):
    code = ada.recovery_codes[0].lower().replace("-", " ")

    assert try_log_in(ada, code=code) is not None
    assert try_log_in(ada, code=code) is None


def test_failures_make_the_account_wait(ada, try_log_in):
    for _ in range(5):
        try_log_in(ada, code="000000")

    with pytest.raises(TooMany):
        try_log_in(ada)


def test_an_unknown_account_waits_like_a_known_one(ada, try_log_in):
    for _ in range(5):
        try_log_in(ada, email=UNKNOWN)

    with pytest.raises(TooMany):
        try_log_in(ada, email=UNKNOWN)


def test_nobody_waits_for_ever(clock, ada, try_log_in):
    for _ in range(5):
        try_log_in(ada, code="000000")
    clock.advance(minutes=15)

    assert try_log_in(ada) is not None


def test_another_address_is_not_made_to_wait(ada, try_log_in):
    for _ in range(5):
        try_log_in(ada, code="000000", address="192.0.2.66")

    assert try_log_in(ada) is not None


def test_a_success_forgets_the_failures(clock, ada, try_log_in):
    for _ in range(4):
        try_log_in(ada, code="000000")
    try_log_in(ada)
    clock.advance(seconds=30)
    for _ in range(4):
        try_log_in(ada, code="000000")

    assert try_log_in(ada) is not None


def test_a_guessing_address_waits_whatever_the_account(ada, try_log_in):
    for number in range(30):
        try_log_in(ada, email=f"guess{number}@lilas.example", address="192.0.2.66")

    with pytest.raises(TooMany):
        try_log_in(ada, address="192.0.2.66")


def test_a_call_centre_is_not_limited_by_its_address(clock, ada, try_log_in):
    try_log_in(ada)
    for number in range(40):
        try_log_in(ada, email=f"guess{number}@lilas.example")
    clock.advance(seconds=30)

    assert try_log_in(ada) is not None


def test_success_and_failure_are_audited(uow_as, ada, try_log_in):
    try_log_in(ada, code="000000")
    try_log_in(ada)

    with uow_as(system_actor(Purpose.SETUP, service.installation.INSTALLATION)) as uow:
        actions = [row.action for row in uow.session.query(Pending).filter_by(object_id=ada.id)]
    assert {"session.refuse", "session.open"} <= set(actions)


def test_a_session_locks_when_idle(uow_as, clock, ada, try_log_in):
    opened = try_log_in(ada)
    clock.advance(minutes=15)

    assert known(uow_as, opened).locked


def test_a_session_in_use_does_not_lock(uow_as, clock, ada, try_log_in):
    opened = try_log_in(ada)
    for _ in range(3):
        clock.advance(minutes=10)
        with uow_as(NOBODY_YET) as uow:
            sessions.touch(uow, opened.session_id)
            uow.commit()

    assert not known(uow_as, opened).locked


def test_a_session_ends_after_ten_hours(uow_as, clock, ada, try_log_in):
    opened = try_log_in(ada)
    clock.advance(hours=10)

    assert known(uow_as, opened) is None


def test_the_password_unlocks(deps, uow_as, clock, ada, try_log_in):
    opened = try_log_in(ada)
    clock.advance(minutes=20)

    assert flow.unlock(deps, HASHER, opened.session_id, password=PASSWORD, address="192.0.2.1")
    assert not known(uow_as, opened).locked


def test_a_wrong_password_does_not_unlock(deps, uow_as, ada, try_log_in):
    opened = try_log_in(ada)
    with uow_as(known(uow_as, opened).actor) as uow:
        sessions.lock(uow, opened.session_id)
        uow.commit()

    assert not flow.unlock(deps, HASHER, opened.session_id, password="non", address="192.0.2.1")
    assert known(uow_as, opened).locked


def test_wrong_passwords_make_the_lock_wait(deps, ada, try_log_in):
    opened = try_log_in(ada)
    for _ in range(5):
        flow.unlock(deps, HASHER, opened.session_id, password="non", address="192.0.2.1")

    with pytest.raises(TooMany):
        flow.unlock(deps, HASHER, opened.session_id, password=PASSWORD, address="192.0.2.1")


def test_an_ended_session_opens_nothing(uow_as, ada, try_log_in):
    opened = try_log_in(ada)
    with uow_as(known(uow_as, opened).actor) as uow:
        sessions.end(uow, opened.session_id)
        uow.commit()

    assert known(uow_as, opened) is None


def test_nobody_ends_the_session_of_another(uow_as, cast, enrol, ada, try_log_in):
    opened = try_log_in(ada)

    with uow_as(cast.ines) as uow, pytest.raises(NotFound):
        sessions.end(uow, opened.session_id)


def test_disabling_a_person_ends_everything_at_once(deps, uow_as, clock, cast, ada, try_log_in):
    opened = try_log_in(ada)
    with uow_as(system_actor(Purpose.SETUP)) as uow:
        token = service.make_token(uow, service.MakeToken(ada.id, "import", (cast.lilas,)))
        service.disable_person(uow, ada.id)
        uow.commit()
    clock.advance(seconds=30)

    with uow_as(NOBODY_YET) as uow:
        assert reads.actor_for_token(uow, token) is None
    assert known(uow_as, opened) is None
    assert try_log_in(ada) is None


def test_only_hashes_of_tokens_are_kept(uow_as, ada, try_log_in):
    opened = try_log_in(ada)

    with uow_as(NOBODY_YET) as uow:
        row = uow.session.get_one(LoginSession, opened.session_id)
        assert opened.token.encode() not in row.token_hash
        assert len(row.token_hash) == 32


def test_a_removed_membership_closes_the_practice_at_once(uow_as, cast, ada, try_log_in):
    opened = try_log_in(ada)
    with uow_as(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        service.remove_membership(uow, cast.lilas, ada.id)
        uow.commit()

    assert known(uow_as, opened).actor.practice_ids == (cast.glycines,)


def test_the_time_of_a_code_is_the_clocks(clock, ada, try_log_in):
    code = totp.code_at(ada.secret, clock.now())
    clock.advance(minutes=2)

    assert try_log_in(ada, code=code) is None


def test_old_tries_are_swept(deps, clock, ada, try_log_in):
    try_log_in(ada, email=UNKNOWN)
    clock.advance(hours=25)

    assert jobs.forget_tries(deps) == 4
    assert jobs.forget_tries(deps) == 0


def test_racing_guesses_are_all_counted(ada, try_log_in):
    refused = []

    def guess():
        try:
            try_log_in(ada, code="000000")
        except TooMany:
            refused.append(True)

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 7


class CountingHasher:
    """Counts what it is asked; everything matches."""

    def __init__(self):
        self.asked = []

    def matches(self, password, stored):
        self.asked.append((password, stored))
        return True


def test_an_unknown_account_costs_a_hash_too(deps):
    hasher = CountingHasher()

    opened = flow.log_in(deps, hasher, sessions.Attempt(UNKNOWN, PASSWORD, "000000", "192.0.2.1"))

    assert opened is None
    assert hasher.asked == [(PASSWORD, None)]
