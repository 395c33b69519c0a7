"""The second factor asked for in a form: whatever page holds the field ``code`` may ask for it."""

from flask import after_this_request, request
from werkzeug.wrappers import Response

from telesec.accounts import flow
from telesec.accounts.loader import with_cookie
from telesec.accounts.ports import AccountsDeps
from telesec.accounts.step_up import Act
from telesec.web.access import actor

LONGEST_CODE = 40


def take_code(deps: AccountsDeps, act: Act) -> None:
    """Use up the code typed in this form, if any, for an act; the answer carries the session's new cookie.

    Raises:
        Refused: The code is wrong (422).
        TooMany: Wait before the next attempt.
    """
    code = request.form.get("code", "").strip()[:LONGEST_CODE]
    if not code:
        return
    token = flow.prove(deps, actor(), act, code)

    @after_this_request
    def renew(answer: Response) -> Response:
        return with_cookie(answer, deps.settings, token)
