"""A practice's own version of a protocol: written, refused when unsafe, compared, signed, run, retired."""

import pytest
from sqlalchemy import text

from telesec.calls.heard import heard
from telesec.foundation.errors import Forbidden, NotFound, Refused, Stale
from telesec.triage import drafts, service, signing
from telesec.triage.in_practice import library_of
from telesec.triage.protocol import Given, State
from telesec.triage.service import AnswerQuestion

STROKE = "signes_avc"


@pytest.fixture
def write(deps, cast):
    """Change the document as the editor would and save it; ``change`` works on plain values."""

    def do(change=None, code=STROKE, who=None, version=None):
        with deps.unit_of_work(who or cast.dr_lune) as uow:
            draft = drafts.begin(uow, deps.library, cast.lilas, code)
            document = draft.document.model_dump(mode="json")
            if change:
                change(document)
            kept = draft.row_version if version is None else version
            saved = drafts.save(uow, deps.library, cast.lilas, document, kept)
            uow.commit()
        return saved

    return do


@pytest.fixture
def own_yes(adopted, write, start, run, signed):
    """A triage by a signed version of one's own: yes to its own question, no to all others."""
    write(added)
    signed(STROKE)
    view = start(STROKE)
    while view.question:
        given = Given.YES if view.question.id.endswith(".own_1") else Given.NO
        view = run(service.answer, AnswerQuestion(view.id, view.question.id, given))
    return view


def added(document, id_="own_1"):
    document["red_flags"].insert(
        0,
        {
            **document["red_flags"][0],
            "id": id_,
            "ask": {"fr": "Lâche-t-elle ce qu’elle tient ?", "en": "Dropping things?"},
            "covers": [],
            "words": [],
            "help": None,
        },
    )


def without_first(document):
    document["red_flags"].pop(0)


def lowered(document):
    document["red_flags"][-1]["level"] = "routine"


def case_astray(document):
    document["cases"][0]["level"] = "admin"


def reviewed_never(document):
    document["review_by"] = "2040-01-01"


@pytest.mark.parametrize("change", [without_first, lowered, case_astray, reviewed_never])
def test_an_unsafe_draft_is_not_saved(write, change, deps, cast, uow_as):
    with pytest.raises(Refused, match="protocol_unsafe"):
        write(change)

    with uow_as(cast.dr_lune) as uow:
        assert drafts.kept(uow, cast.lilas) == {}


def test_a_draft_runs_only_once_signed(adopted, write, start, signed):
    write(added)
    before = start(STROKE)

    found = signed(STROKE)
    after = start(STROKE)

    assert (before.version, before.state) == ("1.0.0", State.REFERENCE)
    assert [edited.id for edited in found.edits] == ["own_1"]
    assert (after.version, after.state) == ("1.0.0+1", State.SIGNED)


def test_its_questions_are_asked_and_count(adopted, write, start, run, signed):
    write(added)
    signed(STROKE)

    view = start(STROKE)
    asked = []
    while view.question:
        asked.append(view.question.id)
        given = Given.YES if view.question.id == f"{STROKE}.own_1" else Given.NO
        view = run(service.answer, AnswerQuestion(view.id, view.question.id, given))

    assert asked[-1] == f"{STROKE}.own_1"
    assert view.level.value == "call15_now"


def test_whoever_takes_over_is_told_its_questions_too(own_yes):
    lines = heard(own_yes, "fr")

    assert lines[1:] == ["Lâche-t-elle ce qu’elle tient\u202f? Oui."]


def test_a_second_version_that_lowers_past_calls_needs_a_tick_and_a_reason(own_yes, write, start, signed):
    write(lambda document: document["red_flags"].pop(0))

    for refused in ({}, {"accepts_lower": True}, {"reason": "Trop large."}):
        with pytest.raises(Refused, match="lower_not_accepted"):
            signed(STROKE, **refused)
    with pytest.raises(Refused, match="reason_too_long"):
        signed(STROKE, accepts_lower=True, reason="é" * 1_001)
    found = signed(STROKE, accepts_lower=True, reason="Trop large.")

    assert [one.id for one in found.lowers] == [str(own_yes.id)]
    assert start(STROKE).version == "1.0.0+2"


def test_signatures_are_listed_and_audited(write, signed, signer, deps, cast, uow_as):
    write(added)
    signed(STROKE)
    with uow_as(signer) as uow:
        signing.retire(uow, deps.library, cast.lilas, STROKE)
        uow.commit()

    with uow_as(cast.dr_lune) as uow:
        listed = [(one.version, one.state) for one in signing.signatures(uow, cast.lilas, STROKE)]
        acts = uow.session.scalars(text("select action from audit.pending where action like 'protocol.%'"))

        assert listed == [("1.0.0+1", State.RETIRED), ("1.0.0+1", State.SIGNED)]
        assert {"protocol.draft", "protocol.replay", "protocol.sign", "protocol.retire"} <= set(acts)
        assert library_of(uow, deps.library, cast.lilas) is deps.library


def test_a_version_less_safe_than_a_newer_reference_does_not_run(write, signed, deps, cast, uow_as):
    write(lambda document: document["cases"])
    signed(STROKE)
    reference = deps.library.book.protocols[STROKE]
    with uow_as(cast.dr_lune) as uow:
        draft = drafts.begin(uow, deps.library, cast.lilas, STROKE).document.model_dump(mode="json")
        added(draft, "neuf")
        newer = drafts.check(deps.library, draft, uow.now().date()).protocol
        library = deps.library.__class__(
            signing.governance.with_protocol(deps.library.book, newer), deps.library.words
        )

        assert library_of(uow, deps.library, cast.lilas).book.protocols[STROKE] is not reference
        assert library_of(uow, library, cast.lilas).book.protocols[STROKE] is newer


def test_two_editors_do_not_overwrite_each_other(write):
    write(added)

    with pytest.raises(Stale):
        write(version=0)


def test_a_draft_is_forgotten(write, deps, cast, uow_as):
    write(added)
    with uow_as(cast.dr_lune) as uow:
        drafts.discard(uow, deps.library, cast.lilas, STROKE)
        uow.commit()

    with uow_as(cast.dr_lune) as uow:
        assert drafts.kept(uow, cast.lilas) == {}


def test_only_who_decides_for_the_practice_writes(write, deps, cast, uow_as):
    for who, refusal in ((cast.ada, Forbidden), (cast.supervisor, Forbidden), (cast.dr_iris, NotFound)):
        with pytest.raises(refusal):
            write(added, who=who)


def test_the_screen_and_unknown_complaints_are_nobodys_own(deps, cast, uow_as):
    for code in ("tronc_commun", "mal_inconnu"):
        with uow_as(cast.dr_lune) as uow, pytest.raises(NotFound):
            drafts.begin(uow, deps.library, cast.lilas, code)
