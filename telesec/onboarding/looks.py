"""Words of imports and of the checklist."""

from telesec.desk import practice_looks
from telesec.foundation.errors import Refused
from telesec.foundation.language import Sentence, say
from telesec.onboarding.columns import FIELDS, ImportKind
from telesec.onboarding.steps import StepName
from telesec.patients.rules import fold
from telesec.triage.levels import Level

KINDS = {
    ImportKind.PATIENTS: say("Patients"),
    ImportKind.APPOINTMENT_TYPES: say("Appointment types"),
    ImportKind.INSTRUCTIONS: say("Instructions"),
}
NO_COLUMN = say("No column holds:")
STEPS = {
    StepName.PRACTITIONERS: say("Practitioners"),
    StepName.PEOPLE: say("Who answers"),
    StepName.LINE: say("Line"),
    StepName.TYPES: say("Appointment types"),
    StepName.CALENDARS: say("Calendars, connected and tested"),
    StepName.HOURS: say("Hours to book in"),
    StepName.INSTRUCTIONS: say("Instructions"),
    StepName.ON_CALL: say("Who is reached for urgent calls"),
    StepName.TEST_CALL: say("Test call"),
    StepName.PROTOCOLS: say("Triage protocols"),
    StepName.PATIENTS: say("Patients (not needed for calls)"),
}
TRIALS = {
    "ok": say("written, read back and taken away"),
    "unreadable": say("It cannot be read: check the address, and that its server runs."),
    "refused": say("It refuses our access: check the login, the password and the rights."),
    "not_written": say("It is read, but nothing can be written: check that the login may write."),
    "left_behind": say(
        "An entry of the test stayed in it: take away “telesec: test of the calendar”, then try again."
    ),
}
PROFESSIONS = {
    "physician": say("Physician"),
    "physiotherapist": say("Physiotherapist"),
    "dentist": say("Dentist"),
    "nurse": say("Nurse"),
    "midwife": say("Midwife"),
    "psychologist": say("Psychologist"),
    "other": say("Other profession"),
}
DAYS = practice_looks.WEEKDAYS
FAULT = say("What is wrong")
KEPT_FOR = {
    Level.SAME_DAY: say("calls of today and more urgent"),
    Level.H48_72: say("calls of within 72 hours and more urgent"),
}
STATES = {
    "draft": say("being looked through"),
    "done": say("imported"),
    "undone": say("taken back"),
}


def fields(kind: ImportKind) -> dict[str, Sentence]:
    """Return name → words of the fields of a kind."""
    return {field.name: field.label for field in FIELDS[kind]}


def kind_of(typed: str) -> ImportKind:
    """Return the kind a form or an address names.

    Raises:
        Refused: None of them (422).
    """
    if typed not in set(ImportKind):
        raise Refused("bad_choice", say("Choose one of the values offered."), status=422, field="kind")
    return ImportKind(typed)


def code_of(name: str) -> str:
    """Return the short code of an appointment type by its name."""
    return fold(name).replace(" ", "-")[:40]
