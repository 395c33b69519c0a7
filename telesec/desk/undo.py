"""Ten seconds to take back what was just done: message, promise or its end, call's end, hold, booking.

The page remembers the last act in a cookie of ten seconds, ids and a time only. It proves nothing: each
room looks again at whose act it was, when, and whether anything left the house since. What came of it is
said once: a second cookie carries it to the next page and goes with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit
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
from telesec.foundation.errors import NotFound, Refused, Unavailable
from telesec.foundation.language import Sentence, say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.messages import service as messages
from telesec.scheduling import flow, reads, settling, waiting_offers
from telesec.scheduling import service as scheduling
from telesec.scheduling.booking import BookAppointment
from telesec.scheduling.rules import Status
from telesec.scheduling.service import HoldSlot
from telesec.web.access import actor, requires

COOKIE = "telesec_undo"
TOLD = "telesec_told"
REPEATED, LISTED, UNLISTED = "repeated", "listed", "unlisted"
ASKED = "asked"
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
    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    CONFLICT = "conflict"


DONE = {
    Act.MESSAGE: say("Message filed."),
    Act.CALLBACK: say("Callback promised."),
    Act.CARD: say("Callback card ended."),
    Act.OFFER: say("Callback card ended, off the waiting list."),
    Act.CLOSE: say("Call closed."),
    Act.HOLD: say("Slot held."),
    Act.ABUSE: say("Abusive call ended, you are on break."),
    Act.BOOK: say("Appointment booked."),
    Act.MOVE: say("Appointment moved."),
    Act.CANCEL: say("Appointment cancelled."),
    Act.CONFLICT: say("Appointment cleared up."),
}
SAID: Mapping[str, Sentence] = {
    Act.MESSAGE: say("Undone: the message was taken back, its text is in the note again."),
    Act.CALLBACK: say("Undone: the callback is promised no more."),
    Act.CARD: say("Undone: the callback card is open again."),
    Act.OFFER: say("Undone: the callback card is open again, and they wait as before."),
    Act.CLOSE: say("Undone: the call is open again."),
    Act.HOLD: say("Undone: the slot was given back."),
    Act.ABUSE: say("Undone: the call is open again, the break is over."),
    Act.BOOK: say("Undone: the appointment is cancelled."),
    Act.MOVE: say("Undone: the appointment is back at its time."),
    Act.CANCEL: say("Undone: the appointment is booked again."),
    Act.CONFLICT: say("Undone: the appointment is to be cleared up again."),
    ASKED: say("To be undone: the calendar has not answered yet, the light says when."),
    "late": say("Nothing was undone: it is too late, or somebody has seen it already."),
    LISTED: say("Put on the waiting list."),
    UNLISTED: say("Off the waiting list."),
    REPEATED: say("Already promised: the card keeps the earlier time, and both notes."),
}


@dataclass(frozen=True)
class Done:
    """One act that may be taken back; ``object_id`` is what it made or, for an end, the card.

    Args:
        was: Of a moved appointment, when it began before.
    """

    act: Act
    practice_id: UUID
    call_id: UUID | None
    object_id: UUID
    was: datetime | None = None

    @property
    def place(self) -> str:
        """The address of the page it was done on."""
        if self.act is Act.CONFLICT:
            return url_for("desk.conflict", practice_id=self.practice_id, conflict_id=self.object_id)
        if self.call_id is None:
            return url_for("desk.callback", practice_id=self.practice_id, callback_id=self.object_id)
        view = "booking" if self.act in BY_CALENDAR else None
        return url_for("desk.call", practice_id=self.practice_id, call_id=self.call_id, view=view)

    def offered_on(self, answer: AnyResponse, deps: DeskDeps) -> AnyResponse:
        """Return an answer that lets the browser take this back for ten seconds."""
        at = int(deps.clock.now().timestamp())
        was = int(self.was.timestamp()) if self.was else ""
        value = ".".join(map(str, (self.act, self.practice_id, self.call_id or "", self.object_id, at, was)))
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
        name, practice, call, made, at, was = request.cookies.get(COOKIE, "").split(".")
        before = datetime.fromtimestamp(int(was), UTC) if was else None
        done = Done(Act(name), UUID(practice), UUID(call) if call else None, UUID(made), before)
        until = datetime.fromtimestamp(int(at), UTC) + UNDO_FOR
    except (ValueError, OverflowError):
        return None
    return Chance(done, DONE[done.act], until) if deps.clock.now() <= until else None


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Register the one act that takes back the last one."""

    @pages.post("/desk/undo")
    @requires(Permission.CALL_HANDLE)
    def undo() -> AnyResponse:
        offered, here = chance(deps), _here()
        if offered is None:
            return _told(here or url_for("desk.idle"), "late")
        done = offered.done
        said: str = done.act
        try:
            if done.act in BY_CALENDAR:
                said = done.act if BY_CALENDAR[done.act](deps, done) else ASKED
            else:
                _at_once(deps, done)
        except (NotFound, Refused, Unavailable):
            said = "late"
        elsewhere = here.startswith("/desk/calls/") and str(done.call_id) not in here
        return _told(here if elsewhere else done.place, said)

    @pages.after_request
    def say_once(answer: Response) -> Response:
        if g.get("told"):
            answer.delete_cookie(TOLD, path="/desk")
        return answer

    def _told(address: str, word: str) -> AnyResponse:
        answer = redirect(address, code=303)
        answer.delete_cookie(COOKIE, path="/desk")
        return Told(word).offered_on(answer, deps)


def _here() -> str:
    """Return the page of the desk it was asked on, as its script says; empty without one, or from elsewhere.

    Whoever is in another call by now stays in it.
    """
    at = urlsplit(request.headers.get("HX-Current-URL", ""))
    return urlunsplit(("", "", at.path, at.query, "")) if at.path.startswith("/desk/") else ""


def _at_once(deps: DeskDeps, done: Done) -> None:
    with deps.unit_of_work(actor()) as uow:
        TAKE_BACK[done.act](uow, done)
        uow.commit()


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


def _conflict(uow: UnitOfWork, done: Done) -> None:
    settling.reopen_conflict(uow, done.practice_id, done.object_id)


TAKE_BACK: Mapping[Act, Callable[[UnitOfWork, Done], None]] = {
    Act.MESSAGE: _message,
    Act.CALLBACK: _callback,
    Act.CARD: _card,
    Act.OFFER: _offer,
    Act.CLOSE: _close,
    Act.HOLD: _hold,
    Act.ABUSE: _abuse,
    Act.CONFLICT: _conflict,
}


def _unbook(deps: DeskDeps, done: Done) -> bool:
    return flow.cancel(deps, actor(), done.practice_id, done.object_id).status is Status.CANCELLED


def _move_back(deps: DeskDeps, done: Done) -> bool:
    if done.was is None:
        raise NotFound
    card = flow.move(deps, actor(), done.practice_id, done.object_id, done.was)
    return card.status is Status.BOOKED and card.start == done.was


def _book_again(deps: DeskDeps, done: Done) -> bool:
    """Book what was cancelled anew, in the same call; somebody else may have its time by now."""
    with deps.unit_of_work(actor()) as uow:
        card = reads.appointment(uow, done.practice_id, done.object_id)
        uow.commit()
    slot = HoldSlot(card.practice_id, card.schedule_id, card.appointment_type_id, card.start, done.call_id)
    told = card.details
    born = date.fromisoformat(told.birth_date) if told.birth_date else None
    again = BookAppointment(
        slot, told.family_name, told.given_name, told.phone, born, card.patient_id, told.reason
    )
    return flow.book(deps, actor(), again).status is Status.BOOKED


BY_CALENDAR: Mapping[Act, Callable[[DeskDeps, Done], bool]] = {
    Act.BOOK: _unbook,
    Act.MOVE: _move_back,
    Act.CANCEL: _book_again,
}
"""What the calendar must hear of; each returns whether it answered, else the light says when it does."""
