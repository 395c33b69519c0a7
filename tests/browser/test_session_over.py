"""What somebody wrote is given back when their session was over as they sent it."""

from flask import g
from playwright.sync_api import expect

from telesec.desk import phone_routes, practice_routes, protocol_routes
from telesec.testing.browser import serving, violations
from telesec.testing.pages import page_app

WORDS = "مرحبا 👩‍⚕️ Pas de visite le mercredi."
ROOMS = (phone_routes, practice_routes, protocol_routes)


def test_words_are_given_back_when_the_session_is_over(browser, deps, cast):
    app = page_app(deps, cast.dr_lune, *(room.blueprint for room in ROOMS))
    over = []

    @app.before_request
    def forget():
        if over:
            g.pop("actor")

    with serving(app) as address, browser.new_context(locale="fr-FR") as context:
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{address}/practice/{cast.lilas}")
        page.locator("#text-new").focus()
        page.keyboard.insert_text(WORDS)
        over.append(True)
        page.locator("form:has(#text-new) .btn-main").focus()
        page.keyboard.press("Enter")

        expect(page.get_by_label("Ce que vous aviez écrit")).to_have_value(WORDS)
        expect(page.get_by_role("alert")).to_be_focused()
        assert violations(page) == []
