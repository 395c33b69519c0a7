"""The protocols of a practice: list, one protocol, review before a signature, signing, the report."""

from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from telesec.accounts.proof import take_code
from telesec.accounts.step_up import Act
from telesec.desk import protocol_additions, protocol_editor, protocol_looks, protocol_reads
from telesec.desk.ports import DeskDeps
from telesec.foundation.access import Permission
from telesec.foundation.errors import Refused, TooMany
from telesec.triage import governance, signing
from telesec.triage.governance import ExtendReview
from telesec.triage.signing import Sign
from telesec.web.access import actor, requires

PATH = "/practice/<uuid:practice_id>/protocols"
PERIODS = (30, 90, 365)


def blueprint(deps: DeskDeps) -> Blueprint:
    """Return the pages of protocols."""
    pages = Blueprint("protocols", __name__)
    _look(pages, deps)
    _sign(pages, deps)
    protocol_editor.install(pages, deps)
    protocol_additions.install(pages, deps)
    return pages


def _look(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.get(PATH)
    @requires(Permission.PROTOCOL_READ)
    def listing(practice_id: UUID) -> str:
        with deps.unit_of_work(actor()) as uow:
            found = protocol_reads.listing(uow, deps.library, practice_id)
        return render_template("desk/protocols/list.html", page=found, looks=protocol_looks)

    @pages.get(f"{PATH}/<code>")
    @requires(Permission.PROTOCOL_READ)
    def one(practice_id: UUID, code: str) -> Response:
        return _one(deps, practice_id, code)

    @pages.post(f"{PATH}/<code>/extend")
    @requires(Permission.POLICY_WRITE)
    def extend(practice_id: UUID, code: str) -> AnyResponse:
        command = ExtendReview(practice_id, code, request.form.get("reason", ""))
        try:
            with deps.unit_of_work(actor()) as uow:
                governance.extend(uow, deps.library, command)
                uow.commit()
        except Refused as error:
            return _one(deps, practice_id, code, error)
        return _back(practice_id, code)

    @pages.get("/practice/<uuid:practice_id>/triage-report")
    @requires(Permission.MESSAGE_HANDLE)
    def report(practice_id: UUID) -> str:
        wish = request.args.get("days", 90, type=int)
        days = wish if wish in PERIODS else 90
        with deps.unit_of_work(actor()) as uow:
            found = protocol_reads.judged(uow, deps.library, practice_id, days)
            uow.commit()
        return render_template(
            "desk/protocols/report.html", page=found, looks=protocol_looks, days=days, periods=PERIODS
        )


def _sign(pages: Blueprint, deps: DeskDeps) -> None:
    @pages.get(f"{PATH}/<code>/sign")
    @requires(Permission.PROTOCOL_SIGN)
    def review(practice_id: UUID, code: str) -> Response:
        return _review(deps, practice_id, code)

    @pages.post(f"{PATH}/<code>/sign")
    @requires(Permission.PROTOCOL_SIGN)
    def sign(practice_id: UUID, code: str) -> AnyResponse:
        form = request.form
        accepts = form.get("accepts_lower") == "yes"
        command = Sign(practice_id, code, form.get("mark", ""), accepts, form.get("reason", ""))
        try:
            take_code(deps, Act.SIGN_PROTOCOL)
            with deps.unit_of_work(actor()) as uow:
                signing.sign(uow, deps.library, command)
                uow.commit()
        except (Refused, TooMany) as error:
            return _review(deps, practice_id, code, error)
        return _back(practice_id, code)

    @pages.post(f"{PATH}/<code>/retire")
    @requires(Permission.PROTOCOL_SIGN)
    def retire(practice_id: UUID, code: str) -> AnyResponse:
        try:
            take_code(deps, Act.SIGN_PROTOCOL)
            with deps.unit_of_work(actor()) as uow:
                signing.retire(uow, deps.library, practice_id, code)
                uow.commit()
        except (Refused, TooMany) as error:
            return _one(deps, practice_id, code, error)
        return _back(practice_id, code)


def _one(deps: DeskDeps, practice_id: UUID, code: str, error: Refused | TooMany | None = None) -> Response:
    with deps.unit_of_work(actor()) as uow:
        found = protocol_reads.one(uow, deps.library, practice_id, code)
    page = render_template(
        "desk/protocols/one.html", page=found, looks=protocol_looks, error=error, typed=request.form
    )
    return make_response(page, error.status if error else 200)


def _review(deps: DeskDeps, practice_id: UUID, code: str, error: Refused | TooMany | None = None) -> Response:
    """Show what would be signed; past calls are opened to replay them, and the journal says so."""
    with deps.unit_of_work(actor()) as uow:
        found = protocol_reads.to_sign(uow, deps.library, practice_id, code)
        uow.commit()
    page = render_template(
        "desk/protocols/sign.html", page=found, looks=protocol_looks, error=error, typed=request.form
    )
    return make_response(page, error.status if error else 200)


def _back(practice_id: UUID, code: str) -> AnyResponse:
    return redirect(url_for("protocols.one", practice_id=practice_id, code=code), code=303)
