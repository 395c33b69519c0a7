"""What the demo begins with."""

from uuid import UUID

from telesec.accounts import bulletin_reads
from telesec.accounts import reads as people
from telesec.foundation.access import Actor, Purpose, Role, system_actor
from telesec.scheduling.ports import CalendarAddress
from telesec.testing.demo.people import NOTICE
from telesec.testing.demo.seed import seed


class Nowhere:
    """Stands for the demo's calendar servers, which nothing reads here."""

    def address(self, kind, person):
        return CalendarAddress(kind, f"http://127.0.0.1:1/{person.key}", "demo", "secret")


def test_the_desk_has_one_notice_to_read(deps):
    told = seed(deps, Nowhere())
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        ada = people.person_by_email(uow, "ada@telesec.example")
    where = {UUID(practice["id"]): Role.SECRETARY for practice in told["practices"]}

    with deps.unit_of_work(Actor(Role.SECRETARY, ada.id, where)) as uow:
        found = bulletin_reads.standing_now(uow)

    assert [(one.text, one.unread, one.author) for one in found] == [(NOTICE, True, "Rose")]
