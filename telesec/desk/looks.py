"""How facts look: the shape, the word and the weight of each urgency level, state and outcome.

Colour is never alone: every level has its own shape and word (``desk`` rules of the stylesheet).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from telesec.alerts.rules import DESK, ChannelKind, DeliveryStatus
from telesec.alerts.rules import Outcome as AlertOutcome
from telesec.calls.rules import Outcome
from telesec.desk import commands, keys, week
from telesec.desk.wording import HOUSE_ZONE
from telesec.foundation.language import Sentence, say
from telesec.scheduling.reads import AppointmentCard
from telesec.scheduling.rules import EndedBecause, Status
from telesec.triage.levels import Level
from telesec.triage.protocol import Given


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
    EndedBecause.IN_CALENDAR: say("Cancelled by the practice"),
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


GIVEN: Mapping[Given | None, Sentence] = {
    None: say("not asked"),
    Given.YES: say("Yes"),
    Given.NO: say("No"),
    Given.UNKNOWN: say("Does not know"),
    Given.REFUSED: say("Refuses"),
}

CHANNELS = {
    ChannelKind.SMS.value: say("SMS"),
    ChannelKind.VOICE.value: say("Voice"),
    ChannelKind.PUSH.value: say("App"),
    ChannelKind.EMAIL.value: say("E-mail"),
    DESK: say("Red list"),
}

DELIVERIES = {
    DeliveryStatus.QUEUED.value: say("about to leave"),
    DeliveryStatus.SENDING.value: say("being sent"),
    DeliveryStatus.SENT.value: say("sent, no answer yet"),
    DeliveryStatus.DELIVERED.value: say("on the phone, no answer yet"),
    DeliveryStatus.ANSWERED.value: say("answered"),
    DeliveryStatus.FAILED.value: say("failed"),
    DeliveryStatus.UNKNOWN.value: say("not known, being looked up"),
    DeliveryStatus.SKIPPED.value: say("skipped, nothing to reach"),
    "absent": say("away, skipped"),
    "superseded": say("not needed any more"),
    "hung_up": say("hung up, somebody took it"),
}

ALERT_OUTCOMES = {
    AlertOutcome.PATIENT_CALLED.value: say("The patient was called."),
    AlertOutcome.WILL_CALL.value: say("Will call the patient."),
    AlertOutcome.PASS_ON.value: say("Passed on to the next person."),
    AlertOutcome.SENT_TO_15.value: say("Sent to the 15."),
}


def light(status: Status, ended_because: str | None) -> Light:
    """Return the light of an appointment; a move or cancellation under way is amber again."""
    if status is Status.CANCELLED:
        return Light.NONE if ended_because in {EndedBecause.ASKED, EndedBecause.IN_CALENDAR} else Light.BAD
    return Light.OK if status is Status.BOOKED else Light.WAIT


def of_appointment(card: AppointmentCard) -> Light:
    """Return the light of an appointment as read."""
    return light(card.status, card.ended_because)


WORDS: Mapping[str, object] = {
    "levels": LEVELS,
    "lights": LIGHTS,
    "light_of": of_appointment,
    "house_zone": HOUSE_ZONE,
    "ended": ENDED,
    "outcomes": OUTCOMES,
    "by_hand": BY_HAND,
    "given_words": GIVEN,
    "channels": CHANNELS,
    "delivery_words": DELIVERIES,
    "alert_outcomes": ALERT_OUTCOMES,
    "button_id": week.button_id,
    "most_calendars": week.MANY,
    "desk_keys": keys.KEYS,
    "bar_keys": keys.IN_CALL_BAR,
    "sign_keys": keys.SIGNS,
    "commands_in_call": commands.IN_CALL,
    "commands_everywhere": commands.EVERYWHERE,
}
"""What every template of the desk may name."""
