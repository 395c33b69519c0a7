"""A practitioner takes an alert on the phone in real Chromium, light and dark, with axe on every page."""

import os
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from telesec.alerts import flow
from telesec.calls import service as calls
from telesec.calls.service import OpenCall
from telesec.desk import phone_routes
from telesec.messages import service as messages
from telesec.messages.service import FileMessage
from telesec.patients import service as patients
from telesec.patients.service import RegisterPatient
from telesec.practices import service as practices
from telesec.practices.service import WriteInstruction
from telesec.testing.browser import serving, small_targets, violations
from telesec.testing.cast import BRUNO_PHONE
from telesec.testing.on_call import lilas_phones, put_on_call, with_phones
from telesec.testing.pages import page_app
from telesec.triage import service as triage
from telesec.triage.levels import Level
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import Given
from telesec.triage.service import AnswerQuestion, StartTriage

PHONE = {"width": 390, "height": 844}
KEPT = """caches.keys().then((all) => caches.open(all[0])).then((one) => one.keys())
    .then((all) => all.map((it) => it.url))"""
PICTURES = os.environ.get("TELESEC_PICTURES", "")
TEXT = (
    "Confuse depuis ce matin, fièvre 39,2, boit peu. Son fils Bruno est près d'elle, 8 chemin des Glycines."
)


@pytest.fixture
def phones():
    return lilas_phones()


@pytest.fixture
def story(deps, cast, clock, phones):
    """Zoé's alert rings; another message waits; an instruction has grown old."""
    deps = with_phones(deps, phones)
    put_on_call(deps, cast)
    with deps.unit_of_work(cast.dr_lune) as uow:
        practices.write_instruction(
            uow, WriteInstruction(cast.lilas, "Pas de visite le mercredi.", "Dr Lune")
        )
        uow.commit()
    clock.advance(days=100)
    with deps.unit_of_work(cast.ada) as uow:
        zoe = patients.register(uow, RegisterPatient(cast.lilas, "VERDIER", "Zoé", date(1951, 3, 14)))
        _, call = calls.open_call(uow, OpenCall(practice_id=cast.lilas, from_number=BRUNO_PHONE))
        triaged(uow, deps, cast, call)
        to = cast.dr_lune_id
        for level, text, known in (
            (Level.CALL15_NOW, TEXT, zoe),
            (Level.DOCTOR_NOW, "Chute dans l'escalier, ne pose plus le pied.", None),
            (Level.ROUTINE, "Certificat pour la reprise du sport, à poser à l'accueil.", None),
        ):
            messages.file_message(
                uow,
                FileMessage(cast.lilas, to, level, text, BRUNO_PHONE, True, call_id=call, patient_id=known),
            )
        uow.commit()
    flow.deliver(deps)
    clock.advance(seconds=70)
    flow.deliver(deps)
    return deps


def triaged(uow, deps, cast, call):
    """Answer the universal screen with one red flag."""
    view = triage.start(
        uow, deps.library, StartTriage(cast.lilas, PatientFacts(age_months=908), call_id=call, words="fièvre")
    )
    for given in (Given.NO, Given.NO, Given.YES):
        if view.question is not None:
            view = triage.answer(uow, deps.library, AnswerQuestion(view.id, view.question.id, given))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_practitioner_takes_an_alert_and_says_what_became_of_it(browser, story, cast, scheme):
    app = page_app(story, cast.dr_lune, phone_routes.blueprint)
    with serving(app) as address:
        page = browser.new_page(viewport=PHONE, color_scheme=scheme, locale="fr-FR", device_scale_factor=2)
        wrong: list[str] = []
        page.set_default_timeout(5_000)
        page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        seen = Looks(page, scheme)

        page.goto(f"{address}/phone")
        seen.check("liste", "**/phone")
        page.locator(".alert-card-15").click()
        seen.check("alerte", "**/phone/alerts/*")
        page.get_by_role("button", name="Je prends").click()
        page.get_by_text("Prise par vous").wait_for()
        seen.check("issue", "**/phone/alerts/*")
        page.get_by_role("button", name="Je vais appeler").click()
        page.get_by_text("Vous avez promis d’appeler").wait_for()
        page.get_by_role("link", name="Alertes").last.click()
        seen.check("boucle", "**/phone")
        page.get_by_role("link", name="Messages").last.click()
        seen.check("messages", "**/phone/messages")
        page.get_by_text("Certificat").click()
        seen.check("lettre", "**/phone/messages/*")
        page.get_by_role("button", name="Traité").click()
        page.get_by_role("link", name="Ma journée").click()
        seen.check("journee", "**/phone/day")
        page.get_by_role("button", name="20 min").click()
        page.get_by_text("Dr Lune a 20 minutes de retard.").wait_for()

        page.close()

    assert seen.wrong == []
    assert wrong == []


class Looks:
    """Checks a page and keeps its picture where somebody asked for pictures."""

    def __init__(self, page, scheme):
        self.page, self.scheme = page, scheme
        self.wrong = []

    def check(self, name, address):
        self.page.wait_for_url(address)
        self.page.wait_for_load_state()
        self.page.locator("main").first.wait_for()
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}-{self.scheme}.png")
        width, height = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        self.page.set_viewport_size({"width": 390, "height": height})  # what is under the bar can be scrolled
        self.wrong += [f"{name}: {one}" for one in (*violations(self.page), *small_targets(self.page))]
        self.wrong += [f"{name}: wider than the phone, {width}"] if width > 390 else []
        self.page.set_viewport_size(PHONE)


def test_everything_is_done_on_a_phone_without_script(browser, story, cast):
    app = page_app(story, cast.dr_lune, phone_routes.blueprint)
    plain = {"java_script_enabled": False, "viewport": PHONE, "locale": "fr-FR"}
    with serving(app) as address, browser.new_context(**plain) as context:
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{address}/phone")
        page.locator(".alert-card-15").click()
        page.get_by_role("button", name="Je prends").click()
        page.get_by_text("Prise par vous").wait_for()
        page.get_by_role("button", name="Patient appelé").click()
        page.get_by_text("Close").first.wait_for()

        page.get_by_role("link", name="Messages").last.click()
        page.get_by_text("Certificat").click()
        page.get_by_role("button", name="Traité").click()
        page.get_by_role("link", name="Traités").click()
        page.get_by_text("Certificat").wait_for()

        page.get_by_role("link", name="Ma journée").click()
        page.get_by_role("button", name="Toujours d’actualité").click()
        expect(page.get_by_text("Pas de visite le mercredi.")).to_have_count(0)
        page.get_by_role("button", name="20 min").click()
        page.get_by_text("Dr Lune a 20 minutes de retard.").wait_for()
        page.get_by_label("Ce qu’on dit aux appelants").fill("Adressez-vous au Dr Soleil.")
        page.get_by_role("button", name="Enregistrer l’absence").click()
        page.get_by_text("jusqu’à nouvel ordre · Adressez-vous au Dr Soleil.").wait_for()
        page.get_by_role("button", name="Y mettre fin").click()
        expect(page.get_by_text("Personne n’est absent.")).to_be_visible()


def test_a_phone_installs_the_page_and_says_when_the_network_is_gone(browser, story, cast):
    app = page_app(story, cast.dr_lune, phone_routes.blueprint)
    with serving(app) as address, browser.new_context(viewport=PHONE, locale="fr-FR") as context:
        page = context.new_page()
        with context.expect_event("serviceworker"):
            page.goto(f"{address}/phone")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        phone = context.new_cdp_session(page)
        assert phone.send("Page.getAppManifest")["errors"] == []
        wrong = phone.send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert [one["errorId"] for one in wrong if one["errorId"] != "in-incognito"] == []

        context.set_offline(offline=True)
        page.goto(f"{address}/phone/messages")
        page.get_by_role("heading", name="Pas de réseau").wait_for()
        assert violations(page) == []
        assert {one.removeprefix(address).split("/")[1] for one in page.evaluate(KEPT)} == {"phone", "static"}
        assert f"{address}/phone/offline" in page.evaluate(KEPT)

        context.set_offline(offline=False)
        page.get_by_role("link", name="Réessayer").click()
        page.get_by_role("heading", name="alertes vous attendent").wait_for()
