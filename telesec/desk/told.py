"""What a caller told by themselves, as the triage sheet shows it; worked out when it is first asked for."""

from functools import cached_property

from telesec.triage import hearing
from telesec.triage.hearing import HeardSign
from telesec.triage.reads import QuestionView, SessionView


class Told:
    """The signs of one triage; none without a triage."""

    def __init__(self, session: SessionView | None) -> None:
        self._session = session

    @cached_property
    def signs(self) -> tuple[QuestionView, ...]:
        """What may be ticked as told already."""
        return hearing.signs(self._session) if self._session else ()

    @cached_property
    def heard(self) -> tuple[HeardSign, ...]:
        """The signs the caller's own words name, ticked or asked first."""
        return hearing.heard(self._session) if self._session else ()
