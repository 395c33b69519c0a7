"""A browser that is logged in as one of the cast, by a real session in the database.

Pages are tested through it as they are used: cookie, form token, origin. The two factors themselves
are tested in ``accounts``; going through them in every test would only be slow.
"""

from collections.abc import Mapping

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from telesec.accounts import secret_text
from telesec.accounts.loader import cookie_name
from telesec.accounts.models import LoginSession, Membership, Person
from telesec.bootstrap import Deps
from telesec.foundation.access import Actor, Purpose, system_actor
from telesec.foundation.ids import new_id

OURS = {"Sec-Fetch-Site": "same-origin"}


class Browser:
    """What a person sees and sends; unsafe requests carry the session's form token by themselves.

    Args:
        client: Flask's own client, with the cookie set.
        form_token: The session's token.
    """

    def __init__(self, client: FlaskClient, form_token: str) -> None:
        self.client = client
        self.form_token = form_token

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> TestResponse:
        """Open a page."""
        return self.client.get(path, headers=dict(headers or {}))

    def post(
        self, path: str, form: Mapping[str, object] | None = None, *, headers: Mapping[str, str] | None = None
    ) -> TestResponse:
        """Send a form, as a page of ours would."""
        data = {"csrf_token": self.form_token, **(form or {})}
        return self.client.post(path, data=data, headers={**OURS, **(headers or {})})


def browser_as(deps: Deps, app: Flask, actor: Actor) -> Browser:
    """Return a browser logged in as a person of the cast; their row is made at first use.

    Args:
        deps: The parts ``app`` was made with.
        app: The application.
        actor: Somebody with a ``person_id``.
    """
    person_id = actor.person_id or new_id()
    token, form_token = secret_text.new_token(), secret_text.new_token()
    with deps.unit_of_work(system_actor(Purpose.SETUP, *actor.practice_ids)) as uow:
        session, now = uow.session, uow.now()
        if session.get(Person, person_id) is None:
            session.add(
                Person(
                    id=person_id,
                    email=f"{person_id}@lilas.example",
                    display_name=actor.role.value,
                    role=actor.role.value,
                    language=actor.language,
                    created_at=now,
                )
            )
            session.flush()
            session.add_all(
                Membership(
                    practice_id=practice_id,
                    person_id=person_id,
                    role=role.value,
                    practitioner_id=actor.practitioner_ids.get(practice_id),
                    created_at=now,
                )
                for practice_id, role in actor.memberships.items()
            )
        session.add(
            LoginSession(
                person_id=person_id,
                token_hash=secret_text.hashed(token),
                csrf_token=form_token,
                address_key="test",
                device="test",
                created_at=now,
                seen_at=now,
            )
        )
        uow.commit()
    client = app.test_client()
    client.set_cookie(cookie_name(deps.settings), token)
    return Browser(client, form_token)
