import pytest
from click.testing import CliRunner

from telesec.accounts import reads
from telesec.accounts.commands import token, user
from telesec.accounts.flow import NOBODY_YET
from telesec.foundation.access import Role


@pytest.fixture
def run(deps):
    def invoke(group, *words):
        return CliRunner().invoke(group, words, obj=deps, catch_exceptions=False)

    return invoke


@pytest.fixture
def ines(run, cast):
    words = (
        "add",
        "ines@lilas.example",
        "--name",
        "Inès",
        "--role",
        "secretary",
        "--practice",
        str(cast.lilas),
    )
    return run(user, *words)


def test_user_add_prints_a_link_that_works(deps, ines):
    secret = ines.output.strip().rpartition("/enrol/")[2]

    with deps.unit_of_work(NOBODY_YET) as uow:
        assert reads.invitation(uow, secret).email == "ines@lilas.example"


def test_user_reset_prints_another_link(run, ines):
    again = run(user, "reset", "ines@lilas.example")

    assert again.output.startswith("http://localhost:8000/enrol/")
    assert again.output != ines.output


def test_user_list_shows_who_is_invited_and_disabled(run, ines, ada):
    run(user, "disable", "ines@lilas.example")

    lines = run(user, "list").output.splitlines()

    assert lines == [
        "ada@lilas.example\tAda\tsecretary\tenrolled",
        "ines@lilas.example\tInès\tsecretary\tdisabled",
    ]


def test_token_create_prints_a_token_that_works(deps, run, cast, ada):
    words = ("create", "ada@lilas.example", "--name", "import", "--practice", str(cast.lilas))

    made = run(token, *words).output.strip()

    with deps.unit_of_work(NOBODY_YET) as uow:
        assert reads.actor_for_token(uow, made).memberships == {cast.lilas: Role.SECRETARY}
