"""Two practices with one of everything, so that what crosses from one to the other can be seen."""

import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from telesec.accounts import bulletin
from telesec.accounts.bulletin import WriteNotice
from telesec.alerts import flow as alert_flow
from telesec.alerts.contacts import AddContact, add_contact, set_on_call
from telesec.alerts.rules import ChannelKind
from telesec.callbacks import service as callbacks
from telesec.callbacks.service import OpenCallback
from telesec.calls import service as calls
from telesec.calls.rules import Source
from telesec.calls.service import OpenCall, Ring
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.ids import new_id
from telesec.messages import service as messages
from telesec.messages.service import FileMessage
from telesec.onboarding import service as imports
from telesec.onboarding.columns import ImportKind
from telesec.onboarding.service import HandIn
from telesec.practices import reads as practices
from telesec.practices import service as practices_service
from telesec.practices.service import SetAbsence, WriteInstruction
from telesec.scheduling import flow as scheduling
from telesec.scheduling import service as holds
from telesec.scheduling import waiting, waiting_offers
from telesec.scheduling.intervals import Interval
from telesec.scheduling.rules import ConflictKind
from telesec.scheduling.waiting import JoinWaitingList
from telesec.testing.bookable import NINE, House
from telesec.testing.calendars import FakeCalendars
from telesec.testing.cast import DR_LUNE_PHONE
from telesec.testing.logins import known
from telesec.testing.on_call import lilas_phones, with_phones
from telesec.triage.levels import Level
from telesec.triage.patient import PatientFacts
from telesec.triage.service import StartTriage

sys.path.insert(0, str(Path(__file__).parent))
FAR = timedelta(days=30)


@dataclass(frozen=True)
class Home:
    """One practice: ids of one of everything it has."""

    practice_id: UUID
    practitioner_id: UUID
    house: House
    line: str
    provider_call: str
    call_id: UUID
    triage_id: UUID
    message_id: UUID
    alert_id: UUID
    callback_id: UUID
    conflict_id: UUID
    appointment_id: UUID
    patient_id: UUID | None
    claim_id: UUID
    instruction_id: UUID
    absence_id: UUID
    contact_id: UUID
    notice_id: UUID
    entry_id: UUID


def furnish(deps, cast, calendars, name):
    """Put one of everything into a practice, by the services its people use."""
    house = House.build(deps, cast, calendars, f"memory:{name}", lanes=1, rules=True)
    practice_id = cast.lilas
    with deps.unit_of_work(cast.ada) as uow:
        line = practices.practice(uow, practice_id).lines[0]
    with deps.unit_of_work(system_actor(Purpose.RECEIVE_CALLS, practice_id)) as uow:
        calls.ring(uow, Ring(practice_id, line.id, f"call-{name}", "+33639980010"))
        uow.commit()
    with deps.unit_of_work(cast.supervisor) as uow:
        add_contact(
            uow, AddContact(practice_id, cast.dr_lune_id, ChannelKind.SMS, DR_LUNE_PHONE, verified=True)
        )
        set_on_call(uow, practice_id, [cast.dr_lune_id])
        contact_id = add_contact(
            uow, AddContact(practice_id, cast.dr_lune_id, ChannelKind.VOICE, DR_LUNE_PHONE)
        )
        _, call_id = calls.open_call(uow, OpenCall(practice_id, "", "+33639980010", Source.API))
        asked = StartTriage(practice_id, PatientFacts(), "", "mal à la poitrine", call_id)
        triage = calls.start_triage(uow, deps.library, asked)
        filed = messages.file_message(
            uow,
            FileMessage(
                practice_id, cast.dr_lune_id, Level.DOCTOR_NOW, "Zoé a mal.", "+33639980010", call_id=call_id
            ),
        )
        instruction_id = practices_service.write_instruction(
            uow, WriteInstruction(practice_id, "Renouvellement sur rendez-vous.", "Dr Lune")
        )
        absence_id = practices_service.set_absence(
            uow, SetAbsence(practice_id, NINE + FAR, NINE + FAR * 2, "Dr Lune")
        )
        imports.hand_in(uow, HandIn(practice_id, ImportKind.PATIENTS, b"Nom;Sexe\nLilas;F\n"))
        callback_id = callbacks.open_callback(uow, OpenCallback(practice_id, "+33639980010", NINE))
        entry_id = waiting.join(
            uow, JoinWaitingList(practice_id, house.type_id, "+33639980010", (NINE + FAR).date())
        )
        waiting_offers.came_free(uow, practice_id, house.schedule_id, Interval(NINE + FAR, NINE + FAR * 2))
        uow.commit()
    booked = scheduling.book(house.deps, cast.ada, house.booking(house.offer().slots[0].start))
    house.fake.lose_reply()
    scheduling.book(house.deps, cast.ada, house.booking(house.offer().slots[1].start))
    with deps.unit_of_work(cast.ada) as uow:
        held = holds.hold(uow, house.slot(house.offer().slots[2].start))
        uow.commit()
    return Home(
        practice_id,
        cast.dr_lune_id,
        house,
        line.number,
        f"call-{name}",
        call_id,
        triage.id,
        filed.id,
        filed.alert_id,
        callback_id,
        house.dispute(booked, ConflictKind.VANISHED),
        booked.id,
        booked.patient_id,
        held.claim_id,
        instruction_id,
        absence_id,
        contact_id,
        write_notice(deps, cast.supervisor, practice_id),
        entry_id,
    )


def write_notice(deps, supervisor, practice_id):
    """Write a notice at one practice only, by one who supervises no other."""
    alone = replace(supervisor, person_id=new_id(), memberships={practice_id: supervisor.role})
    with deps.unit_of_work(alone) as uow:
        known(uow, alone)
        notice_id = bulletin.write(uow, WriteNotice("Deux renforts.", uow.now() + timedelta(days=1)))
        uow.commit()
    return notice_id


@pytest.fixture
def calendars(clock):
    return FakeCalendars(clock.now)


@pytest.fixture
def furnished(deps, calendars):
    """The same parts, with calendars in memory and a limit of requests no sweep of routes reaches."""
    free = deps.settings.model_copy(update={"api_requests_per_minute": 1_000_000})
    return with_phones(deps, lilas_phones()).with_parts(calendars=calendars, settings=free)


@pytest.fixture
def homes(furnished, cast, calendars):
    """Lilas and Glycines, each with one of everything; the alerts' first attempts wait to be sent."""
    elsewhere = replace(cast, lilas=cast.glycines, dr_lune_id=cast.dr_iris_id, dr_lune=cast.dr_iris)
    both = (furnish(furnished, cast, calendars, "lune"), furnish(furnished, elsewhere, calendars, "iris"))
    alert_flow._advance_due(furnished)
    return both


@pytest.fixture
def rows_of(postgres):
    """What tells whether anything of a practice changed: a fingerprint of its rows, table by table."""
    columns = (
        "select table_schema, table_name from information_schema.columns"
        " where column_name = 'practice_id' and table_schema in ('public', 'vault') order by 1, 2"
    )

    def fingerprint(practice_id):
        with postgres.admin("telesec_test") as admin:
            return {
                name: admin.execute(
                    f"select md5(string_agg(t::text, '|' order by t::text)) from {schema}.{name} t"
                    " where practice_id = %s",
                    (practice_id,),
                ).fetchone()
                for schema, name in admin.execute(columns).fetchall()
            }

    return fingerprint
