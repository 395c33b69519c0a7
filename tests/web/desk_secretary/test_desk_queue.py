"""Between two calls: who waits, answering, a call opened by hand, the day and the team."""

import re
from datetime import timedelta

from telesec.callbacks import service as callbacks
from telesec.callbacks.service import OpenCallback
from telesec.calls import gone
from telesec.calls import service as calls
from telesec.calls.service import OpenCall
from telesec.practices import service as practices
from telesec.practices.service import WriteInstruction


def test_home_leads_a_secretary_to_the_desk(ada):
    assert ada.get("/").headers["Location"].endswith("/desk")


def test_home_leads_a_practitioner_to_the_phone_page(log_in, cast):
    assert log_in(cast.dr_lune).get("/").headers["Location"].endswith("/phone")


def test_home_leads_a_supervisor_and_a_manager_to_their_pages(log_in, cast):
    assert log_in(cast.supervisor).get("/").headers["Location"].endswith("/supervisor")
    assert log_in(cast.manager).get("/").headers["Location"].endswith("/practice")


def test_idle_says_that_nothing_waits(ada):
    page = ada.get("/desk")

    assert page.status_code == 200
    assert "Rien n’attend." in page.text


def test_idle_is_closed_to_a_manager(log_in, cast):
    assert log_in(cast.manager).get("/desk").status_code == 403


def test_a_ringing_call_shows_its_practice_and_no_number(ada, ring):
    ring()

    page = ada.get("/desk").text

    assert "Cabinet des Lilas" in page
    assert "06 39 98 00 10" not in page


def test_next_answers_the_oldest_and_opens_its_page(ada, ring, clock):
    first = ring(name="CA1")
    clock.advance(seconds=5)
    ring(name="CA2")

    answer = ada.post("/desk/next")

    assert answer.status_code == 303
    assert str(first[1]) in answer.headers["Location"]


def test_next_with_nobody_waiting_says_so(ada):
    answer = ada.post("/desk/next")

    assert answer.status_code == 409
    assert "Plus personne n’attend" in answer.text


def test_answering_what_a_colleague_answered_is_refused_in_words(ada, log_in, cast, ring):
    practice, call = ring()
    log_in(cast.ines).post(f"/desk/calls/{practice}/{call}/answer")

    answer = ada.post(f"/desk/calls/{practice}/{call}/answer")

    assert answer.status_code == 409
    assert "déjà répondu" in answer.text


def test_open_by_hand_goes_to_the_call(ada, cast):
    answer = ada.post("/desk/calls", {"practice_id": cast.lilas, "from_number": "06 39 98 00 10"})

    assert answer.status_code == 303
    page = ada.get(answer.headers["Location"]).text
    assert "06 39 98 00 10" in page


def test_open_by_hand_with_a_wrong_number_keeps_what_was_typed(ada, cast):
    answer = ada.post("/desk/calls", {"practice_id": cast.lilas, "from_number": "0639"})

    assert answer.status_code == 422
    assert 'value="0639"' in answer.text


def test_parts_are_the_same_sections_as_the_page(ada, ring):
    ring()

    page = ada.get("/desk").text
    for name in ("queue", "day", "crew", "waiting", "resume", "changed", "calendars"):
        part = ada.get(f"/desk/parts/{name}")
        assert part.status_code == 200
        assert f'id="{name}"' in part.text
        assert f'id="{name}"' in page


def test_an_unknown_part_is_not_found(ada):
    assert ada.get("/desk/parts/secrets").status_code == 404


def test_my_day_counts_my_calls_how_soon_and_how_long(ada, log_in, cast, ring, house, clock):
    assert "Aucun appel pris aujourd’hui." in ada.get("/desk").text
    for name, waited, writing in (("CA1", 4, 20), ("CA2", 10, 60)):
        practice_id, _ = ring(name=name)
        clock.advance(seconds=waited)
        here = ada.post("/desk/next").headers["Location"].split("?")[0]
        with house.deps.unit_of_work(cast.ada) as uow:
            gone.hang_up(uow, practice_id, name)
            uow.commit()
        clock.advance(seconds=writing)
        ada.post(f"{here}/close", {"outcome": "information"})

    day = read(ada.get("/desk/parts/day").text)
    assert "Appels pris 2 Décroché, en moyenne 7 s Fin d’appel, médiane 40 s" in day
    assert "Aucun appel pris" in log_in(cast.ines).get("/desk/parts/day").text


def test_my_day_says_how_many_of_my_callbacks_were_kept(ada, log_in, cast, house, clock):
    assert "Rappels tenus" not in ada.get("/desk/parts/day").text
    for number, minutes in (("20", 30), ("21", 30), ("22", 2), ("23", 2)):
        with house.deps.unit_of_work(cast.ines) as uow:
            due = OpenCallback(cast.lilas, f"+336399800{number}", clock.now() + timedelta(minutes=minutes))
            card = callbacks.open_callback(uow, due)
            uow.commit()
        clock.advance(minutes=5)
        how = "not_wanted" if number == "23" else "settled"
        ada.post(f"/desk/callbacks/{cast.lilas}/{card}/end", {"how": how})

    assert "Appels pris 0 Rappels tenus 2 sur 3" in read(ada.get("/desk/parts/day").text)
    assert "Rappels tenus" not in log_in(cast.ines).get("/desk/parts/day").text


def test_pause_says_when_my_last_break_was(ada, log_in, cast, clock):
    assert "Pause aucune aujourd’hui" in read(ada.get("/desk/parts/pause").text)
    ada.post("/desk/break")
    assert "Pause depuis 10:00" in read(ada.get("/desk/parts/pause").text)
    clock.advance(minutes=12)
    ada.post("/desk/break/end")
    clock.advance(minutes=9)

    assert "Pause dernière à 10:00, finie depuis 9 min" in read(ada.get("/desk/parts/pause").text)
    assert "Pause aucune aujourd’hui" in read(log_in(cast.ines).get("/desk/parts/pause").text)
    clock.advance(hours=14)
    assert "Pause aucune aujourd’hui" in read(log_in(cast.ada).get("/desk/parts/pause").text)


def test_team_says_who_is_free_on_a_call_or_on_break(ada, log_in, cast, ring):
    ines = log_in(cast.ines)
    assert "secretary libre" in read(ada.get("/desk/parts/crew").text)
    ring()
    ines.post("/desk/next")
    assert "secretary en appel 0:00" in read(ada.get("/desk/parts/crew").text)


def test_a_new_instruction_is_not_called_a_changed_one(ada, house, cast):
    with house.deps.unit_of_work(cast.dr_lune) as uow:
        practices.write_instruction(uow, WriteInstruction(cast.lilas, "Pas de visite le jeudi.", "Dr Lune"))
        uow.commit()

    assert "Nouveau" in read(ada.get("/desk/parts/changed").text)
    assert "Modifiée" not in ada.get("/desk/parts/changed").text


def read(page):
    """What is left of a part when its tags are taken away."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split()).replace("\u202f", " ")


def test_rows_of_one_practice_are_told_apart_by_their_place(desk, ring, house, cast):
    for name in ("CA1", "CA2"):
        ring(name=name)
    with house.deps.unit_of_work(cast.ada) as uow:
        for end in ("11", "12"):
            due = OpenCallback(cast.lilas, f"+3363998{end:0>4}", uow.now() + timedelta(minutes=5))
            callbacks.open_callback(uow, due)
        calls.open_call(uow, OpenCall(cast.lilas))
        uow.commit()

    page = desk.browser.get("/desk").text + desk.page()

    assert said_places(page, "answer-") == [["1 sur 2", "2 sur 2"]] * 2
    assert said_places(page, "mine-") == [["1 sur 2", "2 sur 2"]] * 2
    assert said_places(page, "callback-") == [["1 sur 2", "2 sur 2"]]
    assert said_places(page, "take-callback-") == [["1 sur 2", "2 sur 2"]]


def test_the_only_row_of_a_list_says_no_place(desk):
    assert said_places(desk.page(), "mine-") == []


def said_places(page, row):
    """Return the places said in the rows whose ids begin so, two by two: a page shows both."""
    rows = re.findall(rf'id="{row}[^"]*".*?</li>', page, re.DOTALL)
    said = [found[1] for one in rows if (found := re.search(r'class="sr">, (\d+ sur \d+)<', one))]
    return [said[at : at + 2] for at in range(0, len(said), 2)]
