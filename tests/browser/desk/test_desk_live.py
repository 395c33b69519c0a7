"""What changes elsewhere shows here; what is silent says so."""

from playwright.sync_api import expect

from telesec.desk import live
from telesec.practices import service as practices
from telesec.practices.service import WriteInstruction

READ_AGAIN = "document.body.dispatchEvent(new CustomEvent('live-all'))"
OWN_STREAMS = "performance.getEntriesByType('resource').filter(one => one.name.endsWith('/desk/live')).length"


def test_a_ring_shows_within_two_seconds(ada, ring):
    ada.open("/desk")
    expect(ada.page.locator("#live-state")).to_contain_text("En direct")

    ring()

    expect(ada.page.get_by_role("heading", name="1 appel attend.")).to_be_visible()
    expect(ada.page.locator("#queue button")).to_have_count(1)


def test_a_changed_instruction_shows_in_the_call(ada, ring, house, cast):
    ring()
    ada.open("/desk")
    ada.key("F2")
    ada.page.wait_for_url("**/calls/**")
    expect(ada.page.locator("#live-state")).to_contain_text("En direct")

    with house.deps.unit_of_work(cast.dr_lune) as uow:
        practices.write_instruction(uow, WriteInstruction(cast.lilas, "Pas de visite ce matin.", "Dr Lune"))
        uow.commit()

    expect(ada.page.locator("#instructions")).to_contain_text("Pas de visite ce matin.")


def test_the_count_at_the_bottom_follows_the_queue(ada, ring):
    ring()
    ada.open("/desk")
    ada.key("F2")
    ada.page.wait_for_url("**/calls/**")
    expect(ada.page.locator("#live-state")).to_contain_text("En direct")
    expect(ada.page.locator("#bar-queue b").first).to_have_text("0")

    ring("CA2")

    expect(ada.page.locator("#bar-queue b").first).to_have_text("1")


def test_two_tabs_share_one_stream(ada, ring):
    ada.open("/desk")
    second = ada.page.context.new_page()
    second.goto(ada.page.url)
    expect(second.locator("#live-state")).to_contain_text("En direct")

    ring()

    expect(second.locator("#queue button")).to_have_count(1)
    assert second.evaluate(OWN_STREAMS) == 0


def test_silence_turns_amber_then_into_a_banner(ada, monkeypatch):
    monkeypatch.setattr(live, "BEAT_SECONDS", 14)
    ada.open("/desk")
    expect(ada.page.locator("#live-state")).to_contain_text("En direct")

    expect(ada.page.locator("#live-state")).to_contain_text("Rien reçu")
    expect(ada.page.locator("#stopped")).to_contain_text("rien n’est réservé ni envoyé")


def test_a_session_that_ends_keeps_the_page(ada, ring):
    ring()
    ada.open("/desk")
    ada.page.context.clear_cookies()

    ada.key("F2")

    expect(ada.page.locator("#stopped")).to_contain_text("Votre session est terminée")
    expect(ada.page.locator("#queue")).to_be_visible()


def test_a_part_that_cannot_be_read_again_says_so_until_it_is(ada, ring):
    ring()
    ada.open("/desk")
    expect(ada.page.locator("#live-state")).to_contain_text("En direct")
    broken = "**/desk/parts/queue*"
    ada.page.route(broken, lambda route: route.fulfill(status=503, body="<p>Rien</p>"))

    ada.page.evaluate(READ_AGAIN)

    stale = ada.page.locator("#queue.is-stale")
    expect(stale.get_by_role("status")).to_contain_text("Relecture impossible à")
    expect(stale.get_by_role("button")).to_have_count(1)
    ada.page.unroute(broken)
    ada.page.evaluate(READ_AGAIN)
    expect(stale).to_have_count(0)
    expect(ada.page.locator("#queue")).not_to_contain_text("Relecture impossible")


SETTLED = """() => new Promise(ok => document.addEventListener("htmx:finally:request", event => {
  if (event.detail.ctx.request.action.includes("view=booking")) setTimeout(ok, 50);
}))"""


def test_slots_read_for_the_page_before_never_land_on_the_next(ada, ring, zoe):
    ring()
    ada.open("/desk")
    ada.key("F2")
    ada.page.wait_for_url("**/calls/**")
    expect(ada.page.locator("#slots button[aria-keyshortcuts]").first).to_be_visible()
    late = []

    def hold(route):
        late.append(route)

    ada.page.route(lambda url: "fresh-slots?view=booking" in url, hold)
    ada.key("F4")
    expect(ada.page.locator("#booking")).to_be_visible()
    ada.key("F9")
    expect(ada.page.locator("#slots button[aria-keyshortcuts]")).to_have_count(0)

    ada.page.evaluate(f"void (window.settled = ({SETTLED})())")
    late[0].continue_()
    ada.page.evaluate("window.settled")

    expect(ada.page.locator("#slots button").first).to_be_visible()
    expect(ada.page.locator("#slots button[aria-keyshortcuts]")).to_have_count(0)
