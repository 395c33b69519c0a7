"""What is said in a call and belongs to no record yet: who speaks, where they are, what was read back.

It is kept sealed beside the call's other drafts, as one small document, so that a reload, a crash or
another machine shows it again.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Self
from uuid import UUID

from telesec.calls.reads import CallCard, DraftText, drafts
from telesec.calls.rules import Beside, DraftKind, Handover
from telesec.calls.service import SaveDraft, save_draft
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.unit_of_work import UnitOfWork

MAX_FIELD = 300


@dataclass(frozen=True)
class CallDetails:
    """Facts of one call, as typed.

    Args:
        beside: Whether who speaks for the patient is with them.
        patient_phone: Where the patient answers, E.164, when the caller is elsewhere.
    """

    caller_name: str = field(default="", repr=False)
    relation: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    address_read_back: bool = False
    handover: Handover = Handover.NONE
    beside: Beside = Beside.NOT_SAID
    patient_phone: str = field(default="", repr=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the facts a draft holds; an empty or foreign text holds none."""
        try:
            data = json.loads(text or "{}")
        except ValueError:
            return cls()
        known = {key: data[key] for key in cls.__dataclass_fields__ if key in data}
        return replace(
            cls(**known), handover=Handover(known.get("handover", "")), beside=Beside(known.get("beside", ""))
        )

    def write(self) -> str:
        """Return the facts as the draft keeps them."""
        return json.dumps(asdict(self), ensure_ascii=False)


def details_of(card: CallCard) -> CallDetails:
    """Return the facts kept with a call."""
    return _among(card.drafts)


def details_alone(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> CallDetails:
    """Return the facts kept with a call, for a part that shows nothing else of it: two queries."""
    authorize(uow, Permission.CALL_READ, on=Facts(practice_id))
    return _among(drafts(uow, practice_id, call_id, DraftKind.PATIENT))


def _among(kept: Mapping[DraftKind, DraftText]) -> CallDetails:
    draft = kept.get(DraftKind.PATIENT)
    return CallDetails.read(draft.text if draft else "")


def keep_details(uow: UnitOfWork, card: CallCard, details: CallDetails) -> None:
    """Keep changed facts with the call.

    Raises:
        Stale: Another tab changed them since ``card`` was read.
    """
    if details == details_of(card):
        return
    draft = card.drafts.get(DraftKind.PATIENT)
    seen = draft.version if draft else 0
    save_draft(uow, SaveDraft(card.practice_id, card.id, DraftKind.PATIENT, details.write(), seen))
