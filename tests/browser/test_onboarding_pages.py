"""Pages of day one in real Chromium, light and dark, with axe, and at the width of a phone."""

import os
from pathlib import Path

import pytest

from telesec.desk import practice_routes, protocol_routes, supervisor_routes, wall_routes
from telesec.onboarding import routes, service
from telesec.onboarding.columns import ImportKind
from telesec.onboarding.service import HandIn, RunImport
from telesec.testing.bookable import House
from telesec.testing.browser import serving, violations
from telesec.testing.calendars import FakeCalendars
from telesec.testing.on_call import lilas_phones, put_on_call, with_phones
from telesec.testing.pages import page_app

ROOMS = tuple(
    room.blueprint for room in (routes, practice_routes, protocol_routes, supervisor_routes, wall_routes)
)
PICTURES = os.environ.get("TELESEC_PICTURES", "")
FILE = (
    "Nom;Prénom;Date de naissance;Téléphone\nLilas;Zoé;14/07/1946;0639980010\nLilas;Zoe;14/07/1946;\n"
    "Lylas;Zoé;14/07/1946;\nLune;Ana;hier;12\n"
)


@pytest.fixture
def paths(deps, cast, clock):
    """A practice halfway through its day one, with a draft and an import done; name → address."""
    House.build(deps, cast, FakeCalendars(clock.now), "https://agenda.exemple/lune", lanes=1, rules=True)
    put_on_call(deps, cast)
    with deps.unit_of_work(cast.supervisor) as uow:
        draft, done = (
            service.hand_in(uow, HandIn(cast.lilas, ImportKind.PATIENTS, FILE.encode())) for _ in range(2)
        )
        service.run(uow, RunImport(cast.lilas, done, 1, leave_out=True))
        uow.commit()
    here = f"/onboarding/{cast.lilas}"
    return {
        "choose": "/onboarding",
        "checklist": here,
        "imports": f"{here}/import",
        "draft": f"{here}/import/{draft}",
        "done": f"{here}/import/{done}",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_no_fault_axe_finds(browser, deps, cast, paths, clock, scheme):
    wrong = []
    deps = with_phones(deps.with_parts(calendars=FakeCalendars(clock.now)), lilas_phones())
    with serving(page_app(deps, cast.supervisor, *ROOMS)) as address:
        for name, path in paths.items():
            page = browser.new_page(
                viewport={"width": 1366, "height": 768}, color_scheme=scheme, locale="fr-FR"
            )
            page.goto(address + path)
            wrong += [f"{name}: {one}" for one in violations(page)]
            if PICTURES:
                page.screenshot(path=Path(PICTURES) / f"onboarding-{name}-{scheme}.png", full_page=True)
            page.set_viewport_size({"width": 320, "height": 700})
            wide = page.evaluate("document.documentElement.scrollWidth")
            wrong += [f"{name}: {wide} wide at 320"] if wide > 320 else []
            page.close()

    assert wrong == []
