"""Triage on the desk: the caller's words, one question at a time, the level, what to say and do.

An answer carries the question it was given to, so that a key pressed on an old screen changes nothing. A
vital sign raises its alert in the same transaction, with what was answered as a sealed message to whoever
is on call first.
"""

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from telesec.calls import reads as reads_of_calls
from telesec.calls import service as calls
from telesec.calls.details import details_of, keep_details
from telesec.calls.rules import Beside
from telesec.desk.call import PATH
from telesec.desk.caught import passage
from telesec.desk.note import keep_note
from telesec.desk.pages import act, asked, typed_text
from telesec.desk.ports import DeskDeps
from telesec.desk.screen import CallScreen
from telesec.desk.vital import alert_at_once
from telesec.desk.wording import wording
from telesec.foundation.access import Permission
from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.patients import reads as patients
from telesec.patients.rules import Sex as AdministrativeSex
from telesec.practices import reads as practices
from telesec.triage import hearing, service
from telesec.triage import reads as triage
from telesec.triage.hearing import TickHeard
from telesec.triage.levels import Level
from telesec.triage.library import Library
from telesec.triage.patient import PatientFacts, Sex, Voice
from telesec.triage.protocol import Given
from telesec.triage.service import AnswerQuestion, RaiseLevel, StartTriage
from telesec.web.access import actor, requires

MAX_WORDS = 1_000
REPEATS = ("worse", "better")
NO_WORDS = say("Type the caller's own words, or choose a protocol.")
ASKED = {AdministrativeSex.FEMALE: Sex.FEMALE, AdministrativeSex.MALE: Sex.MALE}
SPEAKERS = {"beside": Beside.YES, "away": Beside.NO}
"""Who speaks for the patient, where the sheet says whether they are together."""

OLDEST, LONGEST_AGE = 120, 4
"""An age on the sheet: years at most, and digits."""


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Register the acts of triage."""
    _asking(pages, deps)
    _hearing(pages, deps)
    _reading(pages, deps)
    _ending(pages, deps)


def _asking(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post(f"{PATH}/triage/start")
    @requires(Permission.TRIAGE_RUN)
    def start_triage(practice_id: UUID, call_id: UUID) -> Response:
        def do(uow: UnitOfWork) -> None:
            words = _words(uow, deps.library, practice_id)
            facts, other = _facts(uow, deps.library, (practice_id, call_id))
            command = StartTriage(practice_id, facts, request.form.get("protocol", ""), words, call_id)
            text, seen = request.form.get("text", ""), request.form.get("seen", 0, int)
            keep_note(uow, (practice_id, call_id), text, seen)
            _keep_beside(uow, (practice_id, call_id))
            begun = calls.start_triage(uow, deps.library, command, another_reason=other)
            alert_at_once(uow, begun)

        return act(deps, (practice_id, call_id), do)

    @pages.post(f"{PATH}/triage/answer")
    @requires(Permission.TRIAGE_RUN)
    def answer_question(practice_id: UUID, call_id: UUID) -> Response:
        def do(uow: UnitOfWork) -> None:
            command = AnswerQuestion(_session(), request.form.get("question_id", ""), _given())
            alert_at_once(uow, service.answer(uow, deps.library, command))

        return act(deps, (practice_id, call_id), do)


def _hearing(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post(f"{PATH}/triage/heard")
    @requires(Permission.TRIAGE_RUN)
    def tick_heard(practice_id: UUID, call_id: UUID) -> Response:
        def do(uow: UnitOfWork) -> None:
            command = TickHeard(_session(), request.form.getlist("sign"))
            alert_at_once(uow, hearing.tick(uow, deps.library, command))

        return act(deps, (practice_id, call_id), do)

    @pages.post(f"{PATH}/triage/sign")
    @requires(Permission.TRIAGE_RUN)
    def turn_sign(practice_id: UUID, call_id: UUID) -> Response:
        def do(uow: UnitOfWork) -> None:
            told, taken_back = request.form.get("tick"), request.form.get("untick", "")
            if told:
                after = hearing.tick(uow, deps.library, TickHeard(_session(), [told]))
            else:
                after = hearing.untick(uow, deps.library, _session(), taken_back)
            alert_at_once(uow, after)

        return act(deps, (practice_id, call_id), do)

    @pages.post(f"{PATH}/triage/undo")
    @requires(Permission.TRIAGE_RUN)
    def undo_answer(practice_id: UUID, call_id: UUID) -> Response:
        def do(uow: UnitOfWork) -> None:
            hearing.undo(uow, deps.library, _session())

        return act(deps, (practice_id, call_id), do)


def _reading(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post(f"{PATH}/triage/told")
    @requires(Permission.TRIAGE_RUN)
    def read_out(practice_id: UUID, call_id: UUID) -> Response:
        def do(uow: UnitOfWork) -> None:
            hearing.read_out(uow, deps.library, _session())

        return act(deps, (practice_id, call_id), do, then=asked().view)

    @pages.get(f"{PATH}/triage/paper")
    @requires(Permission.TRIAGE_RUN)
    def triage_paper(practice_id: UUID, call_id: UUID) -> str:
        with deps.unit_of_work(actor()) as uow:
            screen = CallScreen(uow, deps, (practice_id, call_id), asked())
            if screen.triage is None:
                raise NotFound
            page = render_template("desk/paper.html", screen=screen, session=screen.triage)
            uow.commit()
        return page


def _ending(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post(f"{PATH}/triage/raise")
    @requires(Permission.TRIAGE_RUN)
    def raise_level(practice_id: UUID, call_id: UUID) -> Response:
        def do(uow: UnitOfWork) -> None:
            command = RaiseLevel(_session(), _level(), request.form.get("reason", ""))
            alert_at_once(uow, service.raise_level(uow, deps.library, command))

        return act(deps, (practice_id, call_id), do)

    @pages.post(f"{PATH}/triage/close")
    @requires(Permission.TRIAGE_RUN)
    def close_triage(practice_id: UUID, call_id: UUID) -> Response:
        def do(uow: UnitOfWork) -> None:
            alert_at_once(uow, service.close(uow, deps.library, _session()))

        return act(deps, (practice_id, call_id), do)


def _words(uow: UnitOfWork, library: Library, practice_id: UUID) -> str:
    """Return the caller's words; of a text that named a sign, the passage that names it.

    Raises:
        Refused: No protocol is chosen and nothing was typed, or only figures: a birth date typed into the
            wrong field asks for no triage; or more than a protocol's words may have (422).
    """
    named = request.form.get("named")
    words = passage(uow, library, practice_id, named, MAX_WORDS) if named else typed_text("words", MAX_WORDS)
    if not request.form.get("protocol") and not any(char.isalpha() for char in words):
        raise Refused("no_words", NO_WORDS, status=422, field="words")
    return words


def _keep_beside(uow: UnitOfWork, call: tuple[UUID, UUID]) -> None:
    """Keep whether who speaks is with the patient, where the form says who speaks."""
    voice = request.form.get("voice")
    if voice is not None:
        card = reads_of_calls.call(uow, *call)
        beside = SPEAKERS.get(voice, Beside.NOT_SAID)
        keep_details(uow, card, replace(details_of(card), beside=beside))


def _given() -> Given:
    given = request.form.get("answer", "")
    if given not in set(Given):
        raise Refused("no_answer", say("Choose an answer."), status=422, field="answer")
    return Given(given)


def _level() -> Level:
    level = request.form.get("level", "")
    if level not in set(Level):
        raise Refused("no_level", say("Choose a level."), status=422, field="level")
    return Level(level)


def _session() -> UUID:
    return request.form.get("session_id", type=UUID) or UUID(int=0)


def _facts(uow: UnitOfWork, library: Library, call: tuple[UUID, UUID]) -> tuple[PatientFacts, bool]:
    """Return what is known of the person, and whether they were asked if they call again for the same reason.

    The patient's own record comes first, what was ticked else.

    A form without those fields (other words, another meaning) is about the person asked about before.
    """
    form = request.form
    card = reads_of_calls.call(uow, *call)
    known = patients.patient(uow, call[0], card.patient_id) if card.patient_id else None
    months, sex = _typed_age(), form.get("sex", "")
    if known and known.birth_date:
        zone = practices.practice(uow, call[0]).time_zone
        months = wording(uow.actor.language, zone, uow.now()).age_months(known.birth_date)
    named = ASKED.get(known.sex) if known else None
    before = None if "voice" in form else triage.latest_of_call(uow, library, *call, redraw=True)
    if before is not None:
        kept = before.patient
        months = kept.age_months if months is None else months
        return replace(kept, age_months=months, sex=named or kept.sex), True
    facts = PatientFacts(
        age_months=months,
        sex=named or (Sex(sex) if sex in set(Sex) else None),
        pregnant={"yes": True, "no": False}.get(form.get("pregnant", "")),
        frail=form.get("frail") == "1" or None,
        immunosuppressed_or_asplenia=form.get("weak") == "1" or None,
        anticoagulant=form.get("thinner") == "1" or None,
        repeat_72h=form.get("repeat") in REPEATS,
        not_better=form.get("repeat") != "better",
        vulnerable=form.get("vulnerable") == "1",
        voice=Voice.YOU if form.get("voice") == Voice.YOU else Voice.SHE,
    )
    return facts, form.get("repeat") == "other"


def _typed_age() -> int | None:
    """Return the age in months, None when nobody said one.

    Raises:
        Refused: It is no age of a person (422).
    """
    written, unit = request.form.get("age", "").strip(), request.form.get("age_unit")
    if not written:
        return None
    years = unit != "months"
    if not (
        written.isdecimal() and len(written) <= LONGEST_AGE and int(written) <= OLDEST * (1 if years else 12)
    ):
        raise Refused(
            "no_age", say("Write an age from 0 to 120 years, or leave it empty."), status=422, field="age"
        )
    return int(written) * (12 if years else 1)
