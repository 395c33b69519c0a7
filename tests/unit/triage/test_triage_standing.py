"""Which protocols a practice may start a session on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from telesec.triage.levels import Level
from telesec.triage.protocol import State
from telesec.triage.standing import Standing, bound_without


@pytest.fixture
def chest(library):
    return library.book.protocols["douleur_thoracique"]


def decided(protocol, state):
    return Standing(adopted=True, signed={(protocol.code, protocol.version): state})


def test_a_reference_needs_adoption(chest):
    assert not Standing().may_start(chest, chest.review_by)
    assert Standing(adopted=True).may_start(chest, chest.review_by)


def test_a_draft_never_starts(chest):
    assert not Standing(adopted=True).may_start(replace(chest, state=State.DRAFT), chest.review_by)


def test_a_retired_one_never_starts(chest):
    assert not decided(chest, State.RETIRED).may_start(chest, chest.review_by)


def test_nothing_starts_past_its_review_but_the_screen(chest, library):
    late = chest.review_by + timedelta(days=1)

    assert not decided(chest, State.SIGNED).may_start(chest, late)
    assert Standing().may_start(library.book.screen, late + timedelta(days=999))


def test_a_signature_is_of_one_version(chest):
    newer = replace(chest, version="1.1.0")

    assert decided(chest, State.SIGNED).state_of(newer) is State.REFERENCE


def test_without_a_protocol_it_is_at_least_today(library, chest):
    bounds = [bound_without(held)[0][1] for held in (None, chest, library.book.protocols["signes_avc"])]

    assert bounds == [Level.SAME_DAY, Level.SAME_DAY, Level.DOCTOR_NOW]
