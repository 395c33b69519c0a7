"""A browser or a program logged in as one of the cast, by a real session or token in the database.

Pages are tested through it as they are used: cookie, form token, origin. The two factors themselves
are tested in ``accounts``; going through them in every test would only be slow.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from telesec.accounts import secret_text
from telesec.accounts import service as accounts
from telesec.accounts.loader import cookie_name
from telesec.accounts.models import ApiToken, LoginSession, Membership, Person, StepUp
from telesec.accounts.service import MakeToken
from telesec.accounts.step_up import Act
from telesec.bootstrap import Deps
from telesec.foundation.access import Actor, Purpose, system_actor
from telesec.foundation.ids import new_id
from telesec.foundation.unit_of_work import UnitOfWork

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
    token, form_token = secret_text.new_token(), secret_text.new_token()
    with deps.unit_of_work(system_actor(Purpose.SETUP, *actor.practice_ids)) as uow:
        person_id, session, now = known(uow, actor), uow.session, uow.now()
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


def stepped_up(deps: Deps, actor: Actor, act: Act) -> Actor:
    """Return a person of the cast in a session whose second factor was just given anew for an act."""
    with deps.unit_of_work(system_actor(Purpose.SETUP, *actor.practice_ids)) as uow:
        person_id, session_id, now = known(uow, actor), new_id(), uow.now()
        uow.session.add(
            LoginSession(
                id=session_id,
                person_id=person_id,
                token_hash=secret_text.hashed(secret_text.new_token()),
                csrf_token="token",
                address_key="test",
                device="test",
                created_at=now,
                seen_at=now,
            )
        )
        uow.session.flush()
        uow.session.add(StepUp(session_id=session_id, act=act.value, proven_at=now))
        uow.commit()
    return replace(actor, session_id=session_id)


class Program:
    """A program that speaks to the API with a token.

    Args:
        client: Flask's own client.
        token: Of a person, for all the practices they serve.
        revoke: Ends the token.
    """

    def __init__(self, client: FlaskClient, token: str, revoke: Callable[[], None]) -> None:
        self.client = client
        self.token = token
        self.revoke = revoke

    def get(self, path: str, query_string: Mapping[str, object] | None = None) -> TestResponse:
        """Ask."""
        return self.client.get(path, query_string=query_string, headers=self._headers({}))

    def post(
        self, path: str, json: object = None, *, key: str = "", headers: Mapping[str, str] | None = None
    ) -> TestResponse:
        """Send a body; ``key`` is an ``Idempotency-Key``."""
        more = {"Idempotency-Key": key} if key else {}
        return self.client.post(path, json=json, headers=self._headers({**more, **(headers or {})}))

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **more}


def program_as(deps: Deps, app: Flask, actor: Actor) -> Program:
    """Return a program with a fresh token of a person of the cast."""
    setup = system_actor(Purpose.SETUP, *actor.practice_ids)
    with deps.unit_of_work(setup) as uow:
        person_id = known(uow, actor)
        token = accounts.make_token(uow, MakeToken(person_id, "test", actor.practice_ids, timedelta(days=30)))
        uow.commit()
    with deps.unit_of_work(setup) as uow:
        token_id = uow.session.scalars(
            select(ApiToken.id).where(ApiToken.token_hash == secret_text.hashed(token))
        ).one()

    def revoke() -> None:
        with deps.unit_of_work(setup) as uow:
            accounts.revoke_token(uow, token_id)
            uow.commit()

    return Program(app.test_client(), token, revoke)


def known(uow: UnitOfWork, actor: Actor) -> UUID:
    """Return the id of a person of the cast; their row and memberships are written at first use."""
    person_id = actor.person_id or new_id()
    session, now = uow.session, uow.now()
    if session.get(Person, person_id) is not None:
        return person_id
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
    session.flush()
    return person_id
