"""Words of imports and of the checklist."""

from telesec.foundation.errors import Refused
from telesec.foundation.language import Sentence, say
from telesec.onboarding.columns import FIELDS, ImportKind

KINDS = {
    ImportKind.PATIENTS: say("Patients"),
    ImportKind.APPOINTMENT_TYPES: say("Appointment types"),
    ImportKind.INSTRUCTIONS: say("Instructions"),
}
NO_COLUMN = say("No column holds:")
FAULT = say("What is wrong")
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
