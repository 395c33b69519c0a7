"""Reviews that come due, use past them with a reason, new versions, and what doctors say afterwards."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from telesec.foundation.errors import Forbidden, NotFound, Refused
from telesec.triage import feedback, governance, service, signing
from telesec.triage.compiler import compile_protocol
from telesec.triage.feedback import MarkLevel
from telesec.triage.governance import ExtendReview
from telesec.triage.levels import Level
from telesec.triage.library import built_in_file
from telesec.triage.protocol import Given
from telesec.triage.replay import with_protocol
from telesec.triage.service import AnswerQuestion, RaiseLevel

CHEST = "douleur_thoracique"
REASON = "Le Dr Lune relit ce mois-ci."


@pytest.fixture
def expired(adopted, clock, deps):
    """The day after the review of the chest protocol."""
    left = deps.library.book.get(CHEST).review_by - clock.now().date()
    clock.advance(days=left.days + 1)
    return adopted


@pytest.fixture
def ended(adopted, start, run):
    """A session that ended at the 15."""
    view = start(words="mal à la poitrine")
    return run(service.answer, AnswerQuestion(view.id, view.question.id, Given.YES))


def test_reviews_warn_thirty_days_before(adopted, clock, deps, cast, uow_as):
    left = deps.library.book.get(CHEST).review_by - clock.now().date()
    with uow_as(cast.dr_lune) as uow:
        assert CHEST not in {due.code for due in governance.reviews(uow, deps.library, cast.lilas)}
    clock.advance(days=left.days - 30)

    with uow_as(cast.dr_lune) as uow:
        due = {due.code: due for due in governance.reviews(uow, deps.library, cast.lilas)}

    assert due[CHEST].days_left == 30


def test_an_expired_protocol_starts_with_a_supervisors_reason_for_thirty_days(
    expired, start, clock, deps, cast, uow_as
):
    assert start(CHEST).protocol == "tronc_commun"
    with uow_as(cast.supervisor) as uow:
        until = governance.extend(uow, deps.library, ExtendReview(cast.lilas, CHEST, REASON))
        uow.commit()

    assert until - clock.now().date() == timedelta(days=30)
    assert start(CHEST).protocol == CHEST
    clock.advance(days=31)
    assert start(CHEST).protocol == "tronc_commun"


def test_a_secretary_cannot_extend(expired, deps, cast, uow_as):
    with uow_as(cast.ada) as uow, pytest.raises(Forbidden):
        governance.extend(uow, deps.library, ExtendReview(cast.lilas, CHEST, REASON))


@pytest.mark.parametrize(("reason", "why"), [(" ", "reason_needed"), ("x" * 1001, "reason_too_long")])
def test_extending_needs_a_reason(expired, deps, cast, uow_as, reason, why):
    with uow_as(cast.supervisor) as uow, pytest.raises(Refused, match=why):
        governance.extend(uow, deps.library, ExtendReview(cast.lilas, CHEST, reason))


def test_a_protocol_within_its_review_is_not_extended(adopted, deps, cast, uow_as):
    with uow_as(cast.supervisor) as uow, pytest.raises(Refused, match="not_expired"):
        governance.extend(uow, deps.library, ExtendReview(cast.lilas, CHEST, REASON))
    with uow_as(cast.supervisor) as uow, pytest.raises(NotFound):
        governance.extend(uow, deps.library, ExtendReview(cast.lilas, "mal_inconnu", REASON))


def doctored(code):
    """Return the text of a protocol whose last red flag of the 15 leads to the doctor, and the flag's id."""
    text_ = built_in_file(code).read_text("utf-8")
    start, end = text_.split("deciding:", 1)
    place = start.rindex("level: call15_now")
    id_ = start[:place].rsplit("\n- id: ", 1)[1].split("\n", 1)[0]
    return f"{start[:place]}level: doctor_now{start[place + 17 :]}deciding:{end}", id_


def test_a_new_version_lists_the_sessions_it_would_lower(adopted, start, run, deps, cast, uow_as):
    newer, id_ = doctored("traumatisme_cranien")
    view = start("traumatisme_cranien")
    while view.question:
        given = Given.YES if view.question.id.endswith(f".{id_}") else Given.NO
        view = run(service.answer, AnswerQuestion(view.id, view.question.id, given))
    start("traumatisme_cranien")

    with uow_as(cast.dr_lune) as uow:
        found = governance.lowered(uow, deps.library, cast.lilas, newer)

    assert [(one.id, one.before, one.after) for one in found] == [
        (str(view.id), Level.CALL15_NOW, Level.DOCTOR_NOW)
    ]


def test_a_version_beside_the_present_one_says_what_differs(adopted, deps, cast, uow_as):
    newer, id_ = doctored("traumatisme_cranien")

    with uow_as(cast.dr_lune) as uow:
        found = governance.compared(uow, deps.library, cast.lilas, newer)

    assert [(edited.id, edited.parts) for edited in found.edits] == [(id_, ("level",))]


def test_an_unsafe_version_is_refused_with_its_problems(adopted, deps, cast, uow_as):
    with uow_as(cast.dr_lune) as uow, pytest.raises(Refused, match="protocol_unsafe"):
        governance.compared(uow, deps.library, cast.lilas, "format: 1")


def test_a_doctors_judgement_is_reported_and_replaced(ended, deps, cast, uow_as):
    for level in (Level.SAME_DAY, Level.DOCTOR_NOW):
        with uow_as(cast.dr_lune) as uow:
            feedback.mark(uow, MarkLevel(ended.id, level))
            uow.commit()

    with uow_as(cast.dr_lune) as uow:
        done = feedback.report(uow, cast.lilas)
        agreed = feedback.agreed(uow, cast.lilas, ended.id)

    assert (done.all.sessions, done.all.over, done.all.under) == (1, 1, 0)
    assert [(code, version) for code, version, _ in done.by_protocol] == [(CHEST, "1.0.0")]
    assert [hour for hour, _ in done.by_hour] == [10]
    assert agreed is Level.DOCTOR_NOW


def test_a_level_raised_by_a_person_counts_as_overridden(adopted, start, run, deps, cast, uow_as):
    view = start("ordonnance_medicament")
    view = run(service.raise_level, RaiseLevel(view.id, Level.CALL15_NOW, "Elle ne parle plus."))
    with uow_as(cast.dr_lune) as uow:
        feedback.mark(uow, MarkLevel(view.id, Level.CALL15_NOW))
        done = feedback.report(uow, cast.lilas)

    assert (done.all.overridden, done.all.same) == (1, 1)


def test_only_a_practitioner_judges(ended, cast, uow_as):
    with uow_as(cast.ada) as uow, pytest.raises(Forbidden):
        feedback.mark(uow, MarkLevel(ended.id, Level.SAME_DAY))
    with uow_as(cast.supervisor) as uow, pytest.raises(Forbidden):
        feedback.mark(uow, MarkLevel(ended.id, Level.SAME_DAY))
    with uow_as(cast.stranger) as uow, pytest.raises(NotFound):
        feedback.mark(uow, MarkLevel(ended.id, Level.SAME_DAY))


def test_a_session_that_goes_on_is_not_judged(adopted, start, cast, uow_as):
    view = start(CHEST)

    with uow_as(cast.dr_lune) as uow, pytest.raises(Refused, match="triage_unfinished"):
        feedback.mark(uow, MarkLevel(view.id, Level.SAME_DAY))


def test_a_judgement_is_sealed(ended, cast, uow_as):
    with uow_as(cast.dr_lune) as uow:
        feedback.mark(uow, MarkLevel(ended.id, Level.SAME_DAY))
        stored = uow.session.scalar(text("select f::text from triage_feedback f"))

    assert "same_day" not in stored
    assert CHEST not in stored


def test_a_newer_reference_lists_the_past_calls_it_lowers_before_it_is_signed(
    adopted, start, run, deps, cast, signer
):
    newer, id_ = doctored("traumatisme_cranien")
    view = start("traumatisme_cranien")
    while view.question:
        given = Given.YES if view.question.id.endswith(f".{id_}") else Given.NO
        view = run(service.answer, AnswerQuestion(view.id, view.question.id, given))
    shipped = compile_protocol(newer.replace("version: 1.0.0", "version: 1.1.0", 1), "newer")
    library = replace(deps.library, book=with_protocol(deps.library.book, shipped))

    with deps.unit_of_work(signer) as uow:
        same = signing.review(uow, deps.library, cast.lilas, "traumatisme_cranien")
        found = signing.review(uow, library, cast.lilas, "traumatisme_cranien")

    assert same.lowers == ()
    assert [(one.id, one.before, one.after) for one in found.lowers] == [
        (str(view.id), Level.CALL15_NOW, Level.DOCTOR_NOW)
    ]
