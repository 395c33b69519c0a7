"""Every page of telesec, once for each state that looks different: what, whose, where, at which sizes.

A new page is one row here; a test refuses an address of the application that is in no row nor ``NO_PAGES``.
"""

from dataclasses import dataclass, replace

DESK = ((1366, 768), (1366, 650), (768, 1024), (320, 640))
PHONE = ((390, 844), (768, 1024), (320, 640))
WIDE = ((1366, 768), (768, 1024), (320, 640))
WALL = ((1920, 1080), (320, 640))


@dataclass(frozen=True)
class Look:
    """One state of one page.

    Args:
        endpoint: The address's name in the application.
        who: The person of the cast who reads it; empty for nobody.
        path: With the names of ``World.ids`` in braces.
        sizes: Widths and heights in CSS pixels, the usual one first.
        ready: What is on the screen once the page is whole.
        then: What the reader does next (``acts.ACTS``); empty for nothing.
        sheets: How many of A4 it prints on, at most; 0 where it may be as many as it says much.
    """

    endpoint: str
    who: str
    path: str
    sizes: tuple[tuple[int, int], ...] = WIDE
    ready: str = "main"
    then: str = ""
    sheets: int = 0


def _call(which: str, ready: str = "#slots", view: str = "") -> Look:
    tail = f"?view={view}" if view else ""
    return Look("desk.call", "ada", f"/desk/calls/{{lilas}}/{{{which}}}{tail}", DESK, ready)


def _opened(*views: str) -> tuple[Look, ...]:
    return tuple(_call("open", "#slots button", view) for view in views)


def _own(endpoint: str, path: str = "", who: str = "lune") -> Look:
    return Look(endpoint, who, f"/practice/{{lilas}}{path}")


DOOR = (
    Look("accounts.login", "", "/login"),
    Look("accounts.enrol_form", "", "/enrol/{link}"),
    Look("accounts.lock_screen", "locked", "/lock"),
    Look("accounts.own_sessions", "ada", "/account/sessions"),
    Look("no page at all", "ada", "/desk/nothing-here", ready="body"),
)
DESK_PAGES = (
    Look("desk.idle", "ada", "/desk", DESK, "#resume"),
    Look("desk.idle", "rested", "/desk", DESK, "h1"),
    Look("desk.bulletin", "ada", "/desk/bulletin", DESK, "#resume"),
    Look("desk.keys", "ada", "/desk/keys"),
    *_opened("triage", "patient", "booking", "waiting", "message", "alert", "callback", "outcome", "abuse"),
    _call("ringing", "#answer-here"),
    _call("asked", "button[name=answer][value=no]"),
    _call("judged", ".scale"),
    _call("vital", ".desk"),
    _call("booked", ".verdict", view="booking"),
    _call("told", "#slots", view="message"),
    _call("closed", "#slots"),
    _call("foreign", "#slots"),
    Look("desk.triage_paper", "ada", "/desk/calls/{lilas}/{judged}/triage/paper"),
    Look("desk.callback", "ada", "/desk/callbacks/{lilas}/{callback}", DESK),
    Look("desk.callback", "ada", "/desk/callbacks/{lilas}/{lost}", DESK),
    Look("desk.loop", "ada", "/desk/loops/{alert}", DESK),
)
PHONE_PAGES = (
    Look("phone.board", "lune", "/phone", PHONE),
    Look("phone.board", "iris", "/phone", PHONE),
    Look("phone.alert", "lune", "/phone/alerts/{alert}", PHONE),
    Look("phone.alert", "soleil", "/phone/alerts/{taken}", PHONE),
    Look("phone.inbox", "lune", "/phone/messages", PHONE),
    Look("phone.letter", "lune", "/phone/messages/{letter}", PHONE),
    Look("phone.day", "lune", "/phone/day", PHONE),
    Look("phone.offline", "", "/phone/offline", PHONE),
)
SUPERVISION = (
    Look("supervisor.board", "supervisor", "/supervisor"),
    Look("supervisor.alert", "supervisor", "/supervisor/alerts/{red}"),
    Look("supervisor.people", "supervisor", "/supervisor/people"),
    Look("supervisor.person", "supervisor", "/supervisor/people/{nour}"),
    Look("supervisor.bulletin", "supervisor", "/supervisor/bulletin"),
    Look("supervisor.notice", "supervisor", "/supervisor/bulletin/{notice}"),
    Look("wall.wall", "supervisor", "/wall", WALL),
    Look("training.choose", "ada", "/training"),
    Look("training.call", "ada", "/training/signes_avc/1"),
)
PRACTICE = (
    Look("practice_page.choose", "supervisor", "/practice"),
    _own("practice_page.page"),
    _own("protocols.listing", "/protocols"),
    _own("protocols.one", "/protocols/signes_avc"),
    _own("protocols.edit", "/protocols/signes_avc/edit"),
    _own("protocols.add", "/protocols/signes_avc/add"),
    _own("protocols.review", "/protocols/signes_avc/sign"),
    _own("protocols.report", "/triage-report"),
    Look("onboarding.choose", "supervisor", "/onboarding"),
    Look("onboarding.checklist", "supervisor", "/onboarding/{lilas}"),
    Look("onboarding.imports", "supervisor", "/onboarding/{lilas}/import"),
    Look("onboarding.one_import", "supervisor", "{import}"),
)


def _state(which: str, ready: str, view: str = "", then: str = "", **more: object) -> Look:
    return replace(_call(which, ready, view), then=then, sheets=1, **more)  # type: ignore[arg-type]


STATES = (
    Look("desk.idle", "ada", "/desk", DESK, "#bulletin li"),
    Look("desk.bulletin", "ada", "/desk/bulletin", DESK, "#resume li"),
    Look("supervisor.bulletin", "supervisor", "/supervisor/bulletin"),
    Look("supervisor.bulletin", "supervisor", "/supervisor/bulletin", then="refused notice"),
    _state("waits", "#waits li:nth-child(2)", "waiting"),
    Look("desk.callback", "ada", "/desk/callbacks/{lilas}/{offered}", DESK),
    Look("desk.conflict", "ada", "/desk/conflicts/{lilas}/{conflict}", DESK),
    _own("practice_page.page"),
    Look("desk.call", "ada", "/desk/calls/{glycines}/{wide}?view=booking", DESK, "#week .cellslot"),
    Look(
        "desk.call", "ada", "/desk/calls/{glycines}/{wide}?view=booking", DESK, "#week .cellslot", "one day"
    ),
    Look("desk.call", "ada", "/desk/calls/{glycines}/{wide}", DESK, "#slots button"),
    _state("amber-light", ".verdict-wait", "booking"),
    _state("amber-light", ".light-wait"),
    _state("red-light", ".light-bad", "booking"),
    _state("red-light", ".light-bad"),
    _state("open", "#search .results li:nth-child(5)", "patient"),
    _state("open", "#search .results li", "patient", "searched"),
    _state("open", "#search", "patient", "a twin registered"),
    _state("open", ".tags li"),
    _state("open", "#slots button", "message", "cut off"),
    Look("desk.idle", "rested", "/desk", DESK, "h1", "cut off"),
    _state("open", "#slots button", "message", "locked in mid-call", who="locking"),
    Look("no page at all", "ada", "/broken", ready="body"),
)
SILENCE = (
    _state("open", "#week .mute", "booking"),
    _state("open", "#slots .wait"),
    Look("desk.idle", "ada", "/desk", DESK, "#calendars .wait"),
)
ENGLISH = (
    Look("wall.wall", "supervisor", "/wall", WALL),
    Look("supervisor.board", "supervisor", "/supervisor"),
    Look("supervisor.alert", "supervisor", "/supervisor/alerts/{red}"),
    Look("supervisor.bulletin", "supervisor", "/supervisor/bulletin"),
    Look("phone.board", "lune", "/phone", PHONE),
    Look("phone.alert", "lune", "/phone/alerts/{alert}", PHONE),
    Look("phone.inbox", "lune", "/phone/messages", PHONE),
    Look("phone.day", "lune", "/phone/day", PHONE),
    _own("practice_page.page"),
    _call("judged", ".scale"),
)
TABLE = {
    "door": DOOR,
    "desk": DESK_PAGES,
    "phone": PHONE_PAGES,
    "supervision": SUPERVISION,
    "practice": PRACTICE,
    "states": STATES,
    "silence": SILENCE,
    "english": ENGLISH,
}

NO_PAGES = {
    "assets.asset": "a file",
    "healthz": "for machines",
    "readyz": "for machines",
    "metrics": "for machines",
    "desk.home": "leads to somebody's own first page",
    "desk.side_part": "a part of a page in the table",
    "desk.call_part": "a part of a page in the table",
    "desk.fresh_slots": "a part of a page in the table",
    "desk.draft": "read by the note's script",
    "desk.stream": "an event stream",
    "locked.stream": "an event stream",
    "phone.changed": "asks whether something changed",
    "phone.alert_changed": "asks whether something changed",
    "phone.manifest": "for the phone's own system",
    "phone.worker": "a script",
    "wall.board": "a part of a page in the table",
    "onboarding.model": "a file",
    "onboarding.faults": "a file",
}
