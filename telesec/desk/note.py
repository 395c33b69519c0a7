"""The note a form brings along: kept with the call whatever the form itself comes to."""

from uuid import UUID

from flask import request

from telesec.calls import reads, service
from telesec.calls.rules import DraftKind, unseen
from telesec.calls.service import SaveDraft
from telesec.desk.ports import DeskDeps
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.web.access import actor


def keep_along(deps: DeskDeps, call: tuple[UUID, UUID]) -> None:
    """Keep a note that was not saved yet when the lock came, which travels in the form that met it."""
    text = request.form.get("call_note", "")
    if not text.strip():
        return
    with deps.unit_of_work(actor()) as uow:
        keep_note(uow, call, text, request.form.get("call_note_seen", 0, int))
        uow.commit()


def keep_note(uow: UnitOfWork, call: tuple[UUID, UUID], text: str, seen: int) -> None:
    """Keep a note, after what another tab wrote since the save ``seen``; an empty one changes nothing."""
    if not text.strip():
        return
    kept = reads.call(uow, *call).drafts.get(DraftKind.NOTE)
    before, version = (kept.text, kept.version) if kept else ("", 0)
    if before == text:
        return
    others = unseen(before, version, text, seen)
    whole = f"{others}\n{text}" if others else text
    service.save_draft(uow, SaveDraft(*call, DraftKind.NOTE, whole, version))
