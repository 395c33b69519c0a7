"""``telesec practice``."""

from click.testing import CliRunner

from telesec.practices.commands import practice


def test_add_founds_a_practice_that_list_shows(deps, cast):
    founded = CliRunner().invoke(
        practice,
        ["add", "Cabinet du Jasmin", "--line", "01 99 00 00 77", "--practitioner", "Dr Jasmin"],
        obj=deps,
        catch_exceptions=False,
    )

    listed = CliRunner().invoke(practice, ["list"], obj=deps, catch_exceptions=False)

    row = f"{founded.output.strip()}\tCabinet du Jasmin\t+33199000077\tDr Jasmin"
    assert row in listed.output.splitlines()
    assert len(listed.output.splitlines()) == 3
