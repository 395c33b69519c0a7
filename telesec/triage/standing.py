"""Whether a practice may start a session on a protocol; pure. Expiry is judged here, never at load."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from telesec.triage.levels import Level, most_urgent
from telesec.triage.protocol import Protocol, State

NOT_USABLE = "not_usable"


@dataclass(frozen=True)
class Standing:
    """A practice's decisions: whether it adopted the reference set, and what it signed or retired.

    Args:
        adopted: A practitioner of the practice took the reference set into use.
        signed: (code, version) → ``signed`` or ``retired``, the last decision.
        extended: (code, version) → last day a supervisor let it be used past its review.
    """

    adopted: bool = False
    signed: Mapping[tuple[str, str], State] | None = None
    extended: Mapping[tuple[str, str], date] = field(default_factory=dict)

    def state_of(self, protocol: Protocol) -> State:
        """Return a protocol's state in this practice."""
        return (self.signed or {}).get((protocol.code, protocol.version), protocol.state)

    def may_start(self, protocol: Protocol, today: date) -> bool:
        """Return whether a session may start on it: signed, or adopted reference, and not past review."""
        if protocol.is_screen:
            return True
        until = self.extended.get((protocol.code, protocol.version), protocol.review_by)
        if today > max(protocol.review_by, until):
            return False
        match self.state_of(protocol):
            case State.SIGNED:
                return True
            case State.REFERENCE:
                return self.adopted
            case State.DRAFT | State.RETIRED:
                return False


def bound_without(protocol: Protocol | None) -> tuple[tuple[str, Level], ...]:
    """Return what the screen alone may not go under when a protocol cannot be used: today, or its floor."""
    floor = protocol.floor if protocol else Level.SAME_DAY
    return ((NOT_USABLE, most_urgent([Level.SAME_DAY, floor])),)
