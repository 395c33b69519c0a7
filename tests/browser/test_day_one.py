"""From nothing to the first call in the queue: ``telesec init``, a supervisor, a keyboard, two spreadsheets.

Everything is real: the installation is served by ``telesec serve`` from an empty folder, the calendar is a
Radicale, the phones are the simulated carrier's, and people come in by their own one-time links.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from telesec.accounts import totp
from telesec.foundation.clock import SystemClock
from telesec.testing.carrier import CarrierServer
from telesec.testing.demo.hand import Hand
from telesec.testing.demo.outside import OutsidePhone
from telesec.testing.installation import Installation
from telesec.testing.radicale_server import RadicaleServer
from telesec.testing.workbooks import xlsx

LINE, LUNE, ANNE = "+33199000001", "+33639980001", "+33639980010"
PASSWORD = "quatre mots sans rapport"
PATIENTS = xlsx(
    ("Nom", "Prénom", "Né(e) le", "Portable"),
    ("Sorbier", "Anne", "D:16997", "N:639980010"),
    ("Charme", "Paul", "hier", "N:639980011"),
)
INSTRUCTIONS = "Consigne;Sujet\nPas de visite le mercredi.;général\n".encode("cp1252")
CODE = re.compile(r"1 (\d\d)")
NUMBER_CODE = re.compile(r"Votre code : (\d{6})")


@pytest.fixture(scope="module")
def folder():
    """A folder outside pytest's own, which pytest closes to others while the database's user needs it."""
    with tempfile.TemporaryDirectory(prefix="telesec-day-one-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def calendar(folder):
    with RadicaleServer(folder / "radicale", {"lune": "clair de lune"}) as running:
        yield running.make_calendar("lune", "agenda")


@pytest.fixture(scope="module")
def installation(folder):
    """An installation just set up by ``telesec init``; ``link`` is the supervisor's."""
    with CarrierServer() as carrier:
        made = Installation(folder, carrier)
        made.deps = None  # nobody is seeded: what is in it, the story puts in it
        public = made.environ["TELESEC_PUBLIC_URL"]
        carrier.listen_at(sms_url=f"{public}/hooks/twilio/sms", voice_url=f"{public}/hooks/twilio/calls")
        said = subprocess.run(
            [sys.executable, "-m", "telesec", "init", "--practice", "Cabinet des Lilas",
             "--supervisor", "Nour <nour@telesec.example>"],
            env={**os.environ, **made.environ}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=True, timeout=120,
        ).stdout  # fmt: skip
        made.start()
        try:
            yield SimpleNamespace(url=public, carrier=carrier.url, link=re.search(r"\S+/enrol/\S+", said)[0])
        finally:
            made.end()


@pytest.fixture
def browsers(browser):
    """What opens a browser of its own for somebody; what their pages complained about must be nothing."""
    hands = []

    def sit():
        context = browser.new_context(
            viewport={"width": 1366, "height": 768}, locale="fr-FR", timezone_id="Europe/Paris"
        )
        hands.append(Hand(context.new_page()))
        return hands[-1]

    yield sit
    complaints = [line for hand in hands for line in hand.complaints]
    for hand in hands:
        hand.page.context.close()
    assert complaints == []


def enrol(hand, link, email):
    """Use a one-time link, log in, and return the recovery codes that are left."""
    hand.page.goto(link)
    told = hand.see("a[href^='otpauth:']").get_attribute("href")
    secret = totp.from_base32(parse_qs(urlsplit(told).query)["secret"][0])
    write(hand, "#password", PASSWORD)
    hand.press("Tab")
    write(hand, "#code", totp.code_at(secret, SystemClock().now()))
    hand.press("Enter")
    hand.see("ol.codes")
    codes = hand.page.locator("ol.codes code").all_text_contents()
    hand.tab_to(hand.page.locator("a.btn-main"))
    hand.press("Enter")
    write(hand, "#email", email)
    hand.press("Tab")
    write(hand, "#password", PASSWORD)
    hand.press("Tab")
    write(hand, "#code", codes.pop())
    hand.press("Enter")
    hand.page.wait_for_url(lambda url: "/login" not in url)
    return codes


def write(hand, field, text):
    """Type into the field that has the keyboard."""
    hand.see(f"{field}:focus")
    hand.type(text)
    expect(hand.page.locator(field)).to_have_value(text)


def fill(hand, **fields):
    """Type fields by their ids, reached by Tab; a choice by its first letters, without accents."""
    for name, text in fields.items():
        hand.tab_to(hand.page.locator(f"#{name.replace('_', '-') if name.startswith('contact') else name}"))
        hand.type(text)


def push(hand, name):
    """Go to a button or a link by Tab and press Enter."""
    found = hand.page.get_by_role("button", name=name).or_(hand.page.get_by_role("link", name=name)).first
    hand.tab_to(found)
    hand.press("Enter")


def hand_in(hand, data, name):
    """Choose a file and look through it; the window of files is the system's, no keys of a page reach it."""
    hand.tab_to(hand.page.locator("#file"))
    hand.page.locator("#file").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    push(hand, "Examiner le fichier")
    hand.see("h2", "Ce qui serait importé")


def invite(hand, name, email, role, code=""):
    """Invite somebody for the practice and return their link."""
    fill(hand, display_name=name, email=email, role=role)
    hand.tab_to(hand.page.get_by_label("Cabinet des Lilas"))
    hand.press("Space")
    if role == "Prat":
        fill(hand, practitioner="Dr Lune")
    if code:
        fill(hand, code=code)
    push(hand, "Ajouter et créer le lien d’inscription")
    return hand.see("#link").input_value()


def taken(nour):
    """Look again, as the page says, until somebody took the test."""
    for _ in range(60):
        if nour.page.locator("#test_call .tag-ok").count():
            return
        nour.page.reload()
    nour.see("#test_call .tag-ok")


def connect(nour, calendar):
    """The practitioner, the line, what may be booked, when, and in which calendar."""
    fill(nour, display_name="Dr Lune", profession="M")
    push(nour, "Ajouter le praticien")
    nour.see("#practitioners .tag-ok")
    fill(nour, number="01 99 00 00 01")
    push(nour, "Ajouter la ligne")
    nour.see("#line .tag-ok")
    push(nour, "Prendre les motifs usuels de ce secteur")
    nour.see("#types .tag-ok")
    fill(nour, url=calendar, user="lune", secret="clair de lune")
    push(nour, "Connecter et essayer")
    nour.see("#calendars", "écrit, relu et retiré")
    push(nour, "Fixer les horaires")
    nour.see("#hours .tag-ok")


def import_list(nour, step, data, name, fault=""):
    """Go from a step to its import, look at the dry run, import, and come back."""
    nour.tab_to(nour.page.locator(f"#{step} a", has_text="Importer une liste"))
    nour.press("Enter")
    nour.see("#file")
    hand_in(nour, data, name)
    if fault:
        nour.see("td", fault)
        nour.tab_to(nour.page.get_by_label("Laisser de côté 1 ligne"))
        nour.press("Space")
    nour.tab_to(nour.page.get_by_role("button", name="Importer", exact=True))
    nour.press("Enter")
    nour.see("[role=status]", "1 importé")
    push(nour, "Retour à la mise en route")
    nour.see(f"#{step} .tag-ok")


def put_on_call(nour, carrier, code):
    """On the practice's page: Dr Lune's number for SMS, whose code she reads out; then she is the first."""
    push(nour, "Fixer l’ordre et les numéros")
    nour.tab_to(nour.see("#numbers summary", "Ajouter un numéro"))
    nour.press("Enter")
    fill(nour, contact_address="06 39 98 00 01")
    fill(nour, contact_code=code)
    lune = OutsidePhone(carrier, LUNE)
    nour.press("Enter")
    nour.see("#numbers input[name=typed]:focus")
    nour.type(NUMBER_CODE.search(lune.text())[1])
    nour.press("Enter")
    nour.see("#numbers .tag-ok", "vérifié le")
    nour.page.goto(nour.page.url.partition("?")[0])
    nour.tab_to(nour.see("#duty summary", "Changer l’ordre"))
    nour.press("Enter")
    nour.tab_to(nour.page.locator("#person-0"))
    nour.type("Dr Lune")
    nour.tab_to(nour.page.locator("#duty details").first.get_by_role("button"))
    nour.press("Enter")
    nour.see("#duty li .tag", "SMS")


def join(nour, browsers, url, person, code=""):
    """Invite somebody and let them come in by their link; return their browser."""
    nour.page.goto(f"{url}/supervisor/people")
    link = invite(nour, *person, code)
    hand = browsers()
    enrol(hand, link, person[1])
    return hand


def ring_test(nour, carrier):
    """Ring a test call, which Dr Lune takes by answering the SMS."""
    phone = OutsidePhone(carrier, LUNE)
    push(nour, "Lancer un appel d’essai")
    nour.see("#test_call", "Sonne depuis")
    said = phone.text()
    phone.act("reply", body=f"1 {CODE.search(said)[1]}", to=LINE)
    taken(nour)


def test_a_supervisor_sets_a_practice_up_from_nothing_to_its_first_call(installation, calendar, browsers):
    nour = browsers()
    codes = enrol(nour, installation.link, "nour@telesec.example")
    nour.page.goto(f"{installation.url}/onboarding")
    push(nour, "Cabinet des Lilas")
    nour.see("h2", "Pas encore prêt pour les appels")
    checklist = nour.page.url
    connect(nour, calendar)
    import_list(nour, "instructions", INSTRUCTIONS, "consignes.csv")
    import_list(nour, "patients", PATIENTS, "patients.xlsx", "Ce n’est pas une date.")
    put_on_call(nour, installation, codes.pop())
    ada = join(nour, browsers, installation.url, ("Ada", "ada@telesec.example", "Sec"), codes.pop())
    lune = join(nour, browsers, installation.url, ("Dr Lune", "lune@telesec.example", "Prat"))
    lune.page.goto(checklist.replace("/onboarding/", "/practice/"))
    push(lune, "Adopter le jeu de référence")
    lune.see("#protocols .tag-ok")
    nour.page.goto(checklist)
    ring_test(nour, installation)
    nour.see("h2", "Prêt pour les appels")

    ada.page.goto(f"{installation.url}/desk")
    ada.see("h1", "Rien n’attend")
    caller = OutsidePhone(installation, ANNE)
    caller.ring(LINE)
    ada.see("#take-next")
    ada.press("F2")
    ada.see(".phrase", "Cabinet des Lilas")
    ada.see("body", "Sorbier")
    caller.hang_up()
