"""One call's page at its own address: looked at, its parts, drafts, facts said on the way, its end."""

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from telesec.accounts import breaks
from telesec.calls import dropped, gone
from telesec.calls import reads as reads_of_calls
from telesec.calls import service as calls
from telesec.calls.details import MAX_FIELD, CallDetails, details_of, keep_details
from telesec.calls.rules import Beside, DraftKind, Handover, Outcome
from telesec.calls.service import SaveDraft
from telesec.desk import after_alert
from telesec.desk.caught import ask_first
from telesec.desk.pages import QUEUE, act, asked, call_page, typed_text
from telesec.desk.ports import DeskDeps
from telesec.desk.screen import CallScreen
from telesec.desk.search import search_now
from telesec.desk.undo import Act, Done
from telesec.foundation.access import Permission
from telesec.foundation.errors import NotFound, Refused, Stale
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.numbers import needed_e164
from telesec.scheduling import service as scheduling
from telesec.web.access import actor, requires

PARTS = {
    "call-head": "desk/_call_head.html",
    "instructions": "desk/_instructions.html",
    "on-call": "desk/_on_call.html",
    "slots": "desk/_slots_fresh.html",
    "waits": "desk/_waits.html",
    "light": "desk/_light_part.html",
    "ladder": "desk/_ladder.html",
}
QUIET = frozenset({Outcome.INFORMATION, Outcome.MESSAGE, Outcome.APPOINTMENT})
"""Ends that nobody hurries after: a note left behind is read for red flags."""
PATH = "/desk/calls/<uuid:practice_id>/<uuid:call_id>"


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Register the page and what belongs to the call itself."""
    _looks(pages, deps)
    _acts(pages, deps)
    _dropping(pages, deps)
    _ending(pages, deps)


def _looks(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.get(PATH)
    @requires(Permission.CALL_HANDLE)
    def call(practice_id: UUID, call_id: UUID) -> Response:
        if asked().view == "booking" and not request.headers.get("HX-Request"):
            search_now(deps, (practice_id, call_id))
        return call_page(deps, (practice_id, call_id), asked())

    @pages.get(f"{PATH}/parts/<name>")
    @requires(Permission.CALL_HANDLE)
    def call_part(practice_id: UUID, call_id: UUID, name: str) -> str:
        template = PARTS.get(name)
        if template is None:
            raise NotFound
        with deps.unit_of_work(actor()) as uow:
            screen = CallScreen(uow, deps, (practice_id, call_id), asked())
            return render_template(template, screen=screen, side=screen.side)

    @pages.get(f"{PATH}/draft")
    @requires(Permission.CALL_HANDLE)
    def draft(practice_id: UUID, call_id: UUID) -> Response:
        with deps.unit_of_work(actor()) as uow:
            kept = reads_of_calls.call(uow, practice_id, call_id).drafts.get(DraftKind.NOTE)
        token = g.get("csrf_token", "")
        return jsonify(text=kept.text if kept else "", version=kept.version if kept else 0, token=token)


def _acts(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post(f"{PATH}/draft")
    @requires(Permission.CALL_HANDLE)
    def save_draft(practice_id: UUID, call_id: UUID) -> AnyResponse:
        text, seen = request.form.get("text", ""), request.form.get("seen", 0, int)
        try:
            with deps.unit_of_work(actor()) as uow:
                saved = calls.save_draft(uow, SaveDraft(practice_id, call_id, DraftKind.NOTE, text, seen))
                screen = CallScreen(uow, deps, (practice_id, call_id), asked())
                at = screen.w.second(saved.saved_at)
                uow.commit()
        except Stale:
            return make_response(jsonify(code="stale"), 409)
        return jsonify(version=saved.version, at=at)

    @pages.post(f"{PATH}/alive")
    @requires(Permission.CALL_HANDLE)
    def alive(practice_id: UUID, call_id: UUID) -> Response:
        with deps.unit_of_work(actor()) as uow:
            scheduling.touch_holds(uow, practice_id, call_id)
            uow.commit()
        return Response(status=204)

    @pages.post(f"{PATH}/details")
    @requires(Permission.CALL_HANDLE)
    def keep(practice_id: UUID, call_id: UUID) -> AnyResponse:
        def do(uow: UnitOfWork) -> None:
            card = reads_of_calls.call(uow, practice_id, call_id)
            before = details_of(card)
            after = _changed(before)
            keep_details(uow, card, after)
            after_alert.tell_more(uow, deps.library, (practice_id, call_id), before, after)

        return act(deps, (practice_id, call_id), do, then=asked().view)


def _dropping(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post(f"{PATH}/dropped")
    @requires(Permission.CALL_HANDLE)
    def line_dropped(practice_id: UUID, call_id: UUID) -> AnyResponse:
        def do(uow: UnitOfWork) -> None:
            if gone.gone(uow, practice_id, call_id):
                dropped.call_back(uow, deps.library, practice_id, call_id)

        return act(deps, (practice_id, call_id), do, then=asked().view)


def _ending(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post(f"{PATH}/close")
    @requires(Permission.CALL_HANDLE)
    def close(practice_id: UUID, call_id: UUID) -> AnyResponse:
        rests = (request.form.get("outcome"), request.form.get("rest")) == (Outcome.ABUSE, "1")

        def do(uow: UnitOfWork) -> Done:
            outcome = _outcome()
            if outcome is Outcome.HUNG_UP:
                dropped.call_back(uow, deps.library, practice_id, call_id)
            if outcome in QUIET:
                note = reads_of_calls.call(uow, practice_id, call_id).drafts.get(DraftKind.NOTE)
                ask_first(uow, deps.library, (practice_id, call_id), note.text if note else "")
            calls.close(uow, practice_id, call_id, outcome)
            if rests:
                breaks.begin(uow)
            return Done(Act.ABUSE if rests else Act.CLOSE, practice_id, call_id, call_id)

        return act(deps, (practice_id, call_id), do, then=QUEUE)


def _changed(details: CallDetails) -> CallDetails:
    """Return the facts with what the form said; a field it does not carry stays."""
    form = request.form
    handover, beside = form.get("handover", ""), form.get("beside", details.beside)
    address = typed_text("address", MAX_FIELD, details.address)
    same = address == details.address
    return replace(
        details,
        caller_name=typed_text("caller_name", MAX_FIELD, details.caller_name),
        relation=typed_text("relation", MAX_FIELD, details.relation),
        address=address,
        address_read_back=form.get("address_read_back") == "1" or (details.address_read_back and same),
        handover=Handover(handover) if handover in set(Handover) and handover else details.handover,
        beside=Beside(beside) if beside in set(Beside) else details.beside,
        patient_phone=_patient_phone(details.patient_phone),
    )


def _patient_phone(before: str) -> str:
    """Return where the patient answers, E.164; what stands when the form does not carry it.

    Raises:
        Refused: It is no telephone number (422).
    """
    typed = request.form.get("patient_phone", before).strip()
    return needed_e164(typed, "patient_phone") if typed else ""


def _outcome() -> Outcome:
    chosen = request.form.get("outcome", "")
    if chosen not in set(Outcome):
        raise Refused("no_outcome", say("Choose how the call ended."), status=422, field="outcome")
    return Outcome(chosen)
