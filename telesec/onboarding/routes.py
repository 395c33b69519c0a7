"""Pages of a practice's day one: the practices, a checklist each, and what is typed on it."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.desk.wording import wording
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused
from telesec.foundation.ids import new_id
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.onboarding import import_routes, looks, progress, setting_up, trial
from telesec.onboarding.ports import OnboardingDeps
from telesec.onboarding.setting_up import TypedCalendar
from telesec.practices import service as practice_service
from telesec.practices.service import AddPractitioner, CreatePractice, founder
from telesec.scheduling import configuration
from telesec.scheduling.configuration import CreateAppointmentType
from telesec.triage.levels import Level
from telesec.web.access import actor, requires
from telesec.web.language import current_language


@runtime_checkable
class KnowsKinds(Protocol):
    """What tells which kinds of calendars are installed."""

    @property
    def kinds(self) -> tuple[str, ...]: ...


def blueprint(deps: OnboardingDeps) -> Blueprint:
    """Return this room's pages."""
    pages = Blueprint("onboarding", __name__)
    _practices(pages, deps)
    _practice(pages, deps)
    _bookings(pages, deps)
    _calendars(pages, deps)
    import_routes.install(pages, deps)
    return pages


def _practices(pages: Blueprint, deps: OnboardingDeps) -> None:
    @pages.get("/onboarding")
    @requires(Permission.ALERT_CLOSE)
    def choose() -> Response:
        return _choose(deps)

    @pages.post("/onboarding")
    @requires(Permission.ALERT_CLOSE)
    def found() -> AnyResponse:
        form, practice_id = request.form, new_id()
        command = CreatePractice(
            practice_id,
            form.get("name", ""),
            form.get("time_zone", ""),
            form.get("language", ""),
            form.get("sector", ""),
        )
        try:
            with deps.unit_of_work(founder(actor(), practice_id)) as uow:
                setting_up.found_practice(uow, command, deps.sectors)
                uow.commit()
        except Refused as error:
            return _choose(deps, error)
        return redirect(url_for("onboarding.checklist", practice_id=practice_id), code=303)


def _practice(pages: Blueprint, deps: OnboardingDeps) -> None:
    @pages.get("/onboarding/<uuid:practice_id>")
    @requires(Permission.PRACTICE_CREATE)
    def checklist(practice_id: UUID) -> Response:
        return _checklist(deps, practice_id)

    @pages.post("/onboarding/<uuid:practice_id>/practitioners")
    @requires(Permission.PRACTICE_CREATE)
    def add_practitioner(practice_id: UUID) -> AnyResponse:
        form = request.form
        command = AddPractitioner(
            practice_id,
            form.get("display_name", ""),
            form.get("profession", "other"),
            "".join(form.get("rpps", "").split()),
        )
        return _done(
            deps, practice_id, "practitioners", lambda uow: practice_service.add_practitioner(uow, command)
        )

    @pages.post("/onboarding/<uuid:practice_id>/line")
    @requires(Permission.PRACTICE_CREATE)
    def add_line(practice_id: UUID) -> AnyResponse:
        typed = request.form.get("number", "")
        return _done(
            deps, practice_id, "line", lambda uow: practice_service.add_line(uow, practice_id, typed)
        )

    @pages.post("/onboarding/<uuid:practice_id>/test-call")
    @requires(Permission.POLICY_WRITE)
    def ring_test(practice_id: UUID) -> AnyResponse:
        return _done(deps, practice_id, "test_call", lambda uow: setting_up.ring_test(uow, practice_id))


def _bookings(pages: Blueprint, deps: OnboardingDeps) -> None:
    @pages.post("/onboarding/<uuid:practice_id>/types")
    @requires(Permission.CALENDAR_CONFIGURE)
    def add_type(practice_id: UUID) -> AnyResponse:
        name = request.form.get("name", "").strip()
        minutes = request.form.get("minutes", 0, type=int)
        kept = request.form.get("min_level", "")
        command = CreateAppointmentType(
            practice_id,
            looks.code_of(name),
            name,
            minutes,
            min_level=Level(kept) if kept in set(Level) else None,
            release_hours=_whole(request.form.get("release_hours", "")),
        )
        return _done(
            deps, practice_id, "types", lambda uow: configuration.create_appointment_type(uow, command)
        )

    @pages.post("/onboarding/<uuid:practice_id>/types/sector")
    @requires(Permission.CALENDAR_CONFIGURE)
    def sector_types(practice_id: UUID) -> AnyResponse:
        return _done(
            deps,
            practice_id,
            "types",
            lambda uow: setting_up.take_sector_types(uow, practice_id, deps.sectors),
        )


def _calendars(pages: Blueprint, deps: OnboardingDeps) -> None:
    @pages.post("/onboarding/<uuid:practice_id>/calendars")
    @requires(Permission.CALENDAR_CONFIGURE)
    def connect(practice_id: UUID) -> AnyResponse:
        form = request.form
        typed = TypedCalendar(
            practice_id,
            form.get("practitioner", type=UUID),
            form.get("calendar_kind", ""),
            form.get("url", ""),
            form.get("user", ""),
            form.get("secret", ""),
            form.get("options", ""),
            form.get("lanes", 1, type=int),
        )
        try:
            with deps.unit_of_work(actor()) as uow:
                schedule_id = setting_up.connect_calendar(uow, typed)
                uow.commit()
        except Refused as error:
            return _checklist(deps, practice_id, error, "calendars")
        trial.try_calendar(deps, actor(), practice_id, schedule_id)
        return _back(practice_id, "calendars")

    @pages.post("/onboarding/<uuid:practice_id>/calendars/<uuid:schedule_id>/test")
    @requires(Permission.CALENDAR_CONFIGURE)
    def try_again(practice_id: UUID, schedule_id: UUID) -> AnyResponse:
        trial.try_calendar(deps, actor(), practice_id, schedule_id)
        return _back(practice_id, "calendars")

    @pages.post("/onboarding/<uuid:practice_id>/calendars/<uuid:schedule_id>/hours")
    @requires(Permission.CALENDAR_CONFIGURE)
    def bookable(practice_id: UUID, schedule_id: UUID) -> AnyResponse:
        days = request.form.getlist("day", type=int)
        type_id = request.form.get("appointment_type", type=UUID)
        return _done(
            deps,
            practice_id,
            "hours",
            lambda uow: setting_up.set_bookable(uow, practice_id, schedule_id, days, request.form, type_id),
        )


def _whole(typed: str) -> int | None:
    """Return a whole number as typed, None for none; what is no number is refused with the range, as 0 is."""
    return (int(typed) if typed.strip().isdecimal() else 0) if typed.strip() else None


def _done(
    deps: OnboardingDeps, practice_id: UUID, step: str, act: Callable[[UnitOfWork], object]
) -> AnyResponse:
    """Do one act of a step; after a refusal show the page with what was typed and why."""
    try:
        with deps.unit_of_work(actor()) as uow:
            act(uow)
            uow.commit()
    except Refused as error:
        return _checklist(deps, practice_id, error, step)
    return _back(practice_id, step)


def _choose(deps: OnboardingDeps, error: Refused | None = None) -> Response:
    with deps.unit_of_work(actor()) as uow:
        found = progress.standings(uow)
    page = render_template(
        "onboarding/choose.html",
        standings=found,
        looks=looks,
        sectors=setting_up.sectors(deps.sectors),
        error=error,
        typed=request.form,
    )
    return make_response(page, error.status if error else 200)


def _checklist(
    deps: OnboardingDeps, practice_id: UUID, error: Refused | None = None, step: str = ""
) -> Response:
    with deps.unit_of_work(actor()) as uow:
        found = progress.progress(uow, practice_id)
        words = wording(current_language(), found.card.time_zone, uow.now())
    page = render_template(
        "onboarding/checklist.html",
        seen=found,
        card=found.card,
        words=words,
        looks=looks,
        lanes=setting_up.sector_of(found.card, deps.sectors).lanes,
        kinds=deps.calendars.kinds if isinstance(deps.calendars, KnowsKinds) else (),
        public_url=deps.settings.public_url,
        wrong={step: error},
        typed=request.form,
    )
    return make_response(page, error.status if error else 200)


def _back(practice_id: UUID, step: str) -> AnyResponse:
    return redirect(url_for("onboarding.checklist", practice_id=practice_id, _anchor=step), code=303)
