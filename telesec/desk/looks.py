"""How facts look: the shape, the word and the weight of each urgency level, state and outcome.

Colour is never alone: every level has its own shape and word (``desk`` rules of the stylesheet).
"""

from dataclasses import dataclass
from enum import StrEnum

from telesec.calls.rules import Outcome
from telesec.foundation.language import Sentence, say
from telesec.scheduling.rules import EndedBecause, Status
from telesec.triage.levels import Level


@dataclass(frozen=True)
class Look:
    """A class of the stylesheet, an icon of the sprite and a word."""

    style: str
    icon: str
    word: Sentence


LEVELS = {
    Level.CALL15_NOW: Look("level-15", "15", say("15 now")),
    Level.DOCTOR_NOW: Look("level-doc", "doc", say("Doctor now")),
    Level.SAME_DAY: Look("level-day", "day", say("Today")),
    Level.H48_72: Look("level-72", "72", say("Within 72 hours")),
    Level.ROUTINE: Look("level-next", "next", say("Next free slot")),
    Level.ADMIN: Look("level-admin", "admin", say("Desk matter")),
}


class Light(StrEnum):
    """What the practice's own calendar answered."""

    NONE = "none"
    WAIT = "wait"
    OK = "ok"
    BAD = "bad"


LIGHTS = {
    Light.WAIT: Look("wait", "pending", say("To be confirmed")),
    Light.OK: Look("ok", "noted", say("It is noted")),
    Light.BAD: Look("bad", "refused", say("Refused")),
}

ENDED = {
    EndedBecause.ASKED: say("Cancelled"),
    EndedBecause.SLOT_TAKEN: say("Refused, already taken"),
    EndedBecause.CALENDAR_CONFLICT: say("Refused by the calendar"),
    EndedBecause.CALENDAR_UNAVAILABLE: say("Not sent, calendar unreadable"),
    EndedBecause.PAST: say("Not confirmed in time"),
}

OUTCOMES = {
    Outcome.APPOINTMENT: say("Appointment"),
    Outcome.MESSAGE: say("Message left"),
    Outcome.INFORMATION: say("Information given"),
    Outcome.CALLBACK: say("Callback promised"),
    Outcome.ALERT: say("Doctor alerted"),
    Outcome.EMERGENCY: say("Passed to the 15"),
    Outcome.TRANSFERRED: say("Transferred"),
    Outcome.HUNG_UP: say("Hung up"),
    Outcome.WRONG_NUMBER: say("Wrong number"),
    Outcome.ABUSE: say("Abuse"),
    Outcome.ABANDONED: say("Hung up before an answer"),
    Outcome.OTHER: say("Something else"),
}

BY_HAND = tuple(outcome for outcome in OUTCOMES if outcome is not Outcome.ABANDONED)
"""What a secretary may close a call with, commonest first."""


def light(status: Status, ended_because: str | None, *, moving: bool) -> Light:
    """Return the light of an appointment; a move or cancellation under way is amber again."""
    if status is Status.CANCELLED:
        return Light.NONE if ended_because == EndedBecause.ASKED.value else Light.BAD
    return Light.OK if status is Status.BOOKED and not moving else Light.WAIT
