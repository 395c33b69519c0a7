"""The waiting list by keyboard: put on it in three keys, offered what comes free, taken off."""

from playwright.sync_api import expect

from telesec.scheduling import flow
from telesec.testing.bookable import NINE
from telesec.testing.cast import BRUNO_PHONE


def waiting_list(call):
    """Go to the list from the week, once its link is there to be pressed."""
    call.key("F4")
    expect(call.page.locator('#week [aria-keyshortcuts="l"]')).to_be_visible()
    call.key("l")
    expect(call.page.locator("#waiting-list")).to_be_visible()


def listed(call):
    """Put the number that calls on the list, from the booking page."""
    waiting_list(call)
    expect(call.page.get_by_role("button", name="Inscrire sur la liste")).to_be_focused()
    call.page.wait_for_timeout(450)
    call.key("Enter")
    expect(call.page.locator("#waits li")).to_have_count(1)


def test_a_caller_is_put_on_the_list_by_their_number_alone_and_taken_off(call):
    page = call.page
    listed(call)
    expect(page.locator("#waits")).to_contain_text("jusqu’au jeu. 24 déc.")
    expect(page.locator("#undo")).to_contain_text("Inscrit sur la liste d’attente")
    call.picture("waiting")
    assert call.axe() == []

    waiting_list(call)
    page.locator("#waits button").click()
    expect(page.locator("#waits")).to_contain_text("Aucune attente")


def test_what_cannot_be_a_number_is_said_at_its_field_and_nothing_is_lost(call):
    page = call.page
    waiting_list(call)
    page.locator("#wait-wish").fill("plutôt le matin")
    page.locator("#wait-days").select_option("84")
    page.locator("#wait-phone").fill("12")
    page.keyboard.press("Enter")

    expect(page.locator("#wait-phone")).to_be_focused()
    expect(page.locator("#refusal")).to_contain_text("Vérifiez le numéro")
    expect(page.locator("#wait-wish")).to_have_value("plutôt le matin")
    expect(page.locator("#wait-days")).to_have_value("84")


def test_a_cancelled_slot_is_offered_on_the_desk_and_booked_in_the_call_it_opens(call, house, cast):
    page = call.page
    booked = flow.book(house.deps, cast.ada, house.booking())
    listed(call)
    flow.cancel(house.deps, cast.ada, cast.lilas, booked.id, "asked")
    flow.refresh_due(house.deps)

    assert flow.offer_due(house.deps) == 1

    row = page.locator("#callbacks li")
    expect(row).to_have_count(1)
    expect(page.locator("#waits")).to_contain_text("à proposer")
    row.locator("a").click()
    page.wait_for_url("**/callbacks/**")
    expect(page.locator("#resume")).to_contain_text("un créneau s’est libéré, vendredi 27 novembre à 9:00")
    call.picture("waiting-card")
    page.wait_for_timeout(450)
    call.key("Enter")
    page.wait_for_url("**/calls/**")
    call.key("F4")
    expect(page.locator(f"#week-{house.schedule_id}-{int(NINE.timestamp())}")).to_be_visible()
    assert BRUNO_PHONE not in page.url


def test_escape_goes_back_from_the_list_to_the_week(call):
    waiting_list(call)
    call.page.wait_for_timeout(450)

    call.key("Escape")

    expect(call.page.locator("#week")).to_be_visible()


def test_a_slot_that_does_not_suit_is_declined_by_a_letter_and_who_waits_no_longer_by_another(
    call, house, cast
):
    page = call.page
    booked = flow.book(house.deps, cast.ada, house.booking())
    listed(call)
    flow.cancel(house.deps, cast.ada, cast.lilas, booked.id, "asked")
    flow.refresh_due(house.deps)
    flow.offer_due(house.deps)
    page.locator("#callbacks li a").click()
    page.wait_for_url("**/callbacks/**")
    expect(page.get_by_role("button", name="Pas ce créneau")).to_be_visible()
    page.wait_for_timeout(450)
    call.picture("waiting-declined")
    assert call.axe() == []

    call.key("l")

    expect(page.locator("#undo")).to_contain_text("retiré de la liste d’attente")
    call.key("Control+m")
    expect(page.get_by_role("button", name="N’attend plus")).to_be_visible()
    page.wait_for_timeout(450)
    call.key("n")
    expect(page.locator("#undo")).to_contain_text("Fiche de rappel terminée.")
    expect(page.locator("#callbacks li")).to_have_count(0)
