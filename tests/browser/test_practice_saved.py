"""Whoever looks after a practice's page by keyboard is, after each save or refusal, where they were."""

import pytest
from playwright.sync_api import expect

from telesec.accounts.step_up import Act
from telesec.desk import phone_routes, practice_routes, protocol_routes, supervisor_routes
from telesec.scheduling import flow
from telesec.testing.bookable import House
from telesec.testing.browser import serving, violations
from telesec.testing.calendars import FakeCalendars
from telesec.testing.logins import stepped_up
from telesec.testing.on_call import lilas_phones, put_on_call, with_phones
from telesec.testing.pages import page_app

WIDE = {"width": 1366, "height": 768}
MOST_TABS = 400
ROOMS = (phone_routes, practice_routes, protocol_routes, supervisor_routes)


@pytest.fixture
def phones():
    return lilas_phones()


@pytest.fixture
def deps(deps, phones):
    return with_phones(deps, phones)


@pytest.fixture
def open_as(browser, deps, cast):
    """What opens the practice's page for somebody."""
    left = []

    def sit(who, parts=deps):
        serves = serving(page_app(parts, who, *(room.blueprint for room in ROOMS)))
        address = serves.__enter__()
        context = browser.new_context(viewport=WIDE, locale="fr-FR", timezone_id="Europe/Paris")
        left.extend([serves, context])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{address}/practice/{cast.lilas}")
        return page

    yield sit
    for serves, context in zip(left[::2], left[1::2], strict=True):
        context.close()
        serves.__exit__(None, None, None)


def go_to(page, target):
    """Press Tab until the keyboard is where it should be."""
    for _ in range(MOST_TABS):
        if target.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard never came to {target}")


def push(page, target):
    go_to(page, target)
    page.keyboard.press("Enter")


def told(page, target, sentence):
    """Look that the keyboard is on ``target`` and a screen reader says there what was done or is wrong."""
    expect(target).to_be_focused()
    expect(target).to_have_accessible_description(sentence)


def test_order_is_changed_and_the_keyboard_stays_there(open_as, deps, cast):
    put_on_call(deps, cast)
    page = open_as(cast.supervisor)

    push(page, page.get_by_text("Changer l’ordre"))
    for place, name in ((0, "Dr Soleil"), (1, "Dr Lune")):
        go_to(page, page.locator(f"#person-{place}"))
        page.keyboard.type(name)
    push(page, page.locator("form:has(#person-0) .btn-main"))

    expect(page.locator("#duty li").first).to_contain_text("1. Dr Soleil")
    told(page, page.locator("#order"), "L’ordre est enregistré : le prochain appel urgent le suit.")
    assert violations(page) == []


def test_number_is_added_proven_and_removed(open_as, deps, cast, phones):
    page = open_as(stepped_up(deps, cast.supervisor, Act.CHANGE_NUMBER))

    push(page, page.get_by_text("Ajouter un numéro"))
    go_to(page, page.locator("#contact-address"))
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    told(
        page,
        page.locator("#contact-address"),
        "Ce n’est pas un numéro de téléphone. Tapez-le avec l’indicatif du pays.",
    )
    page.keyboard.press("Control+A")
    page.keyboard.type("06 39 98 00 01")
    page.keyboard.press("Enter")

    typed = page.locator("input[name=typed]")
    told(page, typed, "Un code est parti vers ce numéro. Tapez-le ici dans les dix minutes.")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    told(page, typed, "Ce n’est pas le code envoyé. Tapez les six chiffres du dernier.")
    assert violations(page) == []
    page.keyboard.type(phones["dr-lune"].expect_sms().code)
    page.keyboard.press("Enter")
    expect(page.locator("#numbers .tag-ok")).to_contain_text("vérifié le")
    told(
        page, page.locator("[id^=way-]"), "Le numéro est vérifié : il sert aux appels urgents dès maintenant."
    )

    push(page, page.get_by_label("Retirer SMS +33 •••• 01 (Dr Lune)"))
    push(page, page.get_by_role("button", name="Retirer ce numéro"))
    told(page, page.locator("#h-numbers"), "Le numéro est retiré : plus personne n’y est appelé.")
    expect(page.locator(".ways")).to_have_count(0)


def test_calendar_whose_password_changed_is_repaired(open_as, deps, cast):
    calendars = FakeCalendars()
    house = House.build(deps, cast, calendars, "memory://lune", lanes=1, rules=True)
    house.fake.refuse_login()
    flow.refresh(house.deps, cast.lilas, house.schedule_id)
    page = open_as(cast.manager, house.deps)
    expect(page.locator(".cals")).to_contain_text("refuse notre accès")

    secret = page.locator("input[name=secret]")
    go_to(page, secret)
    page.keyboard.type("encore faux")
    page.keyboard.press("Enter")
    told(
        page,
        secret,
        "L’agenda reste illisible avec ces identifiants. "
        "Vérifiez le nom d’utilisateur et le mot de passe, puis retapez-les.",
    )
    house.fake.heal()
    page.keyboard.type("le nouveau")
    page.keyboard.press("Enter")

    expect(page.locator(".cals .tag-ok")).to_contain_text("à jour")
    told(page, page.locator("[id^=cal-]"), "L’agenda a été lu avec le nouvel identifiant.")
    expect(page.locator("input[name=secret]")).to_have_count(0)


def test_absence_makes_its_gap_seen_and_ending_it_fills_it(open_as, deps, cast):
    put_on_call(deps, cast)
    page = open_as(cast.manager)

    push(page, page.get_by_text("Noter une absence"))
    go_to(page, page.locator("#away-who"))
    page.keyboard.type("Tout le cabinet")
    push(page, page.locator("form:has(#away-who) .btn-main"))

    told(page, page.locator("#away"), "L’absence est notée : les secrétaires la voient maintenant.")
    expect(page.locator(".gaps li").first).to_be_visible()
    push(page, page.get_by_role("button", name="Y mettre fin : Tout le cabinet"))
    told(page, page.locator("#h-away"), "L’absence est terminée.")
    expect(page.locator(".gaps")).to_have_count(0)


def test_hours_that_end_before_they_start_lead_to_their_field(open_as, cast):
    page = open_as(cast.manager)
    form = page.locator("form:has(#save-phone)")

    opens, closes = form.locator("[name='3a_opens']"), form.locator("[name='3a_closes']")
    for field, digits in ((opens, "0200PM"), (closes, "0900AM")):
        go_to(page, field)
        page.keyboard.type(digits)
    push(page, page.locator("#save-phone"))
    told(page, closes, "La fin doit venir après le début.")
    expect(opens).to_have_value("14:00")
    page.keyboard.type("0600PM")
    push(page, page.locator("#save-phone"))

    told(page, page.locator("#save-phone"), "Les horaires sont enregistrés.")
    expect(closes).to_have_value("18:00")


def test_instruction_is_reworded_and_withdrawn_by_what_a_screen_reader_says(open_as, cast):
    page = open_as(cast.manager)
    page.keyboard.press("Tab")
    page.locator("#text-new").focus()
    page.keyboard.insert_text("Pas de visite le mercredi.")
    push(page, page.locator("form:has(#text-new) .btn-main"))
    told(page, page.locator("#reword-new"), "Enregistré : les secrétaires le voient maintenant.")

    push(page, page.get_by_label("Reformuler : Pas de visite le mercredi."))
    words = page.locator("textarea[id^=text-]").first
    go_to(page, words)
    page.keyboard.press("End")
    page.keyboard.insert_text(" Sauf urgence.")
    push(page, page.locator("form:has(textarea) .btn-main").first)
    expect(page.locator("tbody td p").first).to_have_text("Pas de visite le mercredi. Sauf urgence.")
    expect(page.locator("[id^=reword-]").first).to_be_focused()

    withdraw = page.get_by_role("button", name="Plus d’actualité")
    go_to(page, withdraw)
    expect(withdraw).to_have_accessible_description("Pas de visite le mercredi. Sauf urgence.")
    page.keyboard.press("Enter")
    told(page, page.locator("#h-ins"), "Consigne retirée : les secrétaires ne la voient plus.")
