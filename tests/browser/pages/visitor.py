"""Goes through pages as their readers do, in every size and scheme, and keeps what is wrong with them.

``TELESEC_PICTURES`` names a folder that keeps how each of them looks.
"""

import os
from pathlib import Path

from acts import ACTS
from paper import A4, STUCK, sheets_of
from table import PHONE
from world import session_of

from telesec.testing.browser import serving, violations

DARK = {"color_scheme": "dark", "forced_colors": "none"}
FORCED = {"color_scheme": "light", "forced_colors": "active"}
PRINT = {"media": "print", "color_scheme": "light", "forced_colors": "none"}
COLOURS = ("color-contrast", "link-in-text-block")
"""All that a scheme can break which a size cannot."""
ZOOMED = (320, 256)
"""A window of 1280 x 1024 at 400 % (WCAG 2.2, 1.4.10)."""
OVER = """() => ['html', '.desk > .col'].flatMap(one => [...document.querySelectorAll(
    document.querySelector('.desk') ? one : 'none')])
    .map(one => ({ name: one.className || 'the page', right: one.scrollWidth - one.clientWidth,
        down: innerWidth < 1024 ? 0 : one.scrollHeight - one.clientHeight }))
    .filter(one => one.right > 0 || one.down > 0)
    .map(one => `${one.name} scrolls ${one.right} to the right, ${one.down} down`)"""
"""No column of the desk hides anything at its side, and on a screen as wide as a desk's none scrolls."""
SAME = """() => [...document.querySelectorAll('.work, .todo, .results, .tags')].flatMap(list => {
    const names = [...list.querySelectorAll('a, button')].map(it => it.textContent.replace(/\\s+/g, ' '));
    return [...new Set(names.filter((name, at) => names.indexOf(name) < at))].map(it => `two rows say ${it}`);
})"""
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""A page hears of its new size before its next frame."""
PRESSED = "nav, .btn:not(li > a:only-child), kbd:not(.keys-table kbd)"
PICTURES = os.environ.get("TELESEC_PICTURES", "")
PATIENCE = 20_000


class Visitor:
    """Goes through pages as their readers and keeps what is wrong with them."""

    def __init__(self, browser, world, address):
        self._browser, self._world, self._address = browser, world, address
        self._contexts = {}
        self.wrong = []

    def visit(self, look):
        page = self._context(look.who).new_page()
        page.set_default_timeout(PATIENCE)
        self._resize(page, look.sizes[0])
        page.goto(self._address + look.path.format(**self._world.ids))
        page.locator(look.ready).first.wait_for()
        if look.then:
            ACTS[look.then](page)
        self._note(look, "names", page.evaluate(SAME))
        for size in (*look.sizes, ZOOMED):
            self._measure(page, look, size)
        self._resize(page, look.sizes[0])
        for name, media in (("dark", DARK), ("forced", FORCED)):
            page.emulate_media(**media)
            self._keep(page, look, name)
            self._note(look, name, violations(page, *COLOURS))
        self._print(page, look)
        page.context.set_offline(offline=False)
        page.close()

    def _print(self, page, look):
        page.emulate_media(**PRINT)
        self._resize(page, A4)
        self._keep(page, look, "print")
        wide, sheets = page.evaluate("document.documentElement.scrollWidth"), look.sheets and sheets_of(page)
        self._note(look, "print", printed_badly(page))
        self._note(look, "print", [f"{wide} pixels wide on paper"] if wide > A4[0] else [])
        self._note(look, "print", [f"takes {sheets} sheets"] if sheets > look.sheets else [])

    def _measure(self, page, look, size):
        self._resize(page, size)
        self._keep(page, look, size[1] if size[1] in {650, 256} else size[0])
        wide = page.evaluate("document.documentElement.scrollWidth")
        self._note(look, size, [f"{wide} pixels wide"] if wide > size[0] else [])
        self._note(look, size, page.evaluate(OVER))
        if size == ZOOMED and (stuck := page.evaluate(STUCK)) >= size[1] / 2:
            self._note(look, size, [f"{stuck} pixels stay in view"])
        if size in {look.sizes[0], ZOOMED}:
            if look.sizes is PHONE and size != ZOOMED:  # what is under the bar can be scrolled
                self._resize(page, (size[0], page.evaluate("document.documentElement.scrollHeight")))
            self._note(look, size, violations(page))

    def _note(self, look, where, found):
        self.wrong += [f"{look.path} {look.then or look.who} {where}: {one}" for one in found]

    def _keep(self, page, look, name):
        if PICTURES:
            place = look.path.strip("/").replace("/", "_").replace("?", "_") or "home"
            done = look.then.replace(" ", "_")
            page.screenshot(path=Path(PICTURES) / f"{place}-{look.who}-{done}-{name}.png", full_page=True)

    def _resize(self, page, size):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.evaluate(FRAMES)

    def _context(self, who):
        if who not in self._contexts:
            context = self._contexts[who] = self._browser.new_context(
                locale="fr-FR", timezone_id="Europe/Paris"
            )
            if who:
                name, value = session_of(self._world, who)
                context.add_cookies([{"name": name, "value": value, "url": self._address}])
        return self._contexts[who]

    def leave(self):
        for context in self._contexts.values():
            context.close()


def printed_badly(page):
    """Return what is wrong with a page on paper: keys and buttons nobody can press, or nothing to read."""
    pressed = page.locator(PRESSED).filter(visible=True)
    lost = page.locator("main li:not(nav *, [hidden] *, details *, .keys li)")
    text = [one for one in (pressed.nth(0).inner_text() if pressed.count() else "",) if one]
    rows = lost.count() - lost.filter(visible=True).count()
    return [f"prints the button {one!r}" for one in text] + ([f"{rows} rows are not printed"] if rows else [])


def wrong_of(browser, world, looks):
    """Return what is wrong with pages, a line each."""
    with serving(world.app) as address:
        visitor = Visitor(browser, world, address)
        for look in looks:
            visitor.visit(look)
        visitor.leave()
    return "\n".join(visitor.wrong)
