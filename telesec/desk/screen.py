"""Everything one call's page shows, each part read when a template first asks for it.

The page and every part redrawn later use the same templates over this one reading. Nothing here speaks to
a calendar: slots come from the last readings; the fresh search is made by ``booking`` before this is opened.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from uuid import UUID

from telesec.accounts import reads as accounts
from telesec.alerts import reads as alerts
from telesec.alerts.reads import AlertDetail, AlertRow, Rung
from telesec.calls import reads as calls
from telesec.calls.details import CallDetails, details_alone, details_of
from telesec.calls.reads import CallCard, CallHead, DraftText
from telesec.calls.rules import CallState, DraftKind, Handover, Outcome
from telesec.desk.alert_text import alert_text
from telesec.desk.ports import DeskDeps
from telesec.desk.side import Side
from telesec.desk.told import Told
from telesec.desk.week import Ask, Grid, stretch
from telesec.desk.wording import Wording, wording
from telesec.foundation.access import Permission
from telesec.foundation.errors import NotFound
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.messages import reads as messages
from telesec.messages.reads import MessageCard
from telesec.patients import reads as patients
from telesec.patients.reads import CallerCard, PatientCard
from telesec.practices.reads import PracticeCard, PractitionerCard
from telesec.scheduling import offers, waiting_reads
from telesec.scheduling import reads as scheduling
from telesec.scheduling.offers import FindSlots, Offer
from telesec.scheduling.reads import AppointmentCard, HoldCard, TypeCard
from telesec.scheduling.rules import Status, bookable, reserved_from
from telesec.scheduling.waiting_reads import WaitingCard
from telesec.triage import reads as triage
from telesec.triage.levels import Level
from telesec.triage.protocol import Given, Question, Text
from telesec.triage.reads import ProtocolCard, SessionView

NEXT = {
    Level.DOCTOR_NOW: "alert",
    Level.SAME_DAY: "booking",
    Level.H48_72: "booking",
    Level.ROUTINE: "booking",
    Level.ADMIN: "message",
}
"""What acts on a level first; a message may stand in for an appointment nobody could offer."""
SHOWN_SLOTS = 9
MOST_KEPT = 2
"""How many types kept for urgent calls are searched for a slot before the usual one is offered."""


class CallScreen:
    """One call, for its page."""

    def __init__(self, uow: UnitOfWork, deps: DeskDeps, call: tuple[UUID, UUID], ask: Ask) -> None:
        self._uow, self._deps = uow, deps
        self.practice_id, self.call_id = call
        self.here = {"practice_id": self.practice_id, "call_id": self.call_id}
        self.ask = ask
        self.side = Side(uow)
        self._offered: dict[UUID, Offer] = {}

    @property
    def now(self) -> datetime:
        """The server's moment."""
        return self._uow.now()

    @cached_property
    def call(self) -> CallCard:
        """The call with greeting, instructions, earlier calls and drafts."""
        return calls.call(self._uow, self.practice_id, self.call_id)

    @cached_property
    def head(self) -> CallHead:
        """Where the call stands and whose it is, without opening it."""
        return calls.head(self._uow, self.practice_id, self.call_id)

    @cached_property
    def practice(self) -> PracticeCard:
        """The practice called."""
        card = self.side.practices.get(self.practice_id)
        if card is None:
            raise NotFound
        return card

    @cached_property
    def w(self) -> Wording:
        """How the reader reads this practice's times."""
        return wording(self._uow.actor.language, self.practice.time_zone, self.now)

    @property
    def mine(self) -> bool:
        """Whether the reader answered this call and may still act in it."""
        return self.head.secretary_id == self._uow.actor.person_id and self.head.state is CallState.OPEN

    @cached_property
    def handler(self) -> str:
        """Who answered, by name."""
        who = self.head.secretary_id
        return accounts.names(self._uow, [who]).get(who, "") if who else ""

    @cached_property
    def called_lately(self) -> bool:
        """Whether a symptom of this person was told within 72 hours, in another call."""
        return calls.earlier_calls_about(self._uow, self.practice_id, self.call_id) > 0

    @cached_property
    def line(self) -> str:
        """The line called, E.164; the practice's first one for a call opened by hand."""
        lines = self.practice.lines
        called = next((line.number for line in lines if line.id == self.head.line_id), "")
        return called or (lines[0].number if lines else "")

    @cached_property
    def details(self) -> CallDetails:
        """Who speaks, where they are, what was read back; without opening a call that nothing else opens."""
        opened = "call" in self.__dict__
        return details_of(self.call) if opened else details_alone(self._uow, self.practice_id, self.call_id)

    @cached_property
    def note(self) -> DraftText | None:
        """The note as last kept."""
        return self.call.drafts.get(DraftKind.NOTE)

    @cached_property
    def patient(self) -> PatientCard | None:
        """Whom the call is about, once chosen."""
        wanted = self.head.patient_id
        return patients.patient(self._uow, self.practice_id, wanted) if wanted else None

    @cached_property
    def callers(self) -> tuple[CallerCard, ...]:
        """Who has spoken for the patient before."""
        return patients.callers(self._uow, self.practice_id, self.patient.id) if self.patient else ()

    @cached_property
    def known(self) -> tuple[PatientCard, ...]:
        """Everybody met under the number that calls; a number may be shared."""
        number = self.call.from_number
        if not number or self.call.patient_id is not None:
            return ()
        return patients.search(self._uow, patients.SearchPatients(self.practice_id, phone=number))

    def people(self, ids: Sequence[str]) -> tuple[PatientCard, ...]:
        """Return patients by their ids: those a new one may be."""
        return tuple(patients.patients(self._uow, self.practice_id, [UUID(one) for one in ids]).values())

    @cached_property
    def triage(self) -> SessionView | None:
        """The newest triage of this call."""
        return triage.latest_of_call(self._uow, self._deps.library, self.practice_id, self.call_id)

    @property
    def level(self) -> Level | None:
        """The level reached so far, None before any triage."""
        return self.triage.level if self.triage else None

    @property
    def is_15(self) -> bool:
        """Whether the 15 takes the screen: reached, and not yet taken over by the 15."""
        session = self.triage
        if session is None or session.disposition is None or not self.mine:
            return False
        return session.level is Level.CALL15_NOW and self.details.handover is not Handover.DONE

    @cached_property
    def protocols(self) -> tuple[ProtocolCard, ...]:
        """What may be asked, in this practice's own states."""
        return triage.protocols(self._uow, self._deps.library, self.practice_id)

    @property
    def _questions(self) -> Mapping[str, Question]:
        return self.triage.library.questions if self.triage else {}

    def counts_as_yes(self, ref: str) -> bool:
        """Return whether "does not know" counts as yes for a question."""
        question = self._questions.get(ref)
        return question is not None and question.unknown_as is Given.YES

    def reasons(self) -> tuple[tuple[Text, Given | None], ...]:
        """Return the questions that carry the disposition with their answers, None for one not asked."""
        because = self.triage.disposition.because if self.triage and self.triage.disposition else ()
        given = dict(self.triage.answers) if self.triage else {}
        return tuple((self._questions[ref].text, given.get(ref)) for ref in because if ref in self._questions)

    @cached_property
    def told(self) -> Told:
        """What may be ticked as told already, and what the caller's words told by themselves."""
        return Told(self.triage)

    @property
    def next_act(self) -> str:
        """What the triage's result asks for next: alert, booking, message, read_out or outcome."""
        session = self.triage
        first = NEXT.get(session.level) if session and session.disposition else None
        done = {"alert": self.alerts, "booking": self.appointments, "message": self.messages}
        if first and not done[first] and not (first == "booking" and self.messages):
            return first
        return "outcome" if session and session.read_out_at else "read_out"

    def alert_text(self) -> str:
        """Return what an urgent message may begin with; empty before a triage's result."""
        return alert_text(self._uow, self.triage, self.call)

    def answered(self) -> tuple[tuple[Text, Given], ...]:
        """Return what was asked and answered, newest first."""
        given = reversed(self.triage.answers) if self.triage else ()
        return tuple((self._questions[ref].text, said) for ref, said in given if ref in self._questions)

    @cached_property
    def alerts(self) -> tuple[AlertRow, ...]:
        """The alerts this call raised, newest first."""
        return alerts.of_call(self._uow, self.practice_id, self.call_id)

    @cached_property
    def ladder(self) -> AlertDetail | None:
        """The newest alert with everything that was tried."""
        return alerts.alert(self._uow, self.alerts[0].id) if self.alerts else None

    @cached_property
    def rungs(self) -> tuple[Rung, ...]:
        """Who an alert raised now would try, in order."""
        return alerts.who_now(self._uow, self.practice_id)

    @property
    def order_of_call(self) -> str:
        """Names of those an alert raised now would try, in order."""
        return ", ".join(dict.fromkeys(self.doctor_name(rung.practitioner_id) for rung in self.rungs))

    @cached_property
    def messages(self) -> tuple[MessageCard, ...]:
        """What was filed from this call, newest first."""
        return messages.of_call(self._uow, self.practice_id, self.call_id)

    @cached_property
    def types(self) -> tuple[TypeCard, ...]:
        """What may be booked here; what is kept for urgent calls only when the level reached opens it.

        An appointment being moved stays of its type, so that one is here whatever the level.
        """
        every = scheduling.appointment_types(self._uow, self.practice_id)
        own = self.moving.appointment_type_id if self.moving else None
        return tuple(
            kind for kind in every if kind.id == own or not reserved_from(self.level_judged, kind.min_level)
        )

    @property
    def level_judged(self) -> Level | None:
        """The level a triage ended at, None before."""
        return self.level if self.triage and self.triage.disposition else None

    @cached_property
    def type(self) -> TypeCard | None:
        """The type chosen, or of the slot held; else one kept for calls as urgent, with a slot in time.

        Else the first one on which the level reached may be booked. What is moved stays of its type.
        """
        held = self.held.appointment_type_id if self.held else None
        wanted = self.moving.appointment_type_id if self.moving else self.ask.type_id or held
        chosen = next((kind for kind in self.types if kind.id == wanted), None)
        fitting = [kind for kind in self.types if bookable(self.level_judged, kind.max_level)]
        usual = [kind for kind in fitting if kind.min_level is None]
        return chosen or self._kept(fitting) or next(iter([*usual, *fitting, *self.types]), None)

    def _kept(self, fitting: Sequence[TypeCard]) -> TypeCard | None:
        """Return the type kept for the level reached, or a less urgent one, with a slot in time."""
        kept = [kind for kind in fitting if kind.min_level is not None][:MOST_KEPT]
        kept.sort(key=lambda kind: -kind.min_level.urgency if kind.min_level else 0)
        for kind in kept:
            offered = offers.offer(self._uow, self._wanted(kind))
            if offered.slots:
                self._offered[kind.id] = offered
                return kind
        return None

    def _wanted(self, kind: TypeCard) -> FindSlots:
        covers = stretch(self.ask, self.w)
        return FindSlots(
            self.practice_id,
            kind.id,
            covers.start,
            covers.until,
            self.ask.practitioner_id,
            self.level_judged,
            SHOWN_SLOTS,
            moving=self.moving is not None and self.moving.appointment_type_id == kind.id,
            whole_until=covers.end if self.ask.view == "booking" and self.choosing else None,
        )

    @property
    def slots_wanted(self) -> FindSlots | None:
        """What to search for: the type chosen, everybody who does it, the level reached."""
        return self._wanted(self.type) if self.type else None

    @cached_property
    def offer(self) -> Offer | None:
        """The first free slots from the last readings, with the calendars' lights."""
        wanted = self.slots_wanted
        if wanted is None:
            return None
        return self._offered.get(wanted.appointment_type_id) or offers.offer(self._uow, wanted)

    @cached_property
    def grid(self) -> Grid | None:
        """The week, or the day, of the slots offered; None where nothing may be offered."""
        if self.offer is None or self.offer.too_urgent or self.offer.reserved:
            return None
        return Grid(self.ask, self.w, self.offer, (h for h in self.holds if h.call_id != self.call_id))

    @cached_property
    def holds(self) -> tuple[HoldCard, ...]:
        """Slots held now at this practice, by anybody."""
        return scheduling.holds(self._uow, self.practice_id)

    @property
    def held(self) -> HoldCard | None:
        """The slot held for this call, the newest if several."""
        mine = [hold for hold in self.holds if hold.call_id == self.call_id]
        return max(mine, key=lambda hold: hold.held_since, default=None)

    @property
    def choosing(self) -> bool:
        """Whether the centre shows the week: nothing is held, and nothing stands that this call booked.

        What was refused or cancelled leaves the time to be chosen anew.
        """
        stands = any(card.status is not Status.CANCELLED for card in self.appointments)
        return self.held is None and (self.moving is not None or not stands)

    @cached_property
    def appointments(self) -> tuple[AppointmentCard, ...]:
        """What was booked, moved or cancelled in this call, last touched first."""
        touched = scheduling.appointments_of_call(
            self._uow,
            self.practice_id,
            self.call_id,
            patient_id=self.head.patient_id,
            since=self.head.answered_at if self.head.state is CallState.OPEN else None,
        )
        return touched[::-1]

    @cached_property
    def ahead(self) -> tuple[AppointmentCard, ...]:
        """The patient's appointments still ahead."""
        if self.patient is None:
            return ()
        return scheduling.appointments_of_patient(self._uow, self.practice_id, self.patient.id)

    @cached_property
    def waits(self) -> tuple[WaitingCard, ...]:
        """What the patient, or whoever has the number that calls, is on the waiting list for."""
        about = self.head
        return waiting_reads.waiting_for(self._uow, self.practice_id, about.patient_id, about.from_index)

    def w_of(self, card: WaitingCard) -> Wording:
        """Return how the reader reads the times of a thing waited for, without reading the practice."""
        return wording(self._uow.actor.language, card.time_zone, self.now)

    @property
    def moving(self) -> AppointmentCard | None:
        """The appointment being moved, if the reader asked to move one."""
        wanted = self.ask.moving_id
        return next((card for card in self.ahead if card.id == wanted), None) if wanted else None

    def doctor(self, practitioner_id: UUID | None) -> PractitionerCard | None:
        """Return a practitioner of this practice."""
        return self.practice.practitioner(practitioner_id) if practitioner_id else None

    def doctor_name(self, practitioner_id: UUID | None) -> str:
        """Return a practitioner's name; empty when they are not of this practice any more."""
        card = self.doctor(practitioner_id)
        return card.name if card else ""

    @property
    def held_doctor(self) -> str:
        """Whose slot is held for this call."""
        cards = self.offer.calendars if self.offer else ()
        held = self.held
        found = (card.practitioner_id for card in cards if held and card.schedule_id == held.schedule_id)
        return self.doctor_name(next(found, None))

    @property
    def likely_outcome(self) -> Outcome:
        """What the call most likely ends with, from what was done in it."""
        if self.details.handover is not Handover.NONE:
            return Outcome.EMERGENCY
        if self.alerts:
            return Outcome.ALERT
        if self.appointments:
            return Outcome.APPOINTMENT
        return Outcome.MESSAGE if self.messages else Outcome.INFORMATION

    def may(self, permission: Permission) -> bool:
        """Return whether the reader holds a permission here; for what is shown, never for what is done."""
        return permission in self._uow.actor.permissions_for(self.practice_id)
