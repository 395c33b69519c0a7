"""How practitioners are reached, on the practice's page: a number or address added, proven, taken away.

A supervisor adds and removes, with the second factor given anew; whoever of the practice holds the code in
their hand types it.
"""

from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from telesec.accounts.proof import take_code
from telesec.accounts.step_up import Act
from telesec.alerts import number_codes
from telesec.desk import practice_writes
from telesec.desk.ports import DeskDeps
from telesec.desk.practice_shown import back, show
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused, TooMany
from telesec.web.access import actor, requires


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Add the acts on numbers to the practice's pages."""
    _keeping(pages, deps)
    _proving(pages, deps)


def _keeping(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post("/practice/<uuid:practice_id>/contacts")
    @requires(Permission.POLICY_WRITE)
    def contact(practice_id: UUID) -> AnyResponse:
        try:
            take_code(deps, Act.CHANGE_NUMBER)
            with deps.unit_of_work(actor()) as uow:
                contact_id = practice_writes.add_contact(uow, practice_id, request.form)
                uow.commit()
        except (Refused, TooMany) as error:
            return show(deps, practice_id, error, "contact")
        if request.form.get("channel") not in number_codes.PROVABLE:
            return back(practice_id, "number", "number")
        return _sent(deps, practice_id, contact_id)

    @pages.post("/practice/<uuid:practice_id>/contacts/<uuid:contact_id>/remove")
    @requires(Permission.POLICY_WRITE)
    def remove_contact(practice_id: UUID, contact_id: UUID) -> AnyResponse:
        try:
            take_code(deps, Act.CHANGE_NUMBER)
            with deps.unit_of_work(actor()) as uow:
                practice_writes.remove_contact(uow, practice_id, contact_id)
                uow.commit()
        except (Refused, TooMany) as error:
            return show(deps, practice_id, error, f"remove-{contact_id}")
        return back(practice_id, "h-numbers", "removed")


def _proving(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post("/practice/<uuid:practice_id>/contacts/<uuid:contact_id>/code")
    @requires(Permission.INSTRUCTION_WRITE)
    def send_code(practice_id: UUID, contact_id: UUID) -> AnyResponse:
        return _sent(deps, practice_id, contact_id)

    @pages.post("/practice/<uuid:practice_id>/contacts/<uuid:contact_id>/verify")
    @requires(Permission.INSTRUCTION_WRITE)
    def verify_contact(practice_id: UUID, contact_id: UUID) -> AnyResponse:
        try:
            number_codes.confirm(deps, actor(), practice_id, contact_id, request.form.get("typed", ""))
        except Refused as error:
            return show(deps, practice_id, error, f"prove-{contact_id}")
        return back(practice_id, f"way-{contact_id}", "proven")


def _sent(deps: DeskDeps, practice_id: UUID, contact_id: UUID) -> AnyResponse:
    """Send a code and lead to the field it is typed in."""
    try:
        number_codes.send(deps, actor(), practice_id, contact_id)
    except Refused as error:
        return show(deps, practice_id, error, f"prove-{contact_id}")
    return back(practice_id, f"code-{contact_id}", "code")
