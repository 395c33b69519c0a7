"""Words of the practice's page: kinds of instructions, when they count, weekdays."""

from datetime import datetime

from telesec.desk.supervisor_looks import CALENDARS, CHANNELS, REPAIRS
from telesec.desk.wording import Wording
from telesec.foundation.language import say
from telesec.practices.rules import MINUTES_OF_DAY, Applies, HoursOf, InstructionKind, Opening

__all__ = [
    "APPLIES",
    "CALENDARS",
    "CHANNELS",
    "HOURS",
    "KINDS",
    "REPAIRS",
    "WEEKDAYS",
    "clock",
    "field",
    "stretches",
]

KINDS = {
    InstructionKind.GENERAL: say("General"),
    InstructionKind.URGENT: say("Urgent calls"),
    InstructionKind.APPOINTMENTS: say("Appointments"),
    InstructionKind.ABSENCE: say("Absence"),
    InstructionKind.BILLING: say("Billing"),
}

APPLIES = {
    Applies.ALWAYS: say("always"),
    Applies.OPEN: say("while open"),
    Applies.CLOSED: say("while closed"),
    Applies.ABSENT: say("while the practitioner is away"),
}

HOURS = {
    HoursOf.PHONE: say("Telephone hours"),
    HoursOf.PRACTICE: say("Hours of the practice"),
}

WEEKDAYS = {
    1: say("Monday"),
    2: say("Tuesday"),
    3: say("Wednesday"),
    4: say("Thursday"),
    5: say("Friday"),
    6: say("Saturday"),
    7: say("Sunday"),
}


def clock(minute: int) -> str:
    """Return minutes of the day as a form's time field takes them; the end of the day is 00:00."""
    return f"{minute % MINUTES_OF_DAY // 60:02}:{minute % 60:02}"


def stretches(hours: tuple[Opening, ...], weekday: int) -> tuple[Opening | None, Opening | None]:
    """Return the first two stretches of a weekday, None where the practice is closed."""
    found = [one for one in hours if one.weekday == weekday]
    return (found[0] if found else None, found[1] if len(found) > 1 else None)


def field(words: Wording, at: datetime) -> str:
    """Return an instant as a form's ``datetime-local`` field takes it, on the practice's wall."""
    return f"{at.astimezone(words.zone):%Y-%m-%dT%H:%M}"
