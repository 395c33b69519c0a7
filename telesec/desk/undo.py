"""Ten seconds to take back what was just done: a message, a promise or its end, a call's end, a hold.

The page remembers the last act in a cookie of ten seconds, ids only. It proves nothing: each room looks
again at whose act it was, when, and whether anything left the house since. What came of it is said once: a
second cookie carries it to the next page and goes with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from flask import Blueprint, Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.accounts import breaks
from telesec.callbacks import service as callbacks
from telesec.calls import reads as reads_of_calls
from telesec.calls import service as calls
from telesec.calls.rules import DraftKind
from telesec.calls.service import SaveDraft
from telesec.desk.ports import DeskDeps
from telesec.foundation.access import Permission
from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.language import Sentence, say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.messages import service as messages
from telesec.scheduling import service as scheduling
from telesec.scheduling import waiting_offers
from telesec.web.access import actor, requires

COOKIE = "telesec_undo"
TOLD = "telesec_told"
REPEATED, LISTED, UNLISTED = "repeated", "listed", "unlisted"
UNDO_FOR = timedelta(seconds=10)


class Act(StrEnum):
    """What can be taken back."""

    MESSAGE = "message"
    CALLBACK = "callback"
    CARD = "card"
    OFFER = "offer"
    CLOSE = "close"
    HOLD = "hold"
    ABUSE = "abuse"


DONE = {
    Act.MESSAGE: say("Message filed."),
    Act.CALLBACK: say("Callback promised."),
    Act.CARD: say("Callback card ended."),
    Act.OFFER: say("Callback card ended, off the waiting list."),
    Act.CLOSE: say("Call closed."),
    Act.HOLD: say("Slot held."),
    Act.ABUSE: say("Abusive call ended, you are on break."),
}
SAID: Mapping[str, Sentence] = {
    Act.MESSAGE: say("Undone: the message was taken back, its text is in the note again."),
    Act.CALLBACK: say("Undone: the callback is promised no more."),
    Act.CARD: say("Undone: the callback card is open again."),
    Act.OFFER: say("Undone: the callback card is open again, and they wait as before."),
    Act.CLOSE: say("Undone: the call is open again."),
    Act.HOLD: say("Undone: the slot was given back."),
    Act.ABUSE: say("Undone: the call is open again, the break is over."),
    "late": say("Nothing was undone: it is too late, or somebody has seen it already."),
    LISTED: say("Put on the waiting list."),
    UNLISTED: say("Off the waiting list."),
    REPEATED: say("Already promised: the card keeps the earlier time, and both notes."),
}


@dataclass(frozen=True)
class Done:
    """One act that may be taken back; ``object_id`` is what it made or, for a card's end, the card."""

    act: Act
    practice_id: UUID
    call_id: UUID | None
    object_id: UUID

    @property
    def place(self) -> str:
        """The address of the page it was done on."""
        if self.call_id is None:
            return url_for("desk.callback", practice_id=self.practice_id, callback_id=self.object_id)
        return url_for("desk.call", practice_id=self.practice_id, call_id=self.call_id)

    def offered_on(self, answer: AnyResponse, deps: DeskDeps) -> AnyResponse:
        """Return an answer that lets the browser take this back for ten seconds."""
        at = int(deps.clock.now().timestamp())
        value = ".".join(map(str, (self.act, self.practice_id, self.call_id or "", self.object_id, at)))
        return _remember(answer, deps, COOKIE, value)


@dataclass(frozen=True)
class Told:
    """Something done that leaves nothing to take back, but a sentence of ``SAID``."""

    word: str

    def offered_on(self, answer: AnyResponse, deps: DeskDeps) -> AnyResponse:
        """Return an answer whose next page says the sentence, once."""
        return _remember(answer, deps, TOLD, self.word)


@dataclass(frozen=True)
class Chance:
    """What the page offers to take back, and until when."""

    done: Done
    words: Sentence
    until: datetime


def told() -> Sentence | None:
    """Return what was just done or taken back; the answer that says it forgets it."""
    words = SAID.get(request.cookies.get(TOLD, ""))
    g.told = words is not None
    return words


def chance(deps: DeskDeps) -> Chance | None:
    """Return what this browser may take back now; a strange or old cookie offers nothing."""
    try:
        name, practice, call, made, at = request.cookies.get(COOKIE, "").split(".")
        done = Done(Act(name), UUID(practice), UUID(call) if call else None, UUID(made))
        until = datetime.fromtimestamp(int(at), UTC) + UNDO_FOR
    except (ValueError, OverflowError):
        return None
    return Chance(done, DONE[done.act], until) if deps.clock.now() <= until else None


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Register the one act that takes back the last one."""

    @pages.post("/desk/undo")
    @requires(Permission.CALL_HANDLE)
    def undo() -> AnyResponse:
        offered = chance(deps)
        if offered is None:
            return _told(url_for("desk.idle"), "late")
        done = offered.done
        said: str = done.act
        try:
            with deps.unit_of_work(actor()) as uow:
                TAKE_BACK[done.act](uow, done)
                uow.commit()
        except (NotFound, Refused):
            said = "late"
        return _told(done.place, said)

    @pages.after_request
    def say_once(answer: Response) -> Response:
        if g.get("told"):
            answer.delete_cookie(TOLD, path="/desk")
        return answer

    def _told(address: str, word: str) -> AnyResponse:
        answer = redirect(address, code=303)
        answer.delete_cookie(COOKIE, path="/desk")
        return Told(word).offered_on(answer, deps)


def _remember(answer: AnyResponse, deps: DeskDeps, name: str, value: str) -> AnyResponse:
    answer.set_cookie(
        name,
        value,
        max_age=int(UNDO_FOR.total_seconds()),
        path="/desk",
        secure=deps.settings.secure_cookies,
        httponly=True,
        samesite="Strict",
    )
    return answer


def _message(uow: UnitOfWork, done: Done) -> None:
    """Take the message back; its text goes before whatever the note holds by now."""
    text = messages.retract(uow, done.practice_id, done.object_id)
    call_id = _call(done)
    draft = reads_of_calls.call(uow, done.practice_id, call_id).drafts.get(DraftKind.NOTE)
    meanwhile = draft.text if draft and draft.text.strip() not in {"", text.strip()} else ""
    whole = f"{text}\n{meanwhile}" if meanwhile else text
    seen = draft.version if draft else 0
    calls.save_draft(uow, SaveDraft(done.practice_id, call_id, DraftKind.NOTE, whole, seen))


def _callback(uow: UnitOfWork, done: Done) -> None:
    callbacks.withdraw(uow, done.practice_id, done.object_id)


def _card(uow: UnitOfWork, done: Done) -> None:
    callbacks.reopen(uow, done.practice_id, done.object_id)


def _offer(uow: UnitOfWork, done: Done) -> None:
    callbacks.reopen(uow, done.practice_id, done.object_id)
    waiting_offers.stay_offered(uow, done.practice_id, done.object_id)


def _close(uow: UnitOfWork, done: Done) -> None:
    calls.reopen(uow, done.practice_id, _call(done))


def _abuse(uow: UnitOfWork, done: Done) -> None:
    calls.reopen(uow, done.practice_id, _call(done))
    breaks.end(uow)


def _call(done: Done) -> UUID:
    """Return the call; a cookie that names none was written by nobody here."""
    if done.call_id is None:
        raise NotFound
    return done.call_id


def _hold(uow: UnitOfWork, done: Done) -> None:
    scheduling.release(uow, done.practice_id, done.object_id)


TAKE_BACK: Mapping[Act, Callable[[UnitOfWork, Done], None]] = {
    Act.MESSAGE: _message,
    Act.CALLBACK: _callback,
    Act.CARD: _card,
    Act.OFFER: _offer,
    Act.CLOSE: _close,
    Act.HOLD: _hold,
    Act.ABUSE: _abuse,
}
