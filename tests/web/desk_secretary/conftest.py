"""A secretary's browser on the whole application, over a practice that can be booked and reached."""

import re
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import event

from telesec.app import create_app
from telesec.calls import service as calls
from telesec.calls.service import OpenCall, Ring
from telesec.foundation.access import Purpose, system_actor
from telesec.practices import reads as practices
from telesec.testing.bookable import House
from telesec.testing.calendars import FakeCalendars
from telesec.testing.cast import BRUNO_PHONE
from telesec.testing.logins import Browser, browser_as
from telesec.testing.on_call import order_without_numbers
from telesec.triage import service as triage


@dataclass(frozen=True)
class Desk:
    """Ada at her desk: her browser, the practice, and what she reads."""

    house: House
    browser: Browser
    call: tuple[UUID, UUID]

    def url(self, tail: str = "") -> str:
        practice_id, call_id = self.call
        return f"/desk/calls/{practice_id}/{call_id}{tail}"

    def page(self, view: str = "") -> str:
        answer = self.browser.get(self.url(f"?view={view}"))
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, tail: str, form=None):
        return self.browser.post(self.url(tail), form)

    def hidden(self, name: str, view: str = "") -> str:
        """Return the value of a hidden field on the page."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page(view))
        assert found, name
        return found[1]

    def answer(self, given: str):
        form = {name: self.hidden(name) for name in ("session_id", "question_id")}
        return self.post("/triage/answer", {**form, "answer": given})

    def register(self, **more):
        typed = {"family_name": "Lilas", "given_name": "Zoé", "birth_date": "14/03/1951", "sex": "female"}
        return self.post("/patient/register", {**typed, "view": "patient", **more})


@pytest.fixture
def calendars(clock):
    return FakeCalendars(clock.now)


@pytest.fixture
def house(deps, cast, calendars):
    built = House.build(deps, cast, calendars, "memory:lune", lanes=1, rules=True)
    with built.deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        order_without_numbers(uow, cast.lilas, (cast.dr_lune_id, cast.dr_soleil_id))
        uow.commit()
    return built


@pytest.fixture
def asked(house):
    """Every statement the application sends from now on."""
    found: list[str] = []
    event.listen(
        house.deps.database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: found.append(statement),
    )
    return found


@pytest.fixture
def app(house):
    built = create_app(house.deps)
    built.error_handler_spec[None][None].pop(Exception)  # a defect fails its test, with its traceback
    return built


@pytest.fixture
def log_in(house, app):
    return lambda actor: browser_as(house.deps, app, actor)


@pytest.fixture
def ada(log_in, cast):
    return log_in(cast.ada)


@pytest.fixture
def adopted(house, cast):
    doctor = cast.dr_lune
    with house.deps.unit_of_work(doctor) as uow:
        card = practices.practice(uow, cast.lilas).practitioner(cast.dr_lune_id)
        if card is not None and card.speaks_for:
            triage.adopt_reference_set(uow, house.deps.library, cast.lilas)
        uow.commit()


@pytest.fixture
def desk(house, ada, cast):
    """A call from Bruno's number that Ada has answered."""
    with house.deps.unit_of_work(cast.ada) as uow:
        call = calls.open_call(uow, OpenCall(cast.lilas, from_number=BRUNO_PHONE))
        uow.commit()
    return Desk(house, ada, call)


@pytest.fixture
def ring(house, cast):
    """Let a call ring at a practice and return its id."""

    def make(practice_id=None, name="CA1", number=BRUNO_PHONE):
        practice = practice_id or cast.lilas
        with house.deps.unit_of_work(system_actor(Purpose.SETUP, practice)) as uow:
            line = practices.practice(uow, practice).lines[0]
            call_id = calls.ring(uow, Ring(practice, line.id, name, number))
            uow.commit()
        return practice, call_id

    return make
