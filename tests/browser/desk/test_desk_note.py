"""The note is never lost: reload, two tabs, a server that does not answer."""

from playwright.sync_api import expect

KEPT = "brouillon gardé à"


def test_text_is_there_after_a_reload(call):
    call.page.locator("textarea").fill("Fièvre 39,2 depuis hier soir.")
    expect(call.page.get_by_text(KEPT)).to_be_visible()

    call.page.reload()

    expect(call.page.locator("textarea")).to_have_value("Fièvre 39,2 depuis hier soir.")


def test_two_tabs_keep_both_texts(call):
    other = call.page.context.new_page()
    other.goto(call.page.url)
    call.page.locator("textarea").fill("Premier onglet.")
    expect(call.page.get_by_text(KEPT)).to_be_visible()

    other.locator("textarea").fill("Second onglet.")
    other.get_by_role("button", name="Reprendre les deux textes").click()

    expect(other.locator("textarea")).to_have_value("Premier onglet.\nSecond onglet.")
    expect(other.get_by_text(KEPT)).to_be_visible()


def test_what_could_not_be_saved_says_so_and_is_saved_later(call):
    call.cut_line()
    call.page.locator("textarea").fill("Hors ligne.")
    expect(call.page.get_by_text("non enregistré")).to_be_visible()

    call.mend_line()

    expect(call.page.get_by_text(KEPT)).to_be_visible()


def test_text_follows_through_the_views(call):
    call.page.locator("textarea").fill("Reste là.")

    call.key("F9")

    expect(call.page.locator("textarea")).to_have_value("Reste là.")
