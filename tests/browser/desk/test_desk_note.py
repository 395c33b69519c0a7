"""The note is never lost: reload, two tabs, a server that does not answer."""

from playwright.sync_api import expect

KEPT = "brouillon gardé à"


def second_tab(call):
    """Return a second tab with the same call."""
    tab = call.page.context.new_page()
    tab.goto(call.page.url)
    return tab


def send_from(tab):
    """Send the note of a tab as a message."""
    tab.keyboard.press("F9")
    expect(tab.locator("#message")).to_be_visible()
    tab.wait_for_timeout(450)  # keys rest after a new page
    tab.keyboard.press("Control+Enter")


def test_text_is_there_after_a_reload(call):
    call.page.locator("textarea").fill("Fièvre 39,2 depuis hier soir.")
    expect(call.page.get_by_text(KEPT)).to_be_visible()

    call.page.reload()

    expect(call.page.locator("textarea")).to_have_value("Fièvre 39,2 depuis hier soir.")


def test_two_tabs_keep_both_texts(call):
    other = second_tab(call)
    call.page.locator("textarea").fill("Premier onglet.")
    expect(call.page.get_by_text(KEPT)).to_be_visible()

    other.locator("textarea").fill("Second onglet.")
    other.get_by_role("button", name="Reprendre les deux textes").click()

    expect(other.locator("textarea")).to_have_value("Premier onglet.\nSecond onglet.")
    expect(other.get_by_text(KEPT)).to_be_visible()


def test_a_message_from_one_tab_leaves_what_the_other_tab_wrote(call):
    page, other = call.page, second_tab(call)
    page.locator("textarea").fill("Premier onglet.")
    expect(page.get_by_text(KEPT)).to_be_visible()
    other.locator("textarea").fill("Second onglet.")
    expect(other.get_by_role("button", name="Reprendre les deux textes")).to_be_visible()

    send_from(other)

    expect(other.locator("textarea")).to_have_value("Premier onglet.")
    expect(other.get_by_text("Un autre onglet a aussi écrit ici.")).to_be_visible()
    expect(other.get_by_role("button", name="Reprendre les deux textes")).to_be_hidden()
    call.key("F9")
    expect(page.locator("#message")).to_contain_text("scellé et déposé")
    expect(page.locator("textarea")).to_have_value("Premier onglet.")
    page.reload()
    expect(page.locator("textarea")).to_have_value("Premier onglet.")


def test_a_message_from_one_tab_leaves_what_the_other_tab_has_not_saved(call):
    page, other = call.page, second_tab(call)
    other.locator("textarea").fill("Second onglet.")
    expect(other.get_by_text(KEPT)).to_be_visible()
    page.locator("textarea").fill("Premier onglet.")
    expect(page.get_by_role("button", name="Reprendre les deux textes")).to_be_visible()
    send_from(other)
    expect(other.locator("textarea")).to_have_value("")

    call.key("F9")
    expect(page.locator("#message")).to_contain_text("scellé et déposé")

    expect(page.locator("textarea")).to_have_value("Premier onglet.")


def test_a_tab_that_saw_a_filed_note_saves_nothing_over_the_next_one(call):
    page, other = call.page, call.page.context.new_page()
    page.locator("textarea").fill("Premier.")
    expect(page.get_by_text(KEPT)).to_be_visible()
    other.goto(page.url)
    call.key("F9")
    expect(page.locator("#message")).to_be_visible()
    call.page.wait_for_timeout(450)  # keys rest after a new page
    call.key("Control+Enter")
    expect(page.locator("textarea")).to_have_value("")
    with page.expect_response(lambda answer: answer.url.endswith("/draft") and answer.ok):
        page.locator("textarea").fill("Deuxième.")
    expect(page.get_by_text(KEPT)).to_be_visible()

    other.locator("textarea").fill("Troisième.")

    expect(other.get_by_role("button", name="Reprendre les deux textes")).to_be_visible()
    page.reload()
    expect(page.locator("textarea")).to_have_value("Deuxième.")


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


def test_a_pause_of_300_ms_sends_the_text_and_says_so_only_when_it_is_sealed(call):
    page, sent = call.page, []
    page.clock.install()
    page.reload()
    expect(page.locator("#words")).to_be_focused()
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.locator("textarea").focus()
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 1"))

    page.keyboard.type("Fièvre")
    page.clock.run_for(290)
    assert not [url for url in sent if url.endswith("/draft")]
    with page.expect_response(lambda answer: answer.url.endswith("/draft")):
        page.clock.run_for(20)

    expect(page.get_by_text(KEPT)).to_be_visible()


def test_text_not_saved_yet_is_sealed_when_the_page_goes(call):
    call.page.on("dialog", lambda asked: asked.accept())
    call.page.locator("textarea").press_sequentially("Vu à l’instant.")

    call.page.reload()

    expect(call.page.locator("textarea")).to_have_value("Vu à l’instant.")


def test_the_lock_waits_for_what_was_just_typed(call, screen_as, cast):
    """A locked session takes no draft, so a save slower than the lock would be lost."""
    call.page.evaluate(
        """() => {
          const send = window.fetch;
          window.fetch = (to, how) => String(to).endsWith("/draft") && how?.method === "POST"
            ? new Promise((resolve) => { setTimeout(() => resolve(send(to, how)), 500); }) : send(to, how);
        }"""
    )
    call.page.on("dialog", lambda asked: asked.accept())
    address = call.page.url
    call.page.locator("textarea").press_sequentially("Rappeler le laboratoire.")
    call.page.locator("#lock-button").click()
    expect(call.page).to_have_title("Verrouillé · telesec")

    other = screen_as(cast.ada)
    other.page.goto(address)

    expect(other.page.locator("textarea")).to_have_value("Rappeler le laboratoire.")


def test_text_is_there_after_the_screen_was_locked_and_on_another_machine(call, screen_as, cast):
    call.page.on("dialog", lambda asked: asked.accept())
    address = call.page.url
    call.page.locator("textarea").press_sequentially("Rappeler le laboratoire.")
    call.page.locator("#lock-button").click()
    expect(call.page).to_have_title("Verrouillé · telesec")

    other = screen_as(cast.ada)
    other.page.goto(address)

    expect(other.page.locator("textarea")).to_have_value("Rappeler le laboratoire.")
