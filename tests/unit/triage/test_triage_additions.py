"""What a practice adds to a protocol is safe by construction: never less urgent, its cases settled."""

from datetime import date

import pytest

from telesec.triage import additions, drafts
from telesec.triage.levels import Level, at_least
from telesec.triage.library import load
from telesec.triage.protocol import Effect
from telesec.triage.written import document_of

LIBRARY = load()
TODAY = date(2026, 11, 26)
CODES = sorted(LIBRARY.book.protocols)


@pytest.mark.parametrize("code", CODES)
def test_what_is_raised_passes_every_check_and_lowers_nothing(code):
    held = LIBRARY.book.protocols[code]
    document = document_of(held).model_dump(mode="json")
    raising = [one.id for one in held.questions if one.effect is not Effect.LOWER]

    for what, level in (("default", Level.DOCTOR_NOW), (raising[-1], Level.CALL15_NOW)):
        own = additions.settled(LIBRARY, additions.raised(document, what, level), TODAY)
        found = drafts.check(LIBRARY, own, TODAY)

        assert not found.problems, what
        assert at_least(found.protocol.default, held.default)


def test_a_lower_wish_changes_nothing():
    document = document_of(LIBRARY.book.protocols["signes_avc"]).model_dump(mode="json")

    assert additions.raised(document, "visage", Level.ROUTINE) == document
    assert additions.raised(document, "default", Level.ROUTINE) == document
