"""Training: simulated callers answered as on the sheet, then a scored replay; no record is touched."""

import json
import secrets
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from telesec.desk import training_looks
from telesec.desk.ports import DeskDeps
from telesec.desk.protocol_reads import place
from telesec.foundation.access import Permission
from telesec.foundation.errors import NotFound
from telesec.triage import training
from telesec.triage.protocol import Given
from telesec.triage.training import MOST_ANSWERS, Caller
from telesec.web.access import actor, requires

PATH = "/training/<code>/<int:number>"


def blueprint(deps: DeskDeps) -> Blueprint:
    """Return the pages of training."""
    pages = Blueprint("training", __name__)

    @pages.get("/training")
    @requires(Permission.PROTOCOL_READ)
    def choose() -> str:
        language = actor().language
        held = [protocol for protocol in deps.library.protocols if protocol.cases]
        held.sort(key=lambda protocol: place(protocol, language))
        return render_template("desk/training/choose.html", held=held, language=language)

    @pages.post("/training")
    @requires(Permission.PROTOCOL_READ)
    def anybody() -> Response:
        all_ = [
            (held.code, place) for held in deps.library.protocols for place in range(1, len(held.cases) + 1)
        ]
        code, number = secrets.choice(all_)
        return redirect(url_for("training.call", code=code, number=number), code=303)

    @pages.get(PATH)
    @requires(Permission.PROTOCOL_READ)
    def call(code: str, number: int) -> str:
        return _page(deps, _caller(deps, code, number), (), deps.clock.now())

    @pages.post(PATH)
    @requires(Permission.PROTOCOL_READ)
    def answer(code: str, number: int) -> str:
        given = _given(request.form.get("given", ""))
        said, ref = request.form.get("answer", ""), request.form.get("question_id", "")
        if said in set(Given):
            given = (*given, (ref, Given(said)))
        return _page(
            deps, _caller(deps, code, number), given, _started(deps, request.form.get("started", ""))
        )

    return pages


def _page(deps: DeskDeps, who: Caller, given: tuple[tuple[str, Given], ...], started: datetime) -> str:
    """Show the next question, or how the call went."""
    played = training.play(who, given)
    kept = [(turn.ref, turn.given.value) for turn in played.turns]
    return render_template(
        "desk/training/call.html",
        who=who,
        played=played,
        score=training.score(who, played) if played.step.item is None else None,
        kept=json.dumps(kept),
        started=started,
        took=int((deps.clock.now() - started).total_seconds()),
        looks=training_looks,
        language=actor().language,
    )


def _caller(deps: DeskDeps, code: str, number: int) -> Caller:
    who = training.caller(deps.library, code, number)
    if who is None:
        raise NotFound
    return who


def _given(text: str) -> tuple[tuple[str, Given], ...]:
    """Return the answers a page carries; nonsense is no answer, and the call begins again."""
    try:
        told = json.loads(text or "[]")
        return tuple((str(ref), Given(said)) for ref, said in told[:MOST_ANSWERS])
    except (ValueError, TypeError, RecursionError):
        return ()


def _started(deps: DeskDeps, text: str) -> datetime:
    """Return when the call began, as the page says; now when it says nonsense."""
    now = deps.clock.now()
    try:
        started = datetime.fromisoformat(text)
    except ValueError:
        return now
    return min(started, now) if started.tzinfo else now
