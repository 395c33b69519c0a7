"""``GET /api/v1/practices`` and ``/api/v1/practices/{id}``: a practice with what it offers to book."""

from contextlib import AbstractContextManager
from typing import Protocol
from uuid import UUID

from flask_openapi3 import APIBlueprint

from telesec.desk.schemas import PracticeList, PracticeOut, PracticePath, PracticesQuery
from telesec.foundation.access import Actor, Permission
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices import reads as practices
from telesec.scheduling import reads as scheduling
from telesec.scheduling.reads import Catalogue
from telesec.web.access import actor, requires


class PracticesDeps(Protocol):
    """The parts these routes need."""

    def unit_of_work(self, actor: Actor) -> AbstractContextManager[UnitOfWork]:
        """Open a transaction for an actor."""
        ...


def blueprint(deps: PracticesDeps) -> APIBlueprint:
    """Return the routes of this room's API."""
    api = APIBlueprint("desk_api", __name__, url_prefix="/api/v1", abp_security=[{"token": []}])

    @api.get("/practices", summary="Practices served, by name", responses={200: PracticeList})
    @requires(Permission.PRACTICE_READ)
    def list_practices(query: PracticesQuery) -> dict[str, object]:
        with deps.unit_of_work(actor()) as uow:
            cards, catalogues = practices.practices(uow), scheduling.catalogues(uow)
        first = _position([card.id for card in cards], query.cursor)
        shown, rest = cards[first : first + query.limit], cards[first + query.limit :]
        items = [PracticeOut.of(card, catalogues[card.id]) for card in shown]
        return PracticeList(items=items, next_cursor=shown[-1].id if rest else None).model_dump(mode="json")

    @api.get("/practices/<string:practice_id>", summary="One practice", responses={200: PracticeOut})
    @requires(Permission.PRACTICE_READ)
    def look(path: PracticePath) -> dict[str, object]:
        with deps.unit_of_work(actor()) as uow:
            card = practices.practice(uow, path.practice_id)
            types = scheduling.appointment_types(uow, path.practice_id)
            lights = scheduling.calendars(uow, path.practice_id)
        return PracticeOut.of(card, Catalogue(types, lights)).model_dump(mode="json")

    return api


def _position(ids: list[UUID], cursor: UUID | None) -> int:
    """Return where a page starts: after the practice the last page ended with."""
    if cursor is None:
        return 0
    if cursor not in ids:
        raise Refused(
            "bad_cursor", say("This page mark is not valid. Start again at the first page."), status=422
        )
    return ids.index(cursor) + 1
