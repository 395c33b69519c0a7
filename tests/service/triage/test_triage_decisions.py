"""Adopting, signing and retiring protocols."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from telesec.accounts.step_up import Act
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import Forbidden, NotFound, Refused
from telesec.foundation.ids import new_id
from telesec.testing.logins import stepped_up
from telesec.triage import reads, service, signing
from telesec.triage.protocol import State
from telesec.triage.signing import Sign

CHEST = "douleur_thoracique"


def test_a_retired_protocol_does_not_start(adopted, deps, cast, signer, start):
    with deps.unit_of_work(signer) as uow:
        signing.retire(uow, deps.library, cast.lilas, CHEST)
        uow.commit()

    assert start(CHEST).protocol == "tronc_commun"


def test_a_signed_protocol_starts_without_adoption(signed, start):
    signed("signes_avc")

    view = start("signes_avc")

    assert (view.protocol, view.state) == ("signes_avc", State.SIGNED)


def test_a_protocol_with_a_recalled_source_cannot_be_signed(signed):
    with pytest.raises(Refused, match="recalled_source"):
        signed(CHEST)


def test_nobody_signs_without_the_second_factor_given_anew(signed, signer, clock, cast):
    for who in (cast.dr_lune, replace(signer, session_id=new_id())):
        with pytest.raises(Refused, match="step_up_needed"):
            signed("signes_avc", who)
    clock.advance(minutes=5)
    with pytest.raises(Refused, match="step_up_needed"):
        signed("signes_avc")


def test_the_second_factor_for_another_act_signs_nothing(signed, deps, cast):
    with pytest.raises(Refused, match="step_up_needed"):
        signed("signes_avc", stepped_up(deps, cast.dr_lune, Act.MANAGE_PEOPLE))


def test_what_was_not_looked_at_is_not_signed(deps, cast, signer):
    with deps.unit_of_work(signer) as uow, pytest.raises(Refused, match="changed_meanwhile"):
        signing.sign(uow, deps.library, Sign(cast.lilas, "signes_avc", "another"))


def test_only_a_practitioner_of_the_practice_adopts(deps, cast, uow_as):
    setup = system_actor(Purpose.SETUP, cast.lilas)

    for who, refusal in ((cast.ada, Forbidden), (cast.dr_iris, NotFound), (setup, Forbidden)):
        with uow_as(who) as uow, pytest.raises(refusal):
            service.adopt_reference_set(uow, deps.library, cast.lilas)


def test_adopting_twice_is_once_and_audited(adopted, deps, cast, uow_as):
    with uow_as(cast.dr_soleil) as uow:
        service.adopt_reference_set(uow, deps.library, cast.lilas)
        uow.commit()

    with uow_as(cast.dr_lune) as uow:
        rows = uow.session.execute(text("select practitioner_id from protocol_adoption")).all()
    assert [row.practitioner_id for row in rows] == [cast.dr_lune_id]


def test_an_unknown_protocol_cannot_be_decided_on(deps, cast, uow_as):
    for decide in (signing.review, signing.retire):
        with uow_as(cast.dr_lune) as uow, pytest.raises(NotFound):
            decide(uow, deps.library, cast.lilas, "mal_inconnu")


def test_protocols_are_listed_in_the_practice_states(deps, cast, uow_as, signed):
    signed("signes_avc")
    with uow_as(cast.dr_lune) as uow:
        cards = {card.code: card for card in reads.protocols(uow, deps.library, cast.lilas)}

        assert cards["signes_avc"].state is State.SIGNED
        assert cards[CHEST].state is State.REFERENCE
        assert next(iter(cards)) == "tronc_commun"
        with pytest.raises(NotFound):
            reads.protocol(uow, deps.library, "mal_inconnu")
