"""In the system's own colours unread and chosen are still told apart; paper has no empty form."""

import pytest

from telesec.desk import phone_routes
from telesec.messages import service as messages
from telesec.messages.service import FileMessage
from telesec.testing.browser import serving
from telesec.testing.cast import BRUNO_PHONE
from telesec.testing.pages import page_app
from telesec.triage.levels import Level


@pytest.fixture
def own(browser, deps, cast):
    """Dr Lune on a phone, with one message nobody has read."""
    with deps.unit_of_work(cast.ada) as uow:
        messages.file_message(
            uow, FileMessage(cast.lilas, cast.dr_lune_id, Level.ROUTINE, "Résultats ?", BRUNO_PHONE, True)
        )
        uow.commit()
    app = page_app(deps, cast.dr_lune, phone_routes.blueprint)
    with serving(app) as address, browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.address = address
        yield page


def test_unread_and_chosen_are_drawn_not_only_coloured(own):
    own.emulate_media(forced_colors="active")
    own.goto(f"{own.address}/phone/messages")

    mark = "it => getComputedStyle(it, '::before').borderTopWidth"
    assert own.locator(".unread strong").evaluate(mark) == "4px"
    chosen, other = (
        own.locator(".filters [aria-current]"),
        own.locator(".filters a:not([aria-current])").first,
    )
    drawn = "it => getComputedStyle(it).borderTopWidth"
    assert (chosen.evaluate(drawn), other.evaluate(drawn)) == ("2px", "0px")


def test_paper_of_the_day_has_no_empty_form(own):
    own.goto(f"{own.address}/phone/day")
    own.emulate_media(media="print")

    assert own.locator("form.stack, form.minutes, #h-late").filter(visible=True).count() == 0
    assert own.locator("h1").is_visible()
