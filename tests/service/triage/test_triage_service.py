"""Triage sessions on a real database: adopted or not, answers, raising, closing, tenants, sealing."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.ids import new_id
from telesec.triage import reads, service
from telesec.triage.levels import Level
from telesec.triage.patient import PatientFacts, Sex
from telesec.triage.protocol import Given, State
from telesec.triage.service import AnswerQuestion, RaiseLevel

ZOE = PatientFacts(age_months=40 * 12, sex=Sex.FEMALE, pregnant=False)
CHEST = "douleur_thoracique"
VITAL = tuple((f"tronc_commun.{id_}", Given.NO) for id_ in ("ne_repond_pas", "respire_mal", "bleu_gris"))
YES, NO = Given.YES, Given.NO


def answer_all(run, view, **special):
    """Answer "no" but to the named questions, until there is a disposition."""
    while view.question:
        given = special.get(view.question.id.rpartition(".")[2], NO)
        view = run(service.answer, AnswerQuestion(view.id, view.question.id, given))
    return view


def test_start_asks_the_screen_first(adopted, start):
    view = start(CHEST)

    assert view.question.id == "tronc_commun.eveil_souffle_couleur"
    assert (view.protocol, view.version, view.state) == (CHEST, "1.0.0", State.REFERENCE)
    assert view.disposition is None


def test_start_asks_the_sign_the_words_name_first(adopted, start):
    view = start(words="ma mère a mal à la poitrine")

    assert view.protocol == CHEST
    assert view.question.id == "tronc_commun.douleur_poitrine"


def test_a_red_flag_ends_at_15_with_words_to_say(adopted, start, run):
    view = start(words="mal à la poitrine")

    view = run(service.answer, AnswerQuestion(view.id, view.question.id, YES))

    assert view.question is None
    assert view.disposition.level is Level.CALL15_NOW
    assert view.disposition.deadline_seconds == 0
    assert view.disposition.because == ("tronc_commun.douleur_poitrine",)


def test_all_answers_no_end_at_the_default(adopted, start, run):
    assert answer_all(run, start(CHEST)).disposition.level is Level.DOCTOR_NOW


def test_same_day_ends_with_the_practice_day(adopted, start, run, clock):
    view = answer_all(run, start(CHEST), passee_24h=YES)

    assert view.disposition.level is Level.SAME_DAY
    assert view.disposition.deadline_seconds == 14 * 3600  # 10:00 in Paris


def test_ambiguous_words_start_the_most_urgent_and_list_the_others(adopted, start):
    view = start(words="mal à l'estomac")

    assert view.protocol == CHEST
    assert [candidate.code for candidate in view.candidates] == [CHEST, "douleur_abdominale"]


def test_words_that_raise_end_at_once(adopted, start):
    view = start(words="Il s'étouffe !")

    assert view.disposition.level is Level.CALL15_NOW
    assert view.disposition.because == ("words.etouffe",)


def test_without_adoption_only_the_screen_runs(cast, start, run):
    view = answer_all(run, start("ordonnance_medicament"))

    assert view.protocol == "tronc_commun"
    assert view.disposition.level is Level.SAME_DAY
    assert all(question.startswith("tronc_commun.") for question, _ in view.answers)


def test_without_adoption_the_floor_of_the_protocol_holds(cast, start, run):
    assert answer_all(run, start("signes_avc")).disposition.level is Level.DOCTOR_NOW


def test_unknown_words_ask_about_an_unlisted_symptom(adopted, start, run):
    view = answer_all(run, start(words="autre chose"))

    assert (view.protocol, view.disposition.level) == ("symptome_non_liste", Level.SAME_DAY)


def test_an_expired_protocol_does_not_start(adopted, start, clock):
    clock.advance(days=365)

    assert start(CHEST).protocol == "tronc_commun"


def test_answer_refuses_a_question_that_is_not_current(adopted, start, run):
    view = start(CHEST)

    with pytest.raises(Refused, match="question_not_current") as refused:
        run(service.answer, AnswerQuestion(view.id, f"{CHEST}.irradie", YES))

    assert refused.value.extra == {"question": view.question.id}


def test_answer_twice_is_once(adopted, start, run):
    view = start(CHEST)
    command = AnswerQuestion(view.id, view.question.id, NO)

    first, second = run(service.answer, command), run(service.answer, command)

    assert second.answers == first.answers == VITAL


def test_answer_refuses_after_the_disposition(adopted, start, run):
    view = answer_all(run, start(words="mal à la poitrine"), douleur_poitrine=YES)

    with pytest.raises(Refused, match="question_not_current"):
        run(service.answer, AnswerQuestion(view.id, f"{CHEST}.irradie", YES))


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({}, "protocol_needed"),
        ({"protocol": "mal_inconnu"}, "unknown_protocol"),
        ({"protocol": "fievre_enfant"}, "protocol_not_for_patient"),
    ],
)
def test_start_refuses(adopted, start, command, code):
    with pytest.raises(Refused, match=code):
        start(**command)


def test_a_secretary_raises_with_a_reason(adopted, start, run):
    view = answer_all(run, start("ordonnance_medicament"))

    view = run(service.raise_level, RaiseLevel(view.id, Level.DOCTOR_NOW, "Voix très faible"))

    assert view.disposition.level is Level.DOCTOR_NOW
    assert view.disposition.because == ("raised_by_person",)


def test_nobody_lowers_a_level(adopted, start, run):
    view = answer_all(run, start(CHEST))

    with pytest.raises(Refused, match="only_raise"):
        run(service.raise_level, RaiseLevel(view.id, Level.SAME_DAY, "Semble bien"))
    with pytest.raises(Refused, match="reason_needed"):
        run(service.raise_level, RaiseLevel(view.id, Level.CALL15_NOW, " "))


def test_closing_unfinished_counts_as_unknown(adopted, start, run):
    view = run(service.close, start(CHEST).id)

    assert view.disposition.level is Level.CALL15_NOW
    assert view.closed_at is not None
    with pytest.raises(Refused, match="triage_closed"):
        run(service.answer, AnswerQuestion(view.id, "tronc_commun.ne_repond_pas", NO))


def test_closing_twice_is_once(adopted, start, run, clock):
    view = run(service.close, start(CHEST).id)
    clock.advance(minutes=1)

    assert run(service.close, view.id) == replace(view, disposition=replace(
        view.disposition, deadline_seconds=0))  # fmt: skip


def test_a_changed_protocol_is_started_again(adopted, start, deps, cast, uow_as):
    view = start(CHEST)
    book = deps.library.book
    newer = replace(book.protocols[CHEST], version="1.1.0")
    library = replace(deps.library, book=replace(book, protocols={**book.protocols, CHEST: newer}))

    with uow_as(cast.ada) as uow, pytest.raises(Refused, match="protocol_changed"):
        service.answer(uow, library, AnswerQuestion(view.id, view.question.id, NO))


def test_an_unfinished_session_of_a_changed_protocol_ends_at_15(adopted, start, deps, cast, uow_as):
    view = start(CHEST)
    others = {code: held for code, held in deps.library.book.protocols.items() if code != CHEST}
    library = replace(deps.library, book=replace(deps.library.book, protocols=others))

    with uow_as(cast.ada) as uow:
        shown = reads.session(uow, library, view.id)
        closed = service.close(uow, library, view.id)

    assert shown.disposition.because == closed.disposition.because == ("protocol_changed",)
    assert closed.disposition.level is Level.CALL15_NOW


def test_closing_a_finished_session_keeps_its_disposition(adopted, start, run):
    view = answer_all(run, start(CHEST))

    assert run(service.close, view.id).disposition.because == view.disposition.because


def test_an_overseas_practice_is_asked_about_dengue(adopted, start, run):
    child = PatientFacts(age_months=60, sex=Sex.FEMALE, territory="974")

    asked = {question for question, _ in answer_all(run, start("fievre_enfant", patient=child)).answers}
    at_home = {question for question, _ in answer_all(run, start("fievre_enfant", patient=replace(
        child, territory=None))).answers}  # fmt: skip

    assert asked - at_home == {"fievre_enfant.dengue_alerte"}


def test_the_state_is_said_in_words(adopted, start):
    assert str(start(CHEST).state_words) == "Reference, not signed"


def test_a_stored_disposition_is_shown_as_it_was(adopted, start, run, deps, cast, uow_as):
    view = answer_all(run, start(CHEST))
    book = deps.library.book
    milder = replace(book.protocols[CHEST], version="1.1.0", default=Level.ROUTINE)
    library = replace(deps.library, book=replace(book, protocols={**book.protocols, CHEST: milder}))

    with uow_as(cast.ada) as uow:
        shown = reads.session(uow, library, view.id)

    assert shown.disposition.level is Level.DOCTOR_NOW
    assert shown.version == "1.0.0"


def test_a_call_finds_its_newest_session(adopted, start, deps, cast, uow_as, clock):
    call_id = new_id()
    start(CHEST, call_id=call_id)
    clock.advance(minutes=1)
    second = start("signes_avc", call_id=call_id)

    with uow_as(cast.ada) as uow:
        found = reads.latest_of_call(uow, deps.library, cast.lilas, call_id)
        again = reads.latest_of_call(uow, deps.library, cast.lilas, call_id, redraw=True)
        nothing = reads.latest_of_call(uow, deps.library, cast.lilas, new_id())

    assert found.id == again.id == second.id
    assert nothing is None


@pytest.fixture
def stomach(start, run):
    """A call in which "mal à l'estomac" may mean two things; the screen is half answered."""
    call_id = new_id()
    view = start(words="mal à l'estomac", call_id=call_id)
    for _ in range(1):
        view = run(service.answer, AnswerQuestion(view.id, view.question.id, NO))
    return view


def test_choosing_a_candidate_keeps_the_screen(adopted, stomach, start):
    view = start("douleur_abdominale", call_id=stomach.call_id)

    assert view.answers == stomach.answers
    assert view.question.id == "tronc_commun.sang_avc_poitrine"


def test_another_person_or_protocol_of_the_call_is_screened_anew(adopted, stomach, start):
    somebody = replace(ZOE, age_months=30 * 12)

    assert start("douleur_abdominale", call_id=stomach.call_id, patient=somebody).answers == ()
    assert start("signes_avc", call_id=stomach.call_id).answers == ()
    assert start("douleur_abdominale").answers == ()


def test_two_tabs_store_one_answer(adopted, start, deps, cast):
    view = start(CHEST)

    def tab(given):
        with deps.unit_of_work(cast.ada) as uow:
            try:
                service.answer(uow, deps.library, AnswerQuestion(view.id, view.question.id, given))
                uow.commit()
            except Refused as refused:
                return refused.code
            return "stored"

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(tab, [NO, Given.UNKNOWN] * 4))

    with deps.unit_of_work(cast.ada) as uow:
        answers = reads.session(uow, deps.library, view.id).answers
    assert len(answers) in (1, len(VITAL))
    assert set(told) == {"stored", "question_not_current"}


def test_another_practice_sees_nothing(adopted, start, deps, cast, uow_as):
    view = start(CHEST)

    for who in (cast.dr_iris, cast.stranger):
        with uow_as(who) as uow, pytest.raises(NotFound):
            reads.session(uow, deps.library, view.id)
        with uow_as(who) as uow, pytest.raises(NotFound):
            service.answer(uow, deps.library, AnswerQuestion(view.id, view.question.id, NO))


def test_the_database_holds_no_health_data(adopted, start, run, cast, uow_as):
    answer_all(run, start(words="mal à la poitrine"), douleur_poitrine=YES)

    with uow_as(cast.ada) as uow:
        rows = uow.session.execute(
            text(
                "select s::text || a::text from triage_session s join triage_answer a on a.session_id = s.id"
            )
        ).scalars()
        dump = "".join(rows)
    assert dump
    assert all(word not in dump for word in ("poitrine", "douleur", "call15", '"yes"'))


def test_deadline_of_a_day_with_a_clock_change_is_real_seconds(deps, cast, uow_as, clock):
    clock.set(
        clock.now().replace(year=2026, month=10, day=24, hour=22, minute=30)
    )  # 00:30 in Paris, 25 h day

    with uow_as(cast.ada) as uow:
        assert reads.seconds_left_today(uow, cast.lilas) == timedelta(hours=24, minutes=30).total_seconds()


def test_the_net_opens_questions_on_an_administrative_reason(deps, cast, uow_as):
    with uow_as(cast.ada) as uow:
        found = service.net(uow, deps.library, cast.lilas, "certificat, et elle a mal à la poitrine")

    assert [card.code for card in found.protocols][:1] == ["douleur_thoracique"]
    assert len(found.questions) == 1


def test_the_net_stays_shut_on_a_mere_request(deps, cast, uow_as):
    with uow_as(cast.ada) as uow:
        assert not service.net(uow, deps.library, cast.lilas, "attestation pour la crèche")


def test_the_net_refuses_a_stranger(deps, cast, uow_as):
    with uow_as(cast.stranger) as uow, pytest.raises(NotFound):
        service.net(uow, deps.library, cast.lilas, "fièvre")
