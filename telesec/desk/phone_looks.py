"""Words of the practitioner's and the supervisor's pages: channels, deliveries, outcomes of an alert."""

from datetime import date

from telesec.alerts.rules import DESK, ChannelKind, DeliveryStatus, Outcome
from telesec.desk.looks import LEVELS, Look
from telesec.desk.wording import Wording
from telesec.foundation.language import Sentence, say
from telesec.triage.levels import Level
from telesec.triage.protocol import Given

CHANNELS = {
    ChannelKind.SMS.value: say("SMS"),
    ChannelKind.VOICE.value: say("Telephone call"),
    ChannelKind.PUSH.value: say("Notification"),
    ChannelKind.EMAIL.value: say("E-mail"),
    DESK: say("Supervisor's desk"),
}

DELIVERIES = {
    DeliveryStatus.QUEUED.value: Look("todo", "clock", say("about to be sent")),
    DeliveryStatus.SENDING.value: Look("going", "ring", say("being sent")),
    DeliveryStatus.SENT.value: Look("going", "ring", say("sent")),
    DeliveryStatus.DELIVERED.value: Look("done", "check", say("received, not taken")),
    DeliveryStatus.ANSWERED.value: Look("done", "check", say("picked up")),
    DeliveryStatus.FAILED.value: Look("failed", "refused", say("failed")),
    DeliveryStatus.UNKNOWN.value: Look("todo", "stale", say("outcome unknown")),
    DeliveryStatus.SKIPPED.value: Look("failed", "off", say("nobody can be reached this way")),
}

SKIPS = {
    "absent": Look("failed", "off", say("away, skipped")),
    "superseded": Look("done", "check", say("not needed any more")),
    "hung_up": Look("done", "check", say("hung up, somebody took it")),
}
"""What is said of an attempt not made or stopped, by its reason; what is not here stays in general words."""


def delivery(status: str, error: str | None) -> Look:
    """Return the shape and words of an attempt."""
    special = SKIPS.get(error or "") if status == DeliveryStatus.SKIPPED else None
    return special or DELIVERIES[status]


OUTCOMES = {
    Outcome.PATIENT_CALLED.value: say("patient called"),
    Outcome.WILL_CALL.value: say("call promised"),
    Outcome.PASS_ON.value: say("passed on"),
    Outcome.SENT_TO_15.value: say("sent to the 15"),
    "closed_by_supervisor": say("closed by the supervisor"),
}

ANSWERS = {
    Given.YES: say("yes"),
    Given.NO: say("no"),
    Given.UNKNOWN: say("does not know"),
    Given.REFUSED: say("no answer"),
}


def level(value: str) -> Look:
    """Return the shape and word of a level, by its code as messages and alerts keep it."""
    return LEVELS[Level(value)]


def outcome(value: str | None) -> Sentence | None:
    """Return the words of an outcome; None while there is none."""
    return OUTCOMES.get(value) if value else None


BABY_MONTHS = 36
"""Up to this age, months say more than years."""


def age(words: Wording, born: date) -> Sentence:
    """Return an age as a doctor says it: months for the youngest, then years."""
    months = words.age_months(born)
    if months < BABY_MONTHS:
        return say("%(count)s months", count=months)
    return say("%(count)s years", count=months // 12)
