"""A practitioner's own version of a protocol by keyboard: refused unsafe, saved, compared, signed, run."""

import pytest
from playwright.sync_api import expect

from telesec.accounts import totp
from telesec.accounts.loader import cookie_name
from telesec.accounts.models import Person
from telesec.app import create_app
from telesec.foundation.access import Purpose, system_actor
from telesec.testing.browser import serving, violations
from telesec.testing.logins import browser_as
from telesec.triage import service
from telesec.triage.patient import PatientFacts
from telesec.triage.service import StartTriage
from telesec.vault import installation

STROKE = "signes_avc"
SECRET = bytes(range(20))
PATIENCE = 15_000
WATCH = """
window.broken = [];
document.addEventListener("securitypolicyviolation", (e) => window.broken.push(e.violatedDirective));
"""


@pytest.fixture
def page_of(deps, cast, browser):
    """What opens a page of the whole application as somebody of the cast."""
    app = create_app(deps)
    with serving(app) as address:
        contexts = []

        def open_(who):
            held = browser_as(deps, app, who).client.get_cookie(cookie_name(deps.settings)).value
            context = browser.new_context(locale="fr-FR", viewport={"width": 1366, "height": 768})
            contexts.append(context)
            context.add_cookies([{"name": cookie_name(deps.settings), "value": held, "url": address}])
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            page.add_init_script(WATCH)
            return page, address

        yield open_
        for context in contexts:
            context.close()


@pytest.fixture
def lune(deps, cast, page_of):
    page, address = page_of(cast.dr_lune)
    with deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        person = uow.session.get(Person, cast.dr_lune.person_id)
        person.totp_sealed = installation.seal(uow, "totp", person.id, secret=SECRET)["secret"]
        uow.commit()
    return page, f"{address}/practice/{cast.lilas}/protocols/{STROKE}"


def test_a_practitioner_words_signs_and_uses_an_own_version_by_keyboard(lune, deps, cast, clock):
    page, path = lune
    page.goto(f"{path}/edit")
    status = page.get_by_role("status")
    expect(status).to_contain_text("Tous les contrôles", timeout=PATIENCE)

    page.locator("select[name^=level-]").first.press("End")
    expect(status).to_contain_text("Plus bas que dans la référence", timeout=PATIENCE)
    page.get_by_role("button", name="Enregistrer, puis relire").press("Enter")
    expect(page.get_by_text("Non enregistré")).to_be_visible(timeout=PATIENCE)
    refused = violations(page)

    page.locator("select[name^=level-]").first.press("Home")
    expect(page.get_by_role("status")).to_contain_text("Tous les contrôles", timeout=PATIENCE)
    page.locator("#new-fr").press_sequentially("Lâche-t-elle ses clés ?")
    page.locator("#new-en").press_sequentially("Dropping keys?")
    page.locator("#new-source").press_sequentially("Revue du cabinet")
    page.keyboard.press("Enter")

    page.wait_for_url("**/sign")
    expect(page.get_by_role("table")).to_contain_text("Lâche-t-elle ses clés", timeout=PATIENCE)
    compared = violations(page)
    page.locator("#code").press_sequentially(totp.code_at(SECRET, clock.now()))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/protocols/{STROKE}")
    expect(page.get_by_text("version 1.0.0+1")).to_be_visible(timeout=PATIENCE)
    broken = page.evaluate("window.broken")

    with deps.unit_of_work(cast.ada) as uow:
        view = service.start(uow, deps.library, StartTriage(cast.lilas, PatientFacts(), STROKE))
    assert view.version == "1.0.0+1"
    assert (refused, compared, violations(page), broken) == ([], [], [], [])


def test_a_call_is_rehearsed_by_keyboard_to_its_score(page_of, cast, deps):
    page, address = page_of(cast.ada)
    cases = deps.library.book.protocols[STROKE].cases
    worst = next(place for place, case in enumerate(cases, 1) if case.name == "worst")
    page.goto(f"{address}/training/{STROKE}/{worst}")

    for number in range(1, 40):
        expect(page.locator("#question, #score")).to_be_visible(timeout=PATIENCE)
        if page.locator("#score").count():
            break
        expect(page.locator("#question")).to_be_focused(timeout=PATIENCE)
        page.keyboard.press("n")
        expect(
            page.locator("#score").or_(page.get_by_role("heading", name=f"Question {number + 1}", exact=True))
        ).to_be_attached(timeout=PATIENCE)

    expect(page.get_by_role("heading", name="Trop bas")).to_be_visible(timeout=PATIENCE)
    assert violations(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/training/{STROKE}/{worst % len(cases) + 1}")


def test_a_question_is_added_by_the_short_form_with_the_keyboard(lune, deps, cast):
    page, path = lune
    page.goto(path)
    page.get_by_role("link", name="Le compléter").press("Enter")
    form = page.get_by_role("form", name="Poser une question de plus")
    typed = {
        "Français, en parlant du patient": "Lâche-t-elle ses clés ?",
        "En français, dite au patient": "Lâchez-vous vos clés ?",
        "Anglais": "Dropping keys?",
        "Source": "Revue du cabinet",
    }
    for label, words in typed.items():
        form.get_by_label(label, exact=True).focus()
        page.keyboard.type(words)
    page.keyboard.press("Enter")

    expect(page.get_by_text("Lâche-t-elle ses clés ?").first).to_be_visible()
    assert page.url.endswith("/sign")
    assert page.evaluate("window.broken") == []


def test_paper_of_the_short_forms_holds_what_was_written_and_no_empty_field(lune):
    page, path = lune
    page.goto(f"{path}/add")
    form = page.get_by_role("form", name="Poser une question de plus")
    form.get_by_label("Anglais", exact=True).fill("Dropping keys?")
    form.get_by_label("Un oui mène à").select_option("call15_now")
    page.emulate_media(media="print")

    labels = page.locator("main label").filter(visible=True)
    assert labels.all_inner_texts() == ["Anglais", "Un oui mène à"]
    assert form.get_by_label("Anglais", exact=True).input_value() == "Dropping keys?"


def test_paper_of_the_short_forms_leaves_out_those_nobody_filled_in(lune):
    page, path = lune
    page.goto(f"{path}/add")
    page.emulate_media(media="print")
    titles = page.locator("main h2").filter(visible=True)
    untouched = titles.all_inner_texts()
    page.locator("#question").evaluate("it => { it.selectedIndex = 1; }")

    assert untouched == ["Nommer qui est prévenu"]
    assert titles.all_inner_texts() == ["Élever un niveau", "Nommer qui est prévenu"]
    assert page.locator("main .states li").first.is_visible()
