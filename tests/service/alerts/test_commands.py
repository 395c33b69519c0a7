"""``telesec alert``."""

from click.testing import CliRunner

from telesec.alerts.commands import alert
from telesec.testing.cast import DR_LUNE_PHONE


def run(deps, *words):
    result = CliRunner().invoke(alert, [str(word) for word in words], obj=deps)
    assert result.exit_code == 0, result.output
    return result.output


def test_who_is_reached_after_order_and_contact_were_set(deps, cast):
    run(deps, "on-call", cast.lilas, cast.dr_lune_id)
    run(deps, "contact", cast.lilas, cast.dr_lune_id, "sms", DR_LUNE_PHONE, "--verified")

    assert run(deps, "who", cast.lilas) == f"1\t{cast.dr_lune_id}\tsms\n"


def test_who_says_that_nobody_is_on_call(deps, cast):
    assert "Nobody is on call" in run(deps, "who", cast.lilas)
