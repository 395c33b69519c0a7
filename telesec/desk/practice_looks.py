"""Words of the practice's page: kinds of instructions, when they count, weekdays."""

from datetime import date, datetime
from typing import Protocol

from babel.dates import format_date

from telesec.desk.practice_cover import Answer
from telesec.desk.practice_reads import OnDuty
from telesec.desk.supervisor_looks import CALENDARS, CHANNELS, REPAIRS
from telesec.desk.wording import Wording
from telesec.foundation.language import Sentence, say
from telesec.practices.rules import MINUTES_OF_DAY, Applies, HoursOf, InstructionKind, Opening
from telesec.scheduling.reads import ConflictCard
from telesec.scheduling.rules import ConflictKind

__all__ = [
    "APPLIES",
    "CALENDARS",
    "CHANNELS",
    "HOURS",
    "KINDS",
    "REPAIRS",
    "SAVED",
    "SYSTEMS",
    "TIME_FIELDS",
    "WEEKDAYS",
    "clock",
    "conflict",
    "day",
    "field",
    "stretches",
    "tone",
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

SYSTEMS = {"caldav": "CalDAV", "fhir": "FHIR"}
"""Kinds of calendars by their proper names; a plug-in's own kind shows as it calls itself."""

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


SAVED = {
    "instruction": say("Saved: secretaries see it now."),
    "confirmed": say("Confirmed today."),
    "retired": say("Taken out of force: secretaries no longer see it."),
    "hours": say("The hours are saved."),
    "adopted": say("The reference set is in use."),
    "order": say("The order is saved: the next urgent call follows it."),
    "number": say("Saved."),
    "removed": say("The number is gone: nobody is called there any more."),
    "code": say("A code left for this number. Type it here within ten minutes."),
    "proven": say("The number is proven: urgent calls use it from now on."),
    "absence": say("The absence is recorded: secretaries see it now."),
    "back": say("The absence is over."),
    "calendar": say("The calendar was read with the new login."),
}
"""What a reader is told after a save, by the word in the address."""


TIME_FIELDS = tuple(f"{day}{part}_{end}" for day in WEEKDAYS for part in "ab" for end in ("opens", "closes"))
"""Names of the fields of a week's hours."""


class OnPage(Protocol):
    """What the page knows of who is on call."""

    @property
    def on_duty(self) -> tuple[OnDuty, ...]: ...


def tone(page: OnPage, answer: Answer) -> str:
    """Return how a stretch looks: ``a`` the first on call, ``b`` another, ``g`` words, ``gap`` nobody."""
    if answer.person is None:
        return "gap" if answer.gap else "g"
    first = next((one.id for one in page.on_duty if one.channels), None)
    return "a" if answer.person == first else "b"


def day(words: Wording, on: date) -> str:
    """Return ``mar. 24``."""
    return str(format_date(on, "EEE d", locale=words.language))


def clock(minute: int) -> str:
    """Return minutes of the day as a form's time field takes them; the end of the day is 00:00."""
    return f"{minute % MINUTES_OF_DAY // 60:02}:{minute % 60:02}"


def conflict(words: Wording, card: ConflictCard) -> Sentence:
    """Return what a calendar says otherwise than the secretariat, and who does what: times only."""
    ours = words.moment(card.ours.start)
    if card.kind is ConflictKind.REFUSED:
        return say(
            "This calendar refused %(ours)s after the call. The secretariat calls the patient.",
            ours=ours,
        )
    if card.theirs is None:
        return say(
            "Noted for %(ours)s by the secretariat, gone from this calendar. Tell it which is right.",
            ours=ours,
        )
    theirs = words.moment(card.theirs.start)
    return say(
        "%(ours)s for the secretariat, %(theirs)s in this calendar: tell it which is right.",
        ours=ours,
        theirs=theirs,
    )


def stretches(hours: tuple[Opening, ...], weekday: int) -> tuple[Opening | None, Opening | None]:
    """Return the first two stretches of a weekday, None where the practice is closed."""
    found = [one for one in hours if one.weekday == weekday]
    return (found[0] if found else None, found[1] if len(found) > 1 else None)


def field(words: Wording, at: datetime) -> str:
    """Return an instant as a form's ``datetime-local`` field takes it, on the practice's wall."""
    return f"{at.astimezone(words.zone):%Y-%m-%dT%H:%M}"
