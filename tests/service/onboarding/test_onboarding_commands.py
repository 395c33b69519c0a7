"""Imports and leaving from the server's shell."""

import pytest
from click.testing import CliRunner

from telesec.accounts import service as people
from telesec.accounts.service import AddMembership, CreatePerson
from telesec.foundation.access import Role
from telesec.onboarding.commands import practice, user


@pytest.fixture
def run(deps):
    def act(group, *words):
        done = CliRunner().invoke(group, [str(word) for word in words], obj=deps, catch_exceptions=False)
        assert done.exit_code == 0
        return done.output

    return act


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "liste avec espaces.csv"
    path.write_text("Nom;Date de naissance\nLilas;14/07/1946\nLune;hier\n", encoding="cp1252")
    return path


def test_import_says_what_would_be_then_does_it_then_takes_it_back(run, cast, file):
    dry = run(practice, "import", cast.lilas, "patients", file)
    done = run(practice, "import", cast.lilas, "patients", file, "--run", "--leave-out")

    assert "3\tDate de naissance" in dry
    assert "2 lines: 1 ready, 1 with a fault" in dry
    assert "1 imported" in done
    assert "Taken back; 0 kept" in run(practice, "undo-import", cast.lilas, done.split()[-1])


def test_import_refuses_faults_with_what_to_type(run, cast, file, deps):
    words = ["import", str(cast.lilas), "patients", str(file), "--run"]

    answer = CliRunner().invoke(practice, words, obj=deps)

    assert "leave them out with --leave-out" in answer.exception.sentence.msgid
    assert "2 lines: 1 ready, 1 with a fault" in run(practice, *words[:-1])


def test_leave_says_what_is_left_behind_and_closes_only_when_told(run, deps, cast):
    with deps.unit_of_work(cast.supervisor) as uow:
        nour = people.create_person(uow, CreatePerson("nour@telesec.example", "Nour", Role.SECRETARY))
        people.add_membership(uow, AddMembership(cast.lilas, nour, Role.SECRETARY))
        uow.commit()

    asked = run(user, "leave", "nour@telesec.example")
    listed = run(user, "list")
    done = run(user, "leave", "nour@telesec.example", "--yes")

    assert "Cabinet des Lilas\tsecretary\tnobody else has this role" in asked
    assert "invited" in listed
    assert "The account is closed." in done
    assert "disabled" in run(user, "list")
