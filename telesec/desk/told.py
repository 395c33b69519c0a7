"""What a caller told by themselves, as the triage sheet shows it; read when it is first asked for."""

from functools import cached_property
from uuid import UUID

from telesec.foundation.unit_of_work import UnitOfWork
from telesec.triage import hearing
from telesec.triage.hearing import HeardSign
from telesec.triage.library import Library
from telesec.triage.reads import QuestionView


class Told:
    """The signs of one triage; none without a triage."""

    def __init__(self, uow: UnitOfWork, library: Library, session_id: UUID | None) -> None:
        self._uow, self._library, self._session_id = uow, library, session_id

    @cached_property
    def signs(self) -> tuple[QuestionView, ...]:
        """What may be ticked as told already."""
        return hearing.signs(self._uow, self._library, self._session_id) if self._session_id else ()

    @cached_property
    def heard(self) -> tuple[HeardSign, ...]:
        """The signs the caller's own words name, ticked or asked first."""
        return hearing.heard(self._uow, self._library, self._session_id) if self._session_id else ()
