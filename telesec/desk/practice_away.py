"""Absences and the login of a calendar, on the practice's page."""

from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from telesec.desk import phone_day
from telesec.desk.phone_day import Absent
from telesec.desk.ports import DeskDeps
from telesec.desk.practice_shown import back, show
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused
from telesec.foundation.ids import uuid_or_none
from telesec.foundation.language import say
from telesec.practices import service as practices
from telesec.scheduling import configuration, flow
from telesec.web.access import actor, requires

STILL_BROKEN = say("The calendar still cannot be read with this login. Check both and type them again.")


def install(pages: Blueprint, deps: DeskDeps) -> None:
    """Add the acts on absences and calendars to the practice's pages."""
    _absences(pages, deps)
    _calendars(pages, deps)


def _absences(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post("/practice/<uuid:practice_id>/absences")
    @requires(Permission.INSTRUCTION_WRITE)
    def absence(practice_id: UUID) -> AnyResponse:
        who = uuid_or_none(request.form.get("who", ""))
        typed = Absent.of(practice_id, request.form, who)
        try:
            with deps.unit_of_work(actor()) as uow:
                phone_day.set_absent(uow, typed)
                uow.commit()
        except Refused as error:
            return show(deps, practice_id, error, "absence")
        return back(practice_id, "away", "absence")

    @pages.post("/practice/<uuid:practice_id>/absences/<uuid:absence_id>/end")
    @requires(Permission.INSTRUCTION_WRITE)
    def end_absence(practice_id: UUID, absence_id: UUID) -> AnyResponse:
        with deps.unit_of_work(actor()) as uow:
            practices.end_absence(uow, practice_id, absence_id)
            uow.commit()
        return back(practice_id, "h-away", "back")


def _calendars(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.post("/practice/<uuid:practice_id>/calendars/<uuid:schedule_id>")
    @requires(Permission.CALENDAR_LOGIN)
    def renew_login(practice_id: UUID, schedule_id: UUID) -> AnyResponse:
        form = request.form
        try:
            with deps.unit_of_work(actor()) as uow:
                configuration.renew_login(
                    uow, practice_id, schedule_id, form.get("user", ""), form.get("secret", "")
                )
                uow.commit()
        except Refused as error:
            return show(deps, practice_id, error, f"calendar-{schedule_id}")
        if not flow.refresh(deps, practice_id, schedule_id):
            broken = Refused("calendar_unavailable", STILL_BROKEN, field="secret")
            return show(deps, practice_id, broken, f"calendar-{schedule_id}")
        return back(practice_id, f"cal-{schedule_id}", "calendar")
