"""How calendars look, what to do about each light or a lost key file, and the words of roles."""

from telesec.desk.looks import Look
from telesec.desk.phone_looks import CHANNELS, DELIVERIES, OUTCOMES, age, level, outcome
from telesec.desk.side import PENDING
from telesec.foundation.access import Role
from telesec.foundation.language import say
from telesec.scheduling.ports import Health

__all__ = [
    "CALENDARS",
    "CHANNELS",
    "DELIVERIES",
    "KEY_FILES",
    "OUTCOMES",
    "PENDING",
    "REPAIRS",
    "ROLES",
    "age",
    "level",
    "outcome",
]

CALENDARS = {
    Health.OK: Look("ok", "check", say("up to date")),
    Health.STALE: Look("wait", "stale", say("not read lately")),
    Health.UNKNOWN: Look("wait", "pending", say("never read yet")),
    Health.UNREADABLE: Look("bad", "refused", say("cannot be read")),
    Health.REFUSED: Look("bad", "lock", say("refuses our access")),
}

REPAIRS = {
    Health.OK: say("Nothing to do."),
    Health.STALE: say(
        "No slot of it is offered until it is read again; telesec tries every minute. "
        "If it lasts, check that the calendar's server can be reached."
    ),
    Health.UNKNOWN: say("It is read within a minute. If this stays, check its address."),
    Health.UNREADABLE: say(
        "No slot of it is offered. Check that the calendar's server runs and that its address is right."
    ),
    Health.REFUSED: say(
        "No slot of it is offered. Its password or access right changed: "
        "type the new one on the page of the practice."
    ),
}

KEY_FILES = {
    "unreadable": say(
        "The master key file is missing or open to others. What runs goes on; the next start of telesec will "
        "be refused. Ask the operator to type: telesec doctor"
    ),
    "another": say(
        "The master key file was replaced: the key in use is no longer in it. What runs goes on; the next "
        "start of telesec will be refused. Ask the operator to type: telesec doctor"
    ),
}
"""By what the keys say of their file; a file that is well needs no word."""

ROLES = {
    Role.SECRETARY: say("Secretary"),
    Role.SUPERVISOR: say("Team supervisor"),
    Role.PRACTITIONER: say("Practitioner"),
    Role.PRACTICE_MANAGER: say("Practice manager"),
    Role.OPERATOR: say("Operator"),
    Role.AUDITOR: say("Auditor"),
}
