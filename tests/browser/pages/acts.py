"""What a reader does on a page before it is looked at, for states that have no address of their own."""

from collections.abc import Callable, Mapping

from playwright.sync_api import Page

LOCK = """async () => {
    const csrf_token = document.querySelector('meta[name=csrf-token]').content;
    await fetch('/lock', {method: 'POST', body: new URLSearchParams({csrf_token})});
}"""


def _search(page: Page) -> None:
    page.locator("#born").fill("14/03/1951")
    page.locator("#letters").fill("li")
    page.locator("#letters").press("Enter")
    page.locator("#search h2", has_text="trouvé").wait_for()


def _register_a_twin(page: Page) -> None:
    page.locator("details.register summary").click()
    for field, text in (("#family", "Lilas"), ("#given", "Zoé"), ("#born-new", "14/03/1951")):
        page.locator(field).fill(text)
    page.locator("#born-new").press("Enter")
    page.locator("#refusal").wait_for()


def _open_a_day(page: Page) -> None:
    page.locator("#week a.off").first.click()
    page.locator("#week table.by-hour").wait_for()
    page.locator("#week .more-rows").wait_for()


def _write_a_notice_too_many(page: Page) -> None:
    page.locator("#text").fill("Réunion à 14:00.")
    page.locator("form .btn-main").first.click()
    page.locator("[role=alert]").first.wait_for()


def _cut_off(page: Page) -> None:
    if page.locator("textarea[data-note]").count():
        page.locator("textarea[data-note]").fill("Écrit pendant la coupure.")
    page.context.set_offline(offline=True)
    page.locator("#stopped").wait_for()


def _lock_in_mid_call(page: Page) -> None:
    """Another tab locks; what is sent then, by a plain form, is kept behind the lock."""
    page.locator("textarea[data-note]").fill("Résultats à donner.")
    page.evaluate(LOCK)
    page.locator("#message form").first.evaluate("it => it.submit()")
    page.locator("#password").wait_for()


ACTS: Mapping[str, Callable[[Page], None]] = {
    "searched": _search,
    "a twin registered": _register_a_twin,
    "one day": _open_a_day,
    "refused notice": _write_a_notice_too_many,
    "cut off": _cut_off,
    "locked in mid-call": _lock_in_mid_call,
}
