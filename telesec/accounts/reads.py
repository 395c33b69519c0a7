"""Who a cookie or a token is, and lists of people; two queries at most, nothing written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, text

from telesec.accounts import rules, secret_text, service, totp
from telesec.accounts.models import LoginSession, Person
from telesec.foundation.access import Actor, Facts, Permission, Role, authorize
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.vault import installation

MOST_PEOPLE = 1000
PERSON, WALL = "person", "wall"
"""Kinds of sessions."""
INSTALLATION = Facts(practice_id=None)


@dataclass(frozen=True)
class KnownSession:
    """A living session: who it is, its form token, whether it is locked and when it was last in use.

    Args:
        at_work: It would be locked for idleness, but for an open call, a held slot or a vital alert.
    """

    actor: Actor
    session_id: UUID
    csrf_token: str
    display_name: str
    email: str
    locked: bool
    seen_at: datetime
    at_work: bool = False


@dataclass(frozen=True)
class SessionCard:
    """One of one's own sessions, as listed; ``wall`` for one that only shows the wall."""

    id: UUID
    device: str
    wall: bool
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class PersonCard:
    """A person as listed for those who manage people."""

    id: UUID
    email: str
    display_name: str
    role: Role
    enrolled: bool
    disabled: bool


@dataclass(frozen=True)
class Invitation:
    """What an enrolment link shows: whose it is, what an authenticator reads, the key to type in one."""

    email: str
    display_name: str
    authenticator: str
    key: str = field(repr=False)


def actor_for_session(uow: UnitOfWork, token: str) -> KnownSession | None:
    """Return the living session of a cookie, locked or not; None when it ended or never was.

    An open call, a held slot and a vital alert nobody took count as activity; the absolute end waits for the
    first two.
    """
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    row = uow.session.execute(
        select(LoginSession, Person)
        .join(Person, Person.id == LoginSession.person_id)
        .where(
            LoginSession.token_hash == secret_text.hashed(token),
            LoginSession.kind == PERSON,
            LoginSession.ended_at.is_(None),
            Person.disabled_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    session, person, now = row.LoginSession, row.Person, uow.now()
    if rules.is_dead(session.created_at, now) and rules.is_dead(
        session.created_at, now, in_call=_in_call(uow, person.id)
    ):
        return None
    idle = rules.is_idle(session.seen_at, now)
    at_work = idle and session.locked_at is None and _at_work(uow, person.id)
    return KnownSession(
        actor=_actor(uow, person, session_id=session.id),
        session_id=session.id,
        csrf_token=session.csrf_token,
        display_name=person.display_name,
        email=person.email,
        locked=session.locked_at is not None or (idle and not at_work),
        seen_at=session.seen_at,
        at_work=at_work,
    )


def actor_for_wall(uow: UnitOfWork, token: str) -> KnownSession | None:
    """Return whose wall session a cookie is; None when it ended, is no wall's, or is too old."""
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    row = uow.session.execute(
        select(LoginSession, Person)
        .join(Person, Person.id == LoginSession.person_id)
        .where(
            LoginSession.token_hash == secret_text.hashed(token),
            LoginSession.kind == WALL,
            LoginSession.ended_at.is_(None),
            LoginSession.created_at > uow.now() - rules.WALL,
            Person.disabled_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    session, person = row.LoginSession, row.Person
    return KnownSession(
        actor=_actor(uow, person, session_id=session.id),
        session_id=session.id,
        csrf_token="",
        display_name=person.display_name,
        email=person.email,
        locked=False,
        seen_at=session.seen_at,
    )


def actor_for_token(uow: UnitOfWork, token: str) -> Actor | None:
    """Return who an API token acts for, within its practices; None when it is not valid now."""
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    if not secret_text.is_api_token(token):
        return None
    rows = uow.session.execute(
        _TOKEN, {"hashed": secret_text.hashed(token), "now": uow.now()}
    ).all()  # one for each practice, without one where there is none
    if not rows:
        return None
    first = rows[0]
    served = [row for row in rows if row.practice_id in first.practice_ids]
    return Actor(
        role=Role(first.role),
        person_id=first.person_id,
        memberships={row.practice_id: Role(row.held) for row in served},
        practitioner_ids={row.practice_id: row.practitioner_id for row in served if row.practitioner_id},
        token_id=first.token_id,
        language=first.language,
    )


_TOKEN = text(
    "select t.id as token_id, t.practice_ids, p.id as person_id, p.role, p.language, "
    "m.practice_id, m.role as held, m.practitioner_id "
    "from api_token t join person p on p.id = t.person_id "
    "left join lateral sec.find_memberships(p.id) m on true "
    "where t.token_hash = :hashed and t.revoked_at is null and t.expires_at > :now and p.disabled_at is null "
    "order by m.practice_id"
)


def invitation(uow: UnitOfWork, token: str) -> Invitation:
    """Return what an enrolment link shows.

    Raises:
        NotFound: The link is unknown, used or expired.
    """
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    link = service.usable_link(uow, token)
    person = uow.session.get_one(Person, link.person_id)
    secret = installation.unseal(uow, "totp", person.id, secret=link.totp_sealed)["secret"]
    address, key = totp.address(secret, person.email), totp.to_base32(secret)
    return Invitation(person.email, person.display_name, address, key)


def own_sessions(uow: UnitOfWork) -> list[SessionCard]:
    """Return one's own living sessions, newest first."""
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    rows = uow.session.scalars(
        select(LoginSession)
        .where(
            LoginSession.person_id == uow.actor.person_id,
            LoginSession.ended_at.is_(None),
            or_(
                LoginSession.created_at > uow.now() - rules.ABSOLUTE,
                LoginSession.id == uow.actor.session_id,
                (LoginSession.kind == WALL) & (LoginSession.created_at > uow.now() - rules.WALL),
            ),
        )
        .order_by(LoginSession.created_at.desc())
        .limit(MOST_PEOPLE)
    )
    return [SessionCard(row.id, row.device, row.kind == WALL, row.created_at, row.seen_at) for row in rows]


def people(uow: UnitOfWork) -> list[PersonCard]:
    """Return everybody, by name."""
    authorize(uow, Permission.PERSON_MANAGE, on=INSTALLATION)
    rows = uow.session.scalars(select(Person).order_by(Person.display_name).limit(MOST_PEOPLE))
    return [card_of(row) for row in rows]


def person_by_email(uow: UnitOfWork, email: str) -> PersonCard | None:
    """Return a person by address, for those who manage people."""
    authorize(uow, Permission.PERSON_MANAGE, on=INSTALLATION)
    row = uow.session.scalars(select(Person).where(Person.email == rules.normal_email(email))).first()
    return card_of(row) if row else None


def names(uow: UnitOfWork, person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the display names of colleagues, for authors and handlers; one query."""
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    rows = uow.session.execute(
        select(Person.id, Person.display_name).where(Person.id.in_(set(person_ids))).limit(MOST_PEOPLE)
    )
    return {row.id: row.display_name for row in rows}


def _in_call(uow: UnitOfWork, person_id: UUID) -> bool:
    """Return whether a person has a call open or holds a slot."""
    found = uow.session.execute(
        text("select 1 from sec.find_open_work(:person, :now) limit 1"),
        {"person": person_id, "now": uow.now()},
    )
    return found.first() is not None


def _at_work(uow: UnitOfWork, person_id: UUID) -> bool:
    """Return whether something of a person's cannot wait behind a lock screen."""
    vital = text("select 1 from sec.find_vital_alerts(:person) limit 1")
    return _in_call(uow, person_id) or uow.session.execute(vital, {"person": person_id}).first() is not None


def card_of(person: Person) -> PersonCard:
    """Return a person as listed. No authorization: a row in hand was read by who may."""
    return PersonCard(
        id=person.id,
        email=person.email,
        display_name=person.display_name,
        role=Role(person.role),
        enrolled=person.password_hash is not None,
        disabled=person.disabled_at is not None,
    )


def _actor(uow: UnitOfWork, person: Person, *, session_id: UUID) -> Actor:
    rows = uow.session.execute(
        text("select practice_id, role, practitioner_id from sec.find_memberships(:person)"),
        {"person": person.id},
    ).all()
    return Actor(
        role=Role(person.role),
        person_id=person.id,
        memberships={row.practice_id: Role(row.role) for row in rows},
        practitioner_ids={row.practice_id: row.practitioner_id for row in rows if row.practitioner_id},
        session_id=session_id,
        language=person.language,
    )
