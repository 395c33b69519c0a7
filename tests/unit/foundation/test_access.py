"""Who may do what."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telesec.foundation.access import (
    PURPOSE_PERMISSIONS,
    Actor,
    Facts,
    Permission,
    Purpose,
    Role,
    check,
    system_actor,
)
from telesec.foundation.errors import Forbidden, NotFound

LILAS, OTHER, LUNE, SOLEIL = uuid4(), uuid4(), uuid4(), uuid4()
ADA = Actor(Role.SECRETARY, uuid4(), {LILAS: Role.SECRETARY})
DR_LUNE = Actor(Role.PRACTITIONER, uuid4(), {LILAS: Role.PRACTITIONER}, {LILAS: LUNE})


def test_another_practice_does_not_even_exist():
    with pytest.raises(NotFound):
        check(ADA, Permission.CALL_HANDLE, Facts(OTHER))


def test_a_secretary_cannot_adopt_protocols():
    with pytest.raises(Forbidden):
        check(ADA, Permission.PROTOCOL_ADOPT, Facts(LILAS))


def test_a_secretary_reads_a_fresh_message():
    check(ADA, Permission.MESSAGE_READ, Facts(LILAS, state="filed", age=timedelta(hours=71)))


@pytest.mark.parametrize(
    "facts",
    [Facts(LILAS, age=timedelta(hours=73)), Facts(LILAS, state="handled", age=timedelta(hours=1))],
)
def test_an_old_or_closed_message_needs_a_reason(facts):
    with pytest.raises(Forbidden) as refused:
        check(ADA, Permission.MESSAGE_READ, facts)

    assert refused.value.code == "reason_needed"


def test_a_reason_opens_an_old_message():
    check(ADA, Permission.MESSAGE_READ, Facts(LILAS, age=timedelta(hours=73), reason="asked by Dr Lune"))


def test_only_a_called_practitioner_acknowledges():
    with pytest.raises(Forbidden):
        check(DR_LUNE, Permission.ALERT_ACKNOWLEDGE, Facts(LILAS, practitioner_ids=frozenset({SOLEIL})))


def test_the_called_practitioner_acknowledges():
    check(DR_LUNE, Permission.ALERT_ACKNOWLEDGE, Facts(LILAS, practitioner_ids=frozenset({LUNE})))


@given(st.sampled_from(Purpose), st.sampled_from(Permission))
def test_the_system_does_only_what_its_purpose_lists(purpose, permission):
    actor = system_actor(purpose, LILAS)

    if permission in PURPOSE_PERMISSIONS[purpose]:
        check(actor, permission, Facts(LILAS))
    else:
        with pytest.raises(Forbidden):
            check(actor, permission, Facts(LILAS))


@given(st.sampled_from(Permission))
def test_nobody_without_a_membership_does_anything_to_a_practice(permission):
    stranger = Actor(Role.SECRETARY, uuid4())

    with pytest.raises(NotFound):
        check(stranger, permission, Facts(LILAS))
