"""The bulletin at the desk and on the supervisor's page: shown, marked read, refused with what was typed."""

import re
from datetime import timedelta

import pytest

from telesec.accounts import bulletin
from telesec.accounts.bulletin import LONGEST_TEXT, MOST_AT_ONCE, WriteNotice

FLU = "Grippe : 30 % d’appels en plus."


@pytest.fixture
def rose(log_in, cast):
    return log_in(cast.supervisor)


@pytest.fixture
def notice(house, rose, cast, clock):
    with house.deps.unit_of_work(cast.supervisor) as uow:
        found = bulletin.write(uow, WriteNotice(FLU, clock.now() + timedelta(hours=8)))
        uow.commit()
    return found


def part(browser):
    return browser.get("/desk/parts/bulletin").text


def test_a_notice_is_new_until_its_reader_says_it_was_read(ada, log_in, cast, notice):
    page = ada.get("/desk").text
    assert FLU in page
    assert "Nouvelle" in part(ada)

    answer = ada.post("/desk/bulletin/read", {"notice_id": notice, "edition": "1"})

    assert answer.headers["Location"] == "/desk"
    assert (FLU in part(ada), "Nouvelle" in part(ada)) == (True, False)
    assert "Nouvelle" in part(log_in(cast.ines))


def test_what_was_corrected_says_so(ada, rose, notice):
    ada.post("/desk/bulletin/read", {"notice_id": notice, "edition": "1"})

    rose.post(f"/supervisor/bulletin/{notice}", {"text": "Grippe : 20 %.", "edition": "1"})

    assert "Corrigée" in part(ada)
    assert "Grippe : 20 %." in part(ada)


def test_who_looks_in_without_serving_the_desk_has_no_bulletin(log_in, cast, notice):
    lune = log_in(cast.dr_lune)

    assert "h-bulletin" not in lune.get("/desk").text
    assert lune.get("/desk/bulletin").status_code == 403


def test_old_notices_stay_readable(ada, rose, notice):
    rose.post(f"/supervisor/bulletin/{notice}/end")

    assert FLU not in part(ada)
    assert FLU in ada.get("/desk/bulletin").text


def test_a_notice_written_on_the_page_ends_with_the_day(rose, ada, house, cast):
    answer = rose.post("/supervisor/bulletin", {"text": FLU})

    assert answer.headers["Location"] == "/supervisor/bulletin"
    assert re.search(r"jusqu’à .*0:00", part(ada))


def test_the_supervisor_reads_who_has_read_it(rose, ada, log_in, cast, notice):
    log_in(cast.ines)
    ada.post("/desk/bulletin/read", {"notice_id": notice, "edition": "1"})

    assert "1 sur 2" in rose.get("/supervisor/bulletin").text


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("text", {"text": ""}, "Écrivez l’annonce"),
        ("text", {"text": "é" * (LONGEST_TEXT + 1)}, f"{LONGEST_TEXT + 1} caractères"),
        ("from", {"text": FLU, "from": "demain"}, "Vérifiez"),
        ("until", {"text": FLU, "until": "2026-02-30T09:00"}, "Vérifiez"),
        ("until", {"text": FLU, "until": "2001-01-01T09:00"}, "plus tard que maintenant"),
        ("until", {"text": FLU, "until": "2099-01-01T09:00"}, "31 jours"),
    ],
)
@pytest.mark.parametrize("tail", ["", "/{notice}"])
def test_what_cannot_be_is_told_beside_its_field_and_kept(rose, notice, tail, field, typed, says):
    answer = rose.post(f"/supervisor/bulletin{tail.format(notice=notice)}", {"edition": "1", **typed})

    page = answer.text
    assert answer.status_code == 422
    assert re.search(rf'role="alert" id="wrong-{field}">[^<]*{says}', page)
    assert all(value in page for value in typed.values())


def test_a_full_bulletin_keeps_the_words(rose, house, cast, clock):
    with house.deps.unit_of_work(cast.supervisor) as uow:
        for number in range(MOST_AT_ONCE):
            bulletin.write(uow, WriteNotice(f"Annonce {number}", clock.now() + timedelta(hours=1)))
        uow.commit()

    answer = rose.post("/supervisor/bulletin", {"text": FLU})

    assert answer.status_code == 409
    assert "Mettez fin à l’une d’elles" in answer.text
    assert f">{FLU}</textarea>" in answer.text


def test_a_correction_that_lost_the_race_shows_both_texts(rose, notice):
    rose.post(f"/supervisor/bulletin/{notice}", {"text": "Première.", "edition": "1"})

    answer = rose.post(f"/supervisor/bulletin/{notice}", {"text": "Seconde.", "edition": "1"})

    assert answer.status_code == 409
    assert ">Seconde.</textarea>" in answer.text
    assert "Elle dit à présent\u00a0: Première." in answer.text
    again = rose.post(f"/supervisor/bulletin/{notice}", {"text": "Seconde.", "edition": "2"})
    assert again.status_code == 303


def test_a_notice_ended_meanwhile_keeps_the_words(rose, notice):
    rose.post(f"/supervisor/bulletin/{notice}/end")

    answer = rose.post(f"/supervisor/bulletin/{notice}", {"text": "Seconde.", "edition": "1"})

    assert (answer.status_code, ">Seconde.</textarea>" in answer.text) == (409, True)
    assert "Cette annonce est terminée" in answer.text


def test_signs_of_a_notice_are_text(rose, ada):
    rose.post("/supervisor/bulletin", {"text": "<b>Grippe</b> & toux"})

    assert "&lt;b&gt;Grippe&lt;/b&gt; &amp; toux" in part(ada)


def test_a_page_mark_that_is_none_is_refused(ada, rose):
    assert ada.get("/desk/bulletin?cursor=zzz").status_code == 422
    assert rose.get("/supervisor/bulletin?cursor=zzz").status_code == 422
