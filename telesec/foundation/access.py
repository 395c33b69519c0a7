"""Who may do what: the pure check behind every service and read.

Deny by default. ``authorize`` is the first statement of each service and read; the table
``ROLE_PERMISSIONS`` is the matrix of SECURITY.md, and nothing else grants anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Protocol
from uuid import UUID

from telesec.foundation.errors import Forbidden, NotFound


class Role(StrEnum):
    """What a person is to a practice or to the installation."""

    SECRETARY = "secretary"
    SUPERVISOR = "supervisor"
    PRACTITIONER = "practitioner"
    PRACTICE_MANAGER = "practice_manager"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    SYSTEM = "system"


class Permission(StrEnum):
    """One thing that can be done, named ``noun.verb``."""

    CALL_HANDLE = "call.handle"
    CALL_READ = "call.read"
    TRIAGE_RUN = "triage.run"
    PROTOCOL_READ = "protocol.read"
    PROTOCOL_ADOPT = "protocol.adopt"
    PROTOCOL_SIGN = "protocol.sign"
    PATIENT_READ = "patient.read"
    PATIENT_WRITE = "patient.write"
    APPOINTMENT_READ = "appointment.read"
    APPOINTMENT_WRITE = "appointment.write"
    CALENDAR_CONFIGURE = "calendar.configure"
    CALENDAR_LOGIN = "calendar.login"
    CALENDAR_SYNC = "calendar.sync"
    MESSAGE_FILE = "message.file"
    MESSAGE_READ = "message.read"
    MESSAGE_HANDLE = "message.handle"
    ALERT_RAISE = "alert.raise"
    ALERT_READ = "alert.read"
    ALERT_ACKNOWLEDGE = "alert.acknowledge"
    ALERT_CLOSE = "alert.close"
    ALERT_DELIVER = "alert.deliver"
    POLICY_READ = "policy.read"
    POLICY_WRITE = "policy.write"
    CALLBACK_READ = "callback.read"
    CALLBACK_WRITE = "callback.write"
    PRACTICE_READ = "practice.read"
    PRACTICE_CREATE = "practice.create"
    INSTRUCTION_WRITE = "instruction.write"
    BULLETIN_READ = "bulletin.read"
    BULLETIN_WRITE = "bulletin.write"
    PERSON_MANAGE = "person.manage"
    TOKEN_MANAGE = "token.manage"  # noqa: S105 - a permission, not a secret
    SESSION_OWN = "session.own"
    AUDIT_READ = "audit.read"
    AUDIT_SEAL = "audit.seal"
    KEY_MANAGE = "key.manage"
    RETENTION_RUN = "retention.run"


P = Permission

_DESK = frozenset(
    {
        P.CALL_HANDLE, P.CALL_READ, P.TRIAGE_RUN, P.PROTOCOL_READ, P.PATIENT_READ, P.PATIENT_WRITE,
        P.APPOINTMENT_READ, P.APPOINTMENT_WRITE, P.MESSAGE_FILE, P.MESSAGE_READ, P.ALERT_RAISE,
        P.ALERT_READ, P.POLICY_READ, P.CALLBACK_READ, P.CALLBACK_WRITE, P.PRACTICE_READ, P.SESSION_OWN,
    }
)  # fmt: skip

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.SECRETARY: _DESK | {P.BULLETIN_READ},
    Role.SUPERVISOR: _DESK
    | {P.BULLETIN_READ, P.BULLETIN_WRITE,
       P.ALERT_CLOSE, P.INSTRUCTION_WRITE, P.PRACTICE_CREATE, P.PERSON_MANAGE, P.POLICY_WRITE,
       P.CALENDAR_CONFIGURE, P.CALENDAR_LOGIN, P.AUDIT_READ, P.MESSAGE_HANDLE},
    Role.PRACTITIONER: _DESK
    | {P.PROTOCOL_ADOPT, P.PROTOCOL_SIGN, P.ALERT_ACKNOWLEDGE, P.MESSAGE_HANDLE,
       P.INSTRUCTION_WRITE, P.CALENDAR_LOGIN, P.AUDIT_READ},
    Role.PRACTICE_MANAGER: frozenset(
        {P.PRACTICE_READ, P.POLICY_READ, P.INSTRUCTION_WRITE, P.CALENDAR_LOGIN, P.AUDIT_READ,
         P.SESSION_OWN}
    ),
    Role.OPERATOR: frozenset(
        {P.PRACTICE_CREATE, P.PERSON_MANAGE, P.TOKEN_MANAGE, P.KEY_MANAGE, P.CALENDAR_CONFIGURE,
         P.CALENDAR_LOGIN, P.SESSION_OWN, P.AUDIT_READ}
    ),
    Role.AUDITOR: frozenset({P.AUDIT_READ, P.SESSION_OWN}),
    Role.SYSTEM: frozenset(),
}  # fmt: skip


class Purpose(StrEnum):
    """Why telesec itself acts; each purpose has its own short list of permissions."""

    DELIVER_ALERTS = "deliver_alerts"
    RECEIVE_ANSWERS = "receive_answers"
    RECEIVE_CALLS = "receive_calls"
    CALL_BACK = "call_back"
    SETTLE_CALENDARS = "settle_calendars"
    FREE_HOLDS = "free_holds"
    OFFER_FREED = "offer_freed"
    GIVE_UP_DRAFTS = "give_up_drafts"
    SEAL_AUDIT = "seal_audit"
    AUTHENTICATE = "authenticate"
    SETUP = "setup"


_CALLER_GONE = frozenset(
    {
        P.CALL_HANDLE,
        P.CALL_READ,
        P.PRACTICE_READ,
        P.PATIENT_READ,
        P.CALLBACK_WRITE,
        P.TRIAGE_RUN,
        P.ALERT_READ,
    }
)
"""What it takes to put a caller who is gone among the callbacks, with what was heard."""

PURPOSE_PERMISSIONS: Mapping[Purpose, frozenset[Permission]] = {
    Purpose.DELIVER_ALERTS: frozenset({P.ALERT_DELIVER, P.ALERT_READ, P.POLICY_READ, P.PRACTICE_READ}),
    Purpose.RECEIVE_ANSWERS: frozenset({P.ALERT_ACKNOWLEDGE, P.ALERT_READ, P.ALERT_DELIVER}),
    Purpose.RECEIVE_CALLS: _CALLER_GONE,
    Purpose.CALL_BACK: _CALLER_GONE | {P.ALERT_DELIVER},
    Purpose.SETTLE_CALENDARS: frozenset({P.APPOINTMENT_READ, P.APPOINTMENT_WRITE, P.CALENDAR_SYNC}),
    Purpose.FREE_HOLDS: frozenset({P.APPOINTMENT_WRITE}),
    Purpose.OFFER_FREED: frozenset({P.APPOINTMENT_READ, P.CALLBACK_WRITE, P.PRACTICE_READ}),
    Purpose.GIVE_UP_DRAFTS: frozenset({P.RETENTION_RUN}),
    Purpose.SEAL_AUDIT: frozenset({P.AUDIT_SEAL}),
    Purpose.AUTHENTICATE: frozenset({P.SESSION_OWN}),
    Purpose.SETUP: frozenset(Permission) - {P.MESSAGE_READ, P.ALERT_ACKNOWLEDGE},
}


@dataclass(frozen=True)
class Actor:
    """Who acts, built by ``accounts`` from a session or a token, never by a caller's own words.

    ``memberships`` maps each practice the actor may serve to the role held there. ``role`` is the
    installation-wide role and decides for what belongs to no practice. ``practitioner_ids`` maps a
    practice to the practitioner this person is there. ``attempt_id`` names the attempt at a repeatable
    request this actor was built for.
    """

    role: Role
    person_id: UUID | None = None
    memberships: Mapping[UUID, Role] = field(default_factory=dict)
    practitioner_ids: Mapping[UUID, UUID] = field(default_factory=dict)
    session_id: UUID | None = None
    token_id: UUID | None = None
    purpose: Purpose | None = None
    language: str = "fr"
    attempt_id: UUID | None = None

    @cached_property
    def practice_ids(self) -> tuple[UUID, ...]:
        """The practices this actor may touch, sorted; they become the signed database context."""
        return tuple(sorted(self.memberships))

    def permissions_for(self, practice_id: UUID | None) -> frozenset[Permission]:
        """Return what this actor may do to things of one practice (None: of the installation)."""
        if self.purpose is not None:
            return PURPOSE_PERMISSIONS[self.purpose]
        if practice_id is None:
            return ROLE_PERMISSIONS[self.role]
        role = self.memberships.get(practice_id)
        return ROLE_PERMISSIONS[role] if role else frozenset()


def system_actor(purpose: Purpose, *practice_ids: UUID) -> Actor:
    """Return the actor telesec itself is while it works for one purpose on named practices."""
    memberships = dict.fromkeys(practice_ids, Role.SYSTEM)
    return Actor(role=Role.SYSTEM, memberships=memberships, purpose=purpose)


@dataclass(frozen=True)
class Facts:
    """What the check may know about the thing acted on.

    Args:
        practice_id: The tenant; None for things of the installation.
        state: State of the record, if it has one.
        age: How old the record is; a secretary needs a reason beyond 72 hours.
        reason: The reason typed by the actor, if any.
        practitioner_ids: Practitioners concerned (whom the alert called, whose inbox it is);
            empty when the thing concerns all.
    """

    practice_id: UUID | None
    state: str | None = None
    age: timedelta | None = None
    reason: str | None = None
    practitioner_ids: frozenset[UUID] = frozenset()


class HasActor(Protocol):
    """Anything that carries the actor; in practice the unit of work."""

    @property
    def actor(self) -> Actor: ...


REREAD_LIMIT = timedelta(hours=72)


def check(actor: Actor, permission: Permission, facts: Facts) -> None:
    """Raise unless ``actor`` may do ``permission`` to the thing described by ``facts``.

    Raises:
        NotFound: The practice is not one of the actor's: its existence is not confirmed.
        Forbidden: The role, or the state of the record, does not allow it.
    """
    practice_id = facts.practice_id
    if practice_id is not None and actor.role is not Role.SYSTEM and practice_id not in actor.memberships:
        raise NotFound
    if permission not in actor.permissions_for(practice_id):
        raise Forbidden
    role = actor.memberships.get(practice_id) if practice_id else actor.role
    if permission is Permission.MESSAGE_READ and role is Role.SECRETARY:
        old = facts.age is not None and facts.age > REREAD_LIMIT
        if (old or facts.state == "handled") and not facts.reason:
            raise Forbidden(code="reason_needed")
    if permission is Permission.ALERT_ACKNOWLEDGE and role is Role.PRACTITIONER and practice_id:
        mine = actor.practitioner_ids.get(practice_id)
        if facts.practitioner_ids and mine not in facts.practitioner_ids:
            raise Forbidden


def authorize(uow: HasActor, permission: Permission, *, on: Facts) -> None:
    """Refuse unless the unit of work's actor may do this; the first line of services and reads."""
    check(uow.actor, permission, on)
