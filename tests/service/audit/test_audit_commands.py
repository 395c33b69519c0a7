import pytest
from click.testing import CliRunner

from telesec.audit import jobs
from telesec.audit.commands import group


@pytest.fixture
def verify(deps):
    return lambda: CliRunner().invoke(group, ["verify"], obj=deps)


def test_verify_says_each_chain_is_well(deps, cast, verify):
    jobs.seal_due(deps)

    answer = verify()

    assert answer.exit_code == 0
    assert f"{cast.lilas}" in answer.output
    assert "BROKEN" not in answer.output


def test_verify_ends_with_one_when_acts_wait_too_long(clock, cast, verify):
    clock.advance(minutes=2)

    answer = verify()

    assert answer.exit_code == 1
    assert "unsealed" in answer.output


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("update audit.entry set action = 'x' where seq = 1", "hash_mismatch"),
        ("update audit.entry set detail = '[]' where seq = 2", "detail_changed"),
        ("delete from audit.entry where seq = 1", "gap"),
        ("update audit.entry set previous = hash where seq = 2", "broken_link"),
    ],
)
def test_verify_finds_what_a_database_admin_did(deps, postgres, cast, verify, statement, fault):
    jobs.seal_due(deps)
    with postgres.admin("telesec_test") as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute(statement)

    answer = verify()

    assert answer.exit_code == 1
    assert fault in answer.output


def test_a_lawful_erasure_is_accepted(deps, postgres, cast, verify):
    jobs.seal_due(deps)
    with postgres.admin("telesec_test") as admin:
        admin.execute("update audit.entry set detail = null, salt = null")

    assert verify().exit_code == 0


def test_not_even_the_owner_rewrites_the_trail(deps, postgres, cast):
    jobs.seal_due(deps)

    with postgres.admin("telesec_test") as admin, pytest.raises(Exception, match="append-only"):
        admin.execute("delete from audit.entry")
