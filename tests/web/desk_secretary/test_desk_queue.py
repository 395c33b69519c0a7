"""Between two calls: who waits, answering, a call opened by hand."""


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
    for name in ("queue", "callbacks", "loops", "waiting", "resume", "changed", "calendars"):
        part = ada.get(f"/desk/parts/{name}")
        assert part.status_code == 200
        assert f'id="{name}"' in part.text
        assert f'id="{name}"' in page


def test_an_unknown_part_is_not_found(ada):
    assert ada.get("/desk/parts/secrets").status_code == 404
