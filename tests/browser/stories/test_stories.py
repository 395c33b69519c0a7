"""The promises of telesec told in the real demo, with a keyboard and no mouse, through real Chromium.

What stands outside (phones, both calendars) is asked by plain HTTP. The clock is the real one: nothing here
sleeps, everything waits for what a person would wait for.
"""

import time

import pytest
from ten_calls import TenCalls

from telesec.testing.demo.outside import OutsidePhone
from telesec.testing.demo.secretary import (
    Booking,
    answer,
    choose_known,
    close,
    say_chest_pain,
    say_yes,
    sit_down,
)
from telesec.testing.installation import wait_for
from telesec.testing.radicale_server import RadicaleServer

PHONE = {"width": 390, "height": 844}
ANNE, BRUNO, PAUL, JULES, LISE = (f"+336399800{n}" for n in (11, 10, 13, 14, 15))
LUNE, SOLEIL = "+33639980001", "+33639980002"
NAMES = ("SORBIER", "Sorbier", "Anne", "CHARME", "Charme", "Paul", "VERDIER", "Bruno", "Zoé")
REDS_SECONDS = 30
CALENDAR_SECONDS = 60


@pytest.fixture
def caller(demo):
    """Phones that call a line; they hang up in the end."""
    rung = []

    def ring(number, practice="Lilas"):
        phone = OutsidePhone(demo, number)
        phone.ring(demo.practice(practice)["line"])
        rung.append(phone)
        return phone

    yield ring
    for phone in rung:
        phone.hang_up()


def pass_on(phone):
    """A doctor answers, takes the alert by its code, and passes it on by key 3."""
    phone.press(phone.hear_code())
    assert wait_for(lambda: "je passe à un confrère" in phone.words()), phone.fresh()
    phone.press("3")


def look_again(ada, words):
    """Leave the slots and come back, each time read anew, until they say something."""
    slots, until = ada.page.locator("#slots", has_text=words), time.monotonic() + CALENDAR_SECONDS
    while not slots.count() and time.monotonic() < until:
        ada.press("F6")
        ada.see("#desk[data-view=triage]")
        with ada.page.expect_response(lambda answer: "/fresh-slots" in answer.url):
            ada.press("F4")
        ada.see("#desk[data-view=booking]")
    ada.see("#slots", words, seconds=5)


def settle_red(rose):
    """The supervisor opens the first red alert and closes it in her own words."""
    rose.tab_to(rose.page.locator(".reds a.btn").first)
    rose.press("Enter")
    rose.tab_to(rose.see("#reason"))
    rose.type("Dr Lune joint sur sa ligne privée, il rappelle.")
    rose.press("Tab", "Enter")
    rose.page.locator("#reason").wait_for(state="detached")


def test_chest_pain_goes_from_ring_to_a_doctor_who_took_it(demo, people, caller, album):
    ada, lune = sit_down(people, demo), people.at("lune", PHONE)
    doctor = OutsidePhone(demo, LUNE)
    caller(ANNE)
    ada.see("#take-next")
    album.frame(ada.page, "Une ligne sonne : F2 décroche.")
    answer(ada, "Cabinet médical des Lilas, bonjour.")
    album.frame(ada.page, "La phrase d’accueil, les consignes, qui est joignable.")
    ada.page.evaluate("window.sameDocument = true")
    choose_known(ada, "SORBIER")
    say_chest_pain(ada)
    album.frame(ada.page, "Les mots de l’appelante mènent à la bonne question.", "desk-call")
    say_yes(ada)

    doctor.rings()
    lune.page.goto(f"{demo.url}/phone")
    lune.see("main a[href*='/phone/alerts/']").press("Enter")
    lune.see("h1", "SORBIER")
    album.frame(lune.page, "Le téléphone du médecin sonne aussitôt.", "phone-alert")
    album.frame(ada.page, "Un signe vital : les mots pour le 15, l’alerte est partie.", "desk-15")
    code = doctor.hear_code()
    doctor.press(code)
    taken = ada.see(".ladder .ack", "Dr Lune l’a prise", seconds=5)
    album.frame(ada.page, "Le médecin a tapé le code : pris en charge.")

    assert taken.is_visible()
    assert ada.page.evaluate("window.sameDocument")
    doctor.press("1")
    assert wait_for(lambda: "patient appelé. Merci." in doctor.words())
    assert not [name for name in NAMES if name in doctor.words()]
    ada.press("Enter")
    ada.see("#taken")
    ada.press("t")
    ada.see("#bar", "F10")
    close(ada, "6")


@pytest.mark.parametrize(
    "known",
    [
        ("Cabinet des Lilas", ANNE, "SORBIER", "Cabinet médical des Lilas"),
        ("Kinésithérapie des Saules", LISE, "HOUX", "kinésithérapie des Saules"),
    ],
    ids=["caldav", "fhir"],
)
def test_known_patient_is_booked_moved_and_cancelled(demo, people, caller, album, known):
    practice, number, name, greeting = known
    ada = sit_down(people, demo)
    booking = Booking(ada, demo.practice(practice), album)
    caller(number, practice)
    answer(ada, greeting)

    start = booking.choose(name)
    assert booking.added() == []
    ada.press("Enter")
    ada.see(".verdict-ok", "C’est noté")

    assert booking.added() == [start]
    assert (ada.keys <= 6, ada.letters) == (True, 0), ada.keys
    album.frame(ada.page, "Noté : relu dans l’agenda du cabinet.", "desk-booked" if number == ANNE else "")
    booking.move()
    assert [len(booking.added()), booking.added() == [start]] == [1, False]
    booking.cancel()
    assert booking.added() == []
    close(ada, "1")


def test_urgent_message_is_taken_by_a_coded_sms(demo, people, caller):
    ada, doctor = sit_down(people, demo), OutsidePhone(demo, LUNE)
    caller(BRUNO)
    answer(ada, "Cabinet médical des Lilas")
    ada.press("F8")
    ada.see("textarea:focus")
    ada.type("Mme Verdier, Zoé : confuse depuis ce matin, fièvre 39,2.")
    ada.press("Control+Enter")
    ada.see("#ladder", "SMS")

    text = doctor.text()
    doctor.act("reply", body=f"1 {text.split('Répondez 1 ')[1][:2]}")
    ada.see(".ladder .ack", "Dr Lune l’a prise")

    assert not [word for word in (*NAMES, "fièvre", "confuse") if word in doctor.words()]
    close(ada, "1")


def test_alert_everybody_passes_on_ends_red_before_the_supervisor(demo, people, caller, album):
    ada, rose = sit_down(people, demo), people.at("rose")
    rose.page.goto(f"{demo.url}/supervisor")
    rose.see("#main", "Chaque alerte a été prise")
    lune, soleil = OutsidePhone(demo, LUNE), OutsidePhone(demo, SOLEIL)
    caller(PAUL)
    answer(ada, "Cabinet médical des Lilas")
    say_chest_pain(ada)
    say_yes(ada)

    lune.rings()
    ada.see("#ladder .going", "Dr Lune")
    ada.see("#ladder .next-up [data-until]")
    pass_on(lune)
    soleil.rings()
    ada.see("#ladder .going", "Dr Soleil")
    pass_on(soleil)
    ada.see("#ladder .going", "la supervision")
    rose.see(".reds li", "Cabinet des Lilas", seconds=REDS_SECONDS)
    album.frame(rose.page, "Personne n’a pris l’alerte : rouge chez la superviseure.", "supervisor")

    settle_red(rose)
    rose.page.goto(f"{demo.url}/supervisor")
    rose.see("#main", "Chaque alerte a été prise")
    ada.press("a")
    ada.see("#taken")
    ada.press("t")
    ada.see("#bar", "F10")
    close(ada, "6")


def test_note_survives_a_reload_a_crash_and_a_second_tab(demo, people, caller):
    ada, note = sit_down(people, demo), "Demande un certificat, rappeler après 17 h."
    caller(BRUNO)
    answer(ada, "Cabinet médical des Lilas")
    ada.tab_to(ada.page.locator("textarea[data-note]"))
    ada.type(note)
    ada.see("[id^=draft-]", "gardé")
    address = ada.page.url

    ada.page.reload()
    assert ada.see("textarea[data-note]").input_value() == note
    other = people.tab(ada.page.context)
    other.page.goto(address)
    assert other.see("textarea[data-note]").input_value() == note
    ada.page.close()
    other.page.close()
    back = people.at("ada")
    back.page.goto(address)
    assert back.see("textarea[data-note]").input_value() == note
    close(back, "1")


def test_queue_in_the_bar_follows_a_second_ring_and_f9_waits_in_the_note(demo, people, caller):
    ada = sit_down(people, demo)
    caller(BRUNO)
    answer(ada, "Cabinet médical des Lilas")
    second = caller(PAUL)

    ada.see("#bar", "File 1", seconds=5)
    second.hang_up()
    ada.see("#bar", "File 0", seconds=5)
    ada.press("F9")
    ada.see("textarea[data-note]:focus")

    close(ada, "1")


def test_dead_calendar_offers_nothing_and_says_so(demo, people, caller, revived):
    ada, lilas = sit_down(people, demo), demo.practice("Lilas")
    caller(JULES)
    answer(ada, "Cabinet médical des Lilas")
    ada.see("#slots button")
    ada.tab_to(ada.page.locator("textarea[data-note]"))
    ada.type("Apporter le carnet jeudi.")
    ada.see("[id^=draft-]", "gardé")

    demo.kill_calendar()
    try:
        look_again(ada, "illisible")
        assert ada.page.locator("#centre button[aria-keyshortcuts], #slots form").count() == 0
        assert ada.page.locator("textarea[data-note]").input_value() == "Apporter le carnet jeudi."
    finally:
        login = {lilas["calendar"]["user"]: lilas["calendar"]["password"]}
        folder = demo.data / "demo" / "caldav"
        revived.enter_context(RadicaleServer(folder, login, port=demo.port + 1))
    look_again(ada, "Dr Lune, lu")
    ada.see("#slots button")
    close(ada, "1")


def test_ten_calls_in_a_row_by_keyboard_alone(demo, people, caller, album):
    calls = TenCalls(people, caller, demo, album)

    new = calls.books_a_new_patient()
    calls.moves_it()
    calls.cancels_it()
    calls.triages_to_the_15()
    calls.hears_a_refusal()
    calls.leaves_a_message()
    calls.promises_a_callback()
    calls.corrects_a_wrong_patient()
    calls.ends_an_abusive_call()
    known = calls.books_a_known_patient_elsewhere()

    assert (new <= 14, known <= 6) == (True, True), (new, known)
    calls.ada.page.locator("#resume .urgent").wait_for(state="detached")


def test_practice_page_says_who_is_reached_and_in_which_order(demo, people, album):
    hugo = people.at("hugo")
    hugo.page.goto(f"{demo.url}/practice")

    hugo.see("h1", "Cabinet des Lilas")
    hugo.see("#main", "Dr Soleil")

    album.frame(hugo.page, "Le cabinet règle sa garde, ses horaires, ses consignes.", "practice")
