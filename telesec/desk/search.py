"""The live search for slots: whatever calendar was not read just now is read, before the page is made."""

from telesec.desk.pages import CallKey, asked
from telesec.desk.ports import DeskDeps
from telesec.desk.screen import CallScreen
from telesec.scheduling import flow
from telesec.web.access import actor


def search_now(deps: DeskDeps, call: CallKey) -> None:
    """Read again whatever calendar the search on this page needs and was not read just now."""
    with deps.unit_of_work(actor()) as uow:
        wanted = CallScreen(uow, deps, call, asked()).slots_wanted
    if wanted is not None:
        flow.find_slots(deps, actor(), wanted)
