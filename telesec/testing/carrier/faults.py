"""Faults on demand, each used up after ``times`` hits.

| kind | what happens |
|---|---|
| ``lose_request`` | the connection drops, nothing was taken |
| ``lose_reply`` | taken and carried out, the connection drops before the answer |
| ``delay`` | taken and carried out, the answer comes ``seconds`` later or on ``release`` |
| ``500`` | an error page, nothing was taken |
| ``429`` | error 20429, nothing was taken |
| ``never_deliver`` | taken; an SMS stays ``sent``, a call stays ``queued`` |
| ``undelivered`` | taken; an SMS ends ``undelivered`` (30003), a call ``failed`` |
| ``drop_callback`` | one status callback or webhook is never posted |
| ``duplicate_callback`` | one is posted twice |
"""

from dataclasses import dataclass, field
from typing import Final

KINDS: Final = frozenset(
    {
        "lose_request", "lose_reply", "delay", "500", "429",
        "never_deliver", "undelivered", "drop_callback", "duplicate_callback",
    }
)  # fmt: skip


@dataclass
class Fault:
    """One fault that waits for its victim: any, or one number, or one of ``messages``, ``calls``."""

    kind: str
    times: int = 1
    channel: str = ""
    to: str = ""
    seconds: float = 30

    def fits(self, kind: str, channel: str, to: str) -> bool:
        """Return whether this fault strikes here."""
        return (
            self.times > 0
            and self.kind == kind
            and self.channel in {"", channel}
            and (not self.to or self.to == to)
        )


@dataclass
class Faults:
    """The faults that wait. Not locked by itself: the network's lock is held around each call."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Let a fault wait.

        Raises:
            ValueError: The kind, the channel or the number of times is none of ours.
        """
        if fault.kind not in KINDS or fault.channel not in {"", "messages", "calls"} or fault.times < 1:
            raise ValueError(f"no such fault: {fault}")
        self.waiting.append(fault)

    def take(self, kind: str, *, channel: str = "", to: str = "") -> Fault | None:
        """Return the first fault of this kind that fits and use it once; None when there is none."""
        for fault in self.waiting:
            if fault.fits(kind, channel, to):
                fault.times -= 1
                self.waiting = [kept for kept in self.waiting if kept.times > 0]
                return fault
        return None
