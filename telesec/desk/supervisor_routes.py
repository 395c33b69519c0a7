"""The supervisor's pages: what is red or stuck, one alert, the people."""

from urllib.parse import urljoin
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.accounts import reads as accounts
from telesec.accounts import step_up
from telesec.accounts.proof import take_code
from telesec.accounts.step_up import Act
from telesec.alerts import service as alerts
from telesec.alerts.service import CloseAlert
from telesec.desk import (
    phone_looks,
    phone_reads,
    supervisor_bulletin,
    supervisor_leaving,
    supervisor_looks,
    supervisor_people,
    supervisor_reads,
)
from telesec.desk.ports import DeskDeps
from telesec.desk.supervisor_people import NewPerson
from telesec.desk.wording import wording
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused, TooMany
from telesec.practices import reads as practices
from telesec.triage import governance
from telesec.web.access import actor, requires


def blueprint(deps: DeskDeps) -> Blueprint:
    """Return the supervisor's pages."""
    pages = Blueprint("supervisor", __name__)
    _board_pages(pages, deps)
    _people_pages(pages, deps)
    _person_pages(pages, deps)
    supervisor_bulletin.install(pages, deps)
    return pages


def _board_pages(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.get("/supervisor")
    @requires(Permission.ALERT_CLOSE)
    def board() -> str:
        with deps.unit_of_work(actor()) as uow:
            found = supervisor_reads.overview(
                uow, cursor=request.args.get("cursor"), callbacks_after=request.args.get("callbacks")
            )
            due = governance.due_everywhere(uow, deps.library)
        return render_template(
            "desk/supervisor/board.html",
            seen=found,
            due=due,
            looks=supervisor_looks,
            key_file=deps.keys.file_state(),
        )

    @pages.get("/supervisor/alerts/<uuid:alert_id>")
    @requires(Permission.ALERT_CLOSE)
    def alert(alert_id: UUID) -> Response:
        return _sheet(deps, alert_id)

    @pages.post("/supervisor/alerts/<uuid:alert_id>/close")
    @requires(Permission.ALERT_CLOSE)
    def close(alert_id: UUID) -> AnyResponse:
        try:
            with deps.unit_of_work(actor()) as uow:
                alerts.close_alert(uow, CloseAlert(alert_id, request.form.get("reason", "")))
                uow.commit()
        except Refused as error:
            return _sheet(deps, alert_id, error)
        return redirect(url_for("supervisor.board"), code=303)


def _sheet(deps: DeskDeps, alert_id: UUID, error: Refused | None = None) -> Response:
    """Show the alert as it is now; after a refusal with the reason still typed."""
    with deps.unit_of_work(actor()) as uow:
        found = phone_reads.sheet(uow, deps.library, alert_id, needs=Permission.ALERT_CLOSE)
        uow.commit()
    typed = request.form.get("reason", "")
    page = render_template(
        "desk/supervisor/alert.html", sheet=found, looks=phone_looks, error=error, typed=typed
    )
    return make_response(page, error.status if error else 200)


def _people_pages(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.get("/supervisor/people")
    @requires(Permission.PERSON_MANAGE)
    def people() -> Response:
        return _people(deps)

    @pages.post("/supervisor/people")
    @requires(Permission.PERSON_MANAGE)
    def add() -> Response:
        form = request.form
        typed = NewPerson(
            form.get("display_name", ""),
            form.get("email", ""),
            form.get("role", ""),
            form.get("language", "fr"),
            tuple(form.getlist("practice", type=UUID)),
            form.get("practitioner", type=UUID),
        )
        try:
            take_code(deps, Act.MANAGE_PEOPLE)
            with deps.unit_of_work(actor()) as uow:
                token = supervisor_people.add(uow, typed)
                uow.commit()
        except (Refused, TooMany) as error:
            return _people(deps, error)
        return _shown_once(deps, token, typed.display_name)

    @pages.post("/supervisor/people/<uuid:person_id>/link")
    @requires(Permission.PERSON_MANAGE)
    def link(person_id: UUID) -> Response:
        try:
            take_code(deps, Act.MANAGE_PEOPLE)
            with deps.unit_of_work(actor()) as uow:
                token = supervisor_people.link(uow, person_id)
                name = accounts.names(uow, [person_id])[person_id]
                uow.commit()
        except (Refused, TooMany) as error:
            return _people(deps, error, link_for=person_id)
        return _shown_once(deps, token, name)


def _person_pages(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.get("/supervisor/people/<uuid:person_id>")
    @requires(Permission.PERSON_MANAGE)
    def person(person_id: UUID) -> Response:
        return _person(deps, person_id)

    @pages.post("/supervisor/people/<uuid:person_id>/practices")
    @requires(Permission.PERSON_MANAGE)
    def serves(person_id: UUID) -> AnyResponse:
        try:
            take_code(deps, Act.MANAGE_PEOPLE)
            with deps.unit_of_work(actor()) as uow:
                supervisor_people.set_served(uow, person_id, request.form.getlist("practice", type=UUID))
                uow.commit()
        except (Refused, TooMany) as error:
            return _person(deps, person_id, error, "practices")
        return redirect(url_for("supervisor.person", person_id=person_id), code=303)

    @pages.post("/supervisor/people/<uuid:person_id>/disable")
    @requires(Permission.PERSON_MANAGE)
    def disable(person_id: UUID) -> AnyResponse:
        try:
            with deps.unit_of_work(actor()) as uow:
                supervisor_leaving.leave(uow, person_id, off_call=request.form.get("off_call") == "yes")
                uow.commit()
        except Refused as error:
            return _person(deps, person_id, error, "leave")
        return redirect(url_for("supervisor.people"), code=303)


def _person(
    deps: DeskDeps, person_id: UUID, error: Refused | TooMany | None = None, form: str = ""
) -> Response:
    """Show one person and what their leaving would leave behind; after a refusal with what was chosen."""
    with deps.unit_of_work(actor()) as uow:
        found = supervisor_leaving.leaving(uow, person_id)
        proven = step_up.proven(uow, Act.MANAGE_PEOPLE)
        now = uow.now()
    page = render_template(
        "desk/supervisor/person.html",
        seen=found,
        proven=proven,
        looks=supervisor_looks,
        words={one.card.id: wording(actor().language, one.card.time_zone, now) for one in found.left},
        errors={form: error},
        typed=request.form,
    )
    return make_response(page, error.status if error else 200)


def _people(
    deps: DeskDeps, error: Refused | TooMany | None = None, *, link_for: UUID | None = None
) -> Response:
    """Show who may log in; after a refusal with the person as typed, or asking for the code of a link."""
    with deps.unit_of_work(actor()) as uow:
        found = accounts.people(uow)
        proven = step_up.proven(uow, Act.MANAGE_PEOPLE)
        cards = practices.practices(uow)
    page = render_template(
        "desk/supervisor/people.html",
        people=found,
        practices=cards,
        roles=supervisor_people.grantable(actor()),
        looks=supervisor_looks,
        error=error,
        link_for=link_for,
        proven=proven,
        typed=request.form,
    )
    return make_response(page, error.status if error else 200)


def _shown_once(deps: DeskDeps, token: str, name: str) -> Response:
    address = urljoin(deps.settings.public_url, url_for("accounts.enrol_form", token=token))
    return make_response(render_template("desk/supervisor/link.html", address=address, name=name))
