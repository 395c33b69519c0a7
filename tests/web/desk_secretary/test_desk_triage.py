"""Triage on the desk: words, one question at a time, the level, the 15."""

import re

import pytest

from telesec.alerts import reads as alerts
from telesec.foundation.access import Purpose, system_actor
from telesec.scheduling import configuration
from telesec.scheduling.configuration import CreateAppointmentType
from telesec.triage import reads as triage
from telesec.triage import service
from telesec.triage.levels import Level
from telesec.triage.patient import Sex
from telesec.triage.protocol import Given
from telesec.triage.service import AnswerQuestion


def start(desk, words="mal à la poitrine"):
    return desk.post("/triage/start", {"words": words, "age": "75", "sex": "F"})


def test_words_lead_to_the_first_question(desk, adopted):
    assert start(desk).status_code == 303

    page = desk.page()
    assert 'name="question_id"' in page
    assert 'value="unknown"' in page


def test_no_words_and_no_protocol_is_refused_and_says_what_to_do(desk):
    answer = desk.post("/triage/start", {"words": "", "age": "75"})

    assert answer.status_code == 422
    assert 'value="75"' in answer.text


def test_figures_are_no_words(desk, adopted):
    answer = desk.post("/triage/start", {"words": " 4031951 "})

    assert answer.status_code == 422
    assert 'name="question_id"' not in desk.page()


def test_a_protocol_needs_no_words(desk, adopted):
    assert desk.post("/triage/start", {"words": "", "protocol": "symptome_non_liste"}).status_code == 303


def test_an_answer_brings_the_next_question(desk, adopted):
    start(desk)
    before = desk.hidden("question_id")

    desk.answer("no")

    assert desk.hidden("question_id") != before


def test_an_answer_to_an_old_question_changes_nothing(desk, adopted):
    start(desk)
    old = {name: desk.hidden(name) for name in ("session_id", "question_id")}
    desk.answer("no")
    now = desk.hidden("question_id")

    answer = desk.post("/triage/answer", {**old, "answer": "yes"})

    assert answer.status_code == 409
    assert desk.hidden("question_id") == now


def test_an_answer_must_be_one(desk, adopted):
    start(desk)

    assert desk.answer("perhaps").status_code == 422


def test_a_vital_sign_takes_the_screen_and_raises_one_alert(desk, adopted, cast):
    start(desk)
    desk.answer("yes")

    page = desk.page()
    assert "desk-15" in page
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        raised = alerts.of_call(uow, *desk.call)
    assert [row.level.value for row in raised] == ["call15_now"]


def test_a_level_is_raised_with_a_reason_only(desk, adopted):
    start(desk, "ordonnance à renouveler")
    session = {"session_id": desk.hidden("session_id")}

    refused = desk.post("/triage/raise", {**session, "level": "doctor_now", "reason": ""})

    assert refused.status_code == 422


def test_raised_to_doctor_now_offers_the_alert_first(desk, adopted):
    start(desk, "ordonnance à renouveler")
    session = {"session_id": desk.hidden("session_id")}

    desk.post("/triage/raise", {**session, "level": "doctor_now", "reason": "très pâle"})
    while 'name="question_id"' in desk.page():
        desk.answer("no")

    assert "Alerter le médecin maintenant" in desk.page()


def test_an_unknown_level_is_refused(desk, adopted):
    start(desk)

    answer = desk.post(
        "/triage/raise", {"session_id": desk.hidden("session_id"), "level": "x", "reason": "y"}
    )

    assert answer.status_code == 422


def test_words_to_say_are_set_as_french_is_printed(desk, adopted):
    start(desk)

    desk.answer("yes")

    assert "C’est une situation pour le 15." in desk.page()
    assert "C&#39;est" not in desk.page()


def test_raise_without_a_reason_points_at_the_reason(desk, adopted):
    start(desk)
    form = {"session_id": desk.hidden("session_id"), "level": "call15_now", "reason": ""}

    answer = desk.post("/triage/raise", form)

    assert answer.status_code == 422
    assert '<details class="more" open>' in answer.text
    assert 'aria-invalid="true" aria-describedby="refusal" autofocus' in answer.text


def test_a_judged_triage_keeps_every_answer_and_the_notes_place(desk, adopted):
    start(desk)
    while 'id="question"' in (page := desk.page()):
        desk.answer("no")

    shown = page[page.index('class="qa"') :]
    folded = shown[shown.index('<details class="more"><summary>') :]

    asked = int(re.search(r"(\d+) réponses", page)[1])
    assert f"Ce qui a été répondu ({asked})" in folded
    assert shown.count('class="ans"') == asked


def test_a_man_somebody_else_calls_for_is_spoken_of_as_one(desk, adopted):
    desk.post("/triage/start", {"words": "mal à la poitrine", "age": "75", "sex": "M", "voice": "she"})

    page = desk.page()

    assert re.search(r'class="q"[^>]*>[^<]*-il\b', page)
    assert not re.search(r'class="q"[^>]*>[^<]*-elle', page)


def test_doctor_reads_the_questions_as_they_were_asked(desk, adopted, house, cast, log_in):
    desk.post("/triage/start", {"words": "mal à la poitrine", "age": "75", "sex": "M", "voice": "you"})
    desk.answer("yes")
    with house.deps.unit_of_work(cast.ada) as uow:
        (row,) = alerts.under_way(uow).items

    page = log_in(cast.dr_lune).get(f"/phone/alerts/{row.id}").text

    assert "Avez-vous mal" in page
    assert "A-t-elle" not in page


@pytest.fixture
def judge(desk, adopted, house, cast):
    """What answers "no" but to the named questions until there is a result, and returns its page."""

    def to_the_end(words="mal au dos", **special):
        desk.post("/triage/start", {"words": words, "age": "40", "sex": "F"})
        with house.deps.unit_of_work(cast.ada) as uow:
            view = triage.latest_of_call(uow, house.deps.library, *desk.call)
            while view.question:
                given = special.get(view.question.id.partition(".")[2], Given.NO)
                view = service.answer(
                    uow, house.deps.library, AnswerQuestion(view.id, view.question.id, given)
                )
            uow.commit()
        return desk.page()

    return to_the_end


def tick(desk, *signs):
    return desk.post("/triage/heard", {"session_id": desk.hidden("session_id"), "sign": list(signs)})


def test_what_was_told_at_once_is_ticked_and_stored_one_by_one(desk, adopted):
    start(desk, "mal au dos")
    told = re.findall(r'name="sign" value="([^"]+)"', desk.page("heard"))
    fever, shock = "mal_de_dos.fievre", "mal_de_dos.choc"
    assert {fever, shock} <= set(told)

    assert tick(desk, shock, fever).status_code == 303

    page = desk.page()
    assert "2 réponses" in page
    assert fever not in desk.page("heard")


def test_a_vital_sign_that_is_ticked_takes_the_screen(desk, adopted, cast):
    start(desk, "mal au dos")

    tick(desk, "tronc_commun.respire_mal")

    assert "desk-15" in desk.page()
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        assert len(alerts.of_call(uow, *desk.call)) == 1


def test_no_tick_is_refused_and_the_list_stays(desk, adopted):
    start(desk, "mal au dos")

    answer = desk.post("/triage/heard", {"session_id": desk.hidden("session_id"), "view": "heard"})

    assert answer.status_code == 422
    assert 'name="sign"' in answer.text


def test_the_last_answer_is_taken_back(desk, adopted):
    start(desk, "mal au dos")
    first = desk.hidden("question_id")
    desk.answer("no")
    session = {"session_id": desk.hidden("session_id")}

    assert desk.post("/triage/undo", session).status_code == 303

    assert desk.hidden("question_id") == first
    assert desk.post("/triage/undo", session).status_code == 409


def test_the_callers_words_and_what_is_left_stand_on_the_sheet(desk, adopted):
    start(desk, "j'ai mal au dos depuis lundi")

    page = desk.page()

    assert "« j&#39;ai mal au dos depuis lundi »" in page
    assert re.search(r"si tout est non : \d+ questions, \d+", page)


def test_another_meaning_of_the_words_keeps_the_person_and_the_words(desk, adopted, house, cast):
    desk.post("/triage/start", {"words": "fièvre et mal au dos", "age": "6", "sex": "M", "voice": "she"})
    other = re.search(r'class="tag pick" name="protocol" value="([^"]+)"', desk.page())[1]

    desk.post("/triage/start", {"protocol": other})

    page = desk.page()
    assert "« fièvre et mal au dos »" in page
    with house.deps.unit_of_work(cast.ada) as uow:
        session = triage.latest_of_call(uow, house.deps.library, *desk.call)
    assert (session.protocol, session.patient.age_months, session.patient.sex) == (other, 72, Sex.MALE)


def test_what_is_not_known_is_shown_as_that(judge):
    assert re.search(r'class="ans ans-open">Ne sait pas<', judge(plus6sem=Given.UNKNOWN))


def test_the_result_says_why_and_what_to_read_out_is_ticked_once(desk, judge, clock):
    page = judge()
    assert "C’est le niveau de ce motif quand rien de plus urgent n’est trouvé." in page
    assert "C’est lu" in page
    session = {"session_id": desk.hidden("session_id")}

    desk.post("/triage/told", session)
    clock.advance(minutes=5)
    desk.post("/triage/told", session)

    assert "lu à 10:00" in desk.page()


def test_closing_says_what_was_not_read_out_yet(desk, judge):
    judge()

    assert "Pas encore lu à l’appelant" in desk.page("outcome")
    desk.post("/triage/told", {"session_id": desk.hidden("session_id"), "view": "outcome"})
    assert "Pas encore lu à l’appelant" not in desk.page("outcome")


def test_nothing_is_read_out_before_the_result(desk, adopted):
    start(desk)

    assert desk.post("/triage/told", {"session_id": desk.hidden("session_id")}).status_code == 409


def test_the_sheet_prints_whole(desk, judge):
    desk.register(birth_date="14/03/1986")
    judge()

    paper = desk.browser.get(desk.url("/triage/paper")).text

    for part in (
        "LILAS Zoé",
        "« mal au dos »",
        "1.0.0",
        "Référence, non signée",
        "pas lu",
        "C’est le niveau de ce motif",
        "ne pose pas de diagnostic",
    ):
        assert part in paper
    asked = int(re.search(r"<h2>(\d+) réponses", paper)[1])
    assert len(re.findall(r"<li>[^<]+ <b>Non</b></li>", paper)) == asked


def test_a_call_without_triage_has_no_sheet_to_print(desk, adopted):
    assert desk.browser.get(desk.url("/triage/paper")).status_code == 404


def test_another_address_must_be_read_back_again(desk, adopted):
    start(desk)
    desk.answer("yes")
    desk.post("/details", {"address": "8 chemin des Glycines", "address_read_back": "1"})

    desk.post("/details", {"address": "9 chemin des Glycines"})

    assert "relue" not in desk.page()


def test_a_day_without_a_free_slot_says_which_time_was_searched(desk, adopted, clock):
    clock.advance(hours=10)
    desk.post("/triage/start", {"words": "mal au ventre", "age": "30", "sex": "F"})
    while 'name="question_id"' in desk.page():
        desk.answer("no")

    desk.browser.get(desk.url("/fresh-slots?view=triage"))

    assert "Rien de libre d’ici ce soir" in desk.page()


def test_the_doctor_reads_why_and_the_callers_words(desk, adopted, house, cast, log_in):
    start(desk, "ma mère a mal à la poitrine")
    desk.answer("yes")
    with house.deps.unit_of_work(cast.ada) as uow:
        (row,) = alerts.under_way(uow).items

    page = log_in(cast.dr_lune).get(f"/phone/alerts/{row.id}").text

    assert "« ma mère a mal à la poitrine »" in page
    assert "Parce que" in page


def test_an_alert_says_who_is_called_in_which_order(desk, adopted):
    assert "Dr Lune, Dr Soleil, puis la supervision." in desk.page("alert")


def test_a_result_offers_a_type_its_level_may_be_booked_on(desk, judge, house, cast):
    with house.deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        for code, name, most in (("a", "Bilan annuel", Level.ROUTINE), ("b", "Bref", None)):
            configuration.create_appointment_type(
                uow, CreateAppointmentType(cast.lilas, code, name, 30, max_level=most)
            )
        uow.commit()

    page = judge()

    assert "Trop urgent pour un rendez-vous" not in page
    assert 'class="count">Bref' in page


def test_a_key_says_that_the_caller_is_elsewhere_and_takes_it_back(desk, adopted):
    desk.post("/triage/start", {"words": "mal au ventre", "age": "40", "sex": "F", "voice": "she"})
    assert 'aria-keyshortcuts="a" aria-pressed="false"' in desk.page()

    desk.post("/details", {"beside": "no"})
    apart = desk.page()
    desk.post("/details", {"beside": ""})

    assert 'aria-keyshortcuts="a" aria-pressed="true"' in apart
    assert "Qui est auprès du patient" in apart
    assert "Qui est auprès du patient" not in desk.page()


def test_the_patient_is_never_asked_who_is_beside_them(desk, adopted):
    desk.post("/triage/start", {"words": "mal au ventre", "age": "40", "sex": "F", "voice": "you"})

    assert 'aria-keyshortcuts="a"' not in desk.page()
