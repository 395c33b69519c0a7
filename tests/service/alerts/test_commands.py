"""``telesec alert``."""

from click.testing import CliRunner

from telesec.alerts.commands import alert
from telesec.foundation.errors import Refused
from telesec.testing.cast import DR_LUNE_PHONE
from telesec.web.language import render


def run(deps, *words):
    result = CliRunner().invoke(alert, [str(word) for word in words], obj=deps)
    assert result.exit_code == 0, result.output
    return result.output


def test_who_is_reached_after_order_and_contact_were_set(deps, cast):
    run(deps, "contact", cast.lilas, cast.dr_lune_id, "sms", DR_LUNE_PHONE, "--verified")
    run(deps, "on-call", cast.lilas, cast.dr_lune_id)

    assert run(deps, "who", cast.lilas) == f"1\t{cast.dr_lune_id}\tsms\n"


def test_an_order_with_somebody_no_number_reaches_is_refused_by_name(deps, cast):
    run(deps, "contact", cast.lilas, cast.dr_lune_id, "email", "lune@lilas.example", "--verified")

    told = CliRunner().invoke(alert, ["on-call", str(cast.lilas), str(cast.dr_lune_id)], obj=deps).exception

    assert isinstance(told, Refused)
    assert "aucun numéro vérifié (SMS ou appel) pour Dr Lune." in render(told.sentence, "fr")
    assert "Nobody is on call" in run(deps, "who", cast.lilas)


def test_who_says_that_nobody_is_on_call(deps, cast):
    assert "Nobody is on call" in run(deps, "who", cast.lilas)
