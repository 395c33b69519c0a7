"""People and what they may serve: create, disable, enrol, give tokens. Passwords come in hashed."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from telesec.accounts import roles, rules, secret_text, totp
from telesec.accounts.models import ApiToken, EnrolmentLink, LoginSession, Membership, Person, RecoveryCode
from telesec.foundation.access import Facts, Permission, Purpose, Role, authorize
from telesec.foundation.errors import Forbidden, NotFound, Refused
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.lengths import refuse_longer
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.vault import installation

INSTALLATION = Facts(practice_id=None)
LINK_OVER = say(
    "This link was used or has expired. If your account is open already, log in; "
    "otherwise ask your supervisor for another link."
)


@dataclass(frozen=True)
class CreatePerson:
    """A new person; they log in once an enrolment link was used."""

    email: str
    display_name: str
    role: Role
    language: str = "fr"
    phone: str | None = None


@dataclass(frozen=True)
class AddMembership:
    """What a person becomes to a practice; ``practitioner_id`` when they are one of its practitioners."""

    practice_id: UUID
    person_id: UUID
    role: Role
    practitioner_id: UUID | None = None


@dataclass(frozen=True)
class MakeToken:
    """A program's key: for some of the person's practices, for some days."""

    person_id: UUID
    name: str
    practice_ids: tuple[UUID, ...]
    lifetime: timedelta = timedelta(days=90)


def create_person(uow: UnitOfWork, command: CreatePerson) -> UUID:
    """Make a person without credentials and return the id.

    Raises:
        Refused: The address is not one, or is taken.
        Forbidden: The actor may not make somebody of this role.
    """
    authorize(uow, Permission.PERSON_MANAGE, on=INSTALLATION)
    _may_grant(uow, command.role)
    email = rules.normal_email(command.email)
    refuse_longer(email, rules.LONGEST_EMAIL, "email", code="email_invalid")
    if not rules.is_email(email):
        raise Refused("email_invalid", say("This is not an e-mail address."), status=422, field="email")
    person_id = new_id()
    phone = installation.seal(uow, "person", person_id, phone=(command.phone or "").encode())["phone"]
    person = Person(
        id=person_id,
        email=email,
        display_name=command.display_name.strip(),
        role=command.role.value,
        language=command.language,
        phone_sealed=phone if command.phone else None,
        created_at=uow.now(),
    )
    try:
        with uow.session.begin_nested():
            uow.session.add(person)
            uow.session.flush()
    except IntegrityError:
        raise Refused(
            "email_taken", say("Somebody already has this e-mail address."), field="email"
        ) from None
    uow.audit("person.create", practice_id=None, object_id=person_id, role=command.role.value)
    return person_id


def add_membership(uow: UnitOfWork, command: AddMembership) -> None:
    """Let a person serve a practice, or change as what.

    Raises:
        NotFound: No such person.
        Forbidden: The actor may not make somebody hold this role.
    """
    authorize(uow, Permission.PERSON_MANAGE, on=Facts(command.practice_id))
    _may_grant(uow, command.role)
    _person(uow, command.person_id)
    key = {"practice_id": command.practice_id, "person_id": command.person_id}
    found = uow.session.get(Membership, (command.practice_id, command.person_id))
    if found is None:
        found = Membership(**key, created_at=uow.now())
        uow.session.add(found)
    found.role, found.practitioner_id = command.role.value, command.practitioner_id
    uow.session.flush()
    uow.audit(
        "membership.grant",
        practice_id=command.practice_id,
        object_id=command.person_id,
        role=command.role.value,
    )


def remove_membership(uow: UnitOfWork, practice_id: UUID, person_id: UUID) -> None:
    """Stop a person from serving a practice; open sessions see it at their next request."""
    authorize(uow, Permission.PERSON_MANAGE, on=Facts(practice_id))
    uow.session.execute(
        delete(Membership).where(Membership.practice_id == practice_id, Membership.person_id == person_id)
    )
    uow.audit("membership.remove", practice_id=practice_id, object_id=person_id)


def disable_person(uow: UnitOfWork, person_id: UUID) -> None:
    """Shut a person out from this moment: sessions and tokens end in the same transaction.

    Raises:
        Refused: One's own account: nobody might be left who can open it again (422).
    """
    authorize(uow, Permission.PERSON_MANAGE, on=INSTALLATION)
    if person_id == uow.actor.person_id:
        raise Refused(
            "own_account",
            say("You cannot shut yourself out. Ask another supervisor, or the operator."),
            status=422,
        )
    person = _person(uow, person_id)
    _may_grant(uow, Role(person.role))
    person.disabled_at = uow.now()
    end_all_sessions(uow, person_id)
    uow.session.execute(
        update(ApiToken)
        .where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=uow.now())
    )
    uow.session.execute(delete(EnrolmentLink).where(EnrolmentLink.person_id == person_id))
    uow.audit("person.disable", practice_id=None, object_id=person_id)


def make_link(uow: UnitOfWork, person_id: UUID) -> str:
    """Return the secret of a one-time enrolment link; earlier links and all sessions end.

    The old password and second factor keep working until the link is used.
    """
    authorize(uow, Permission.PERSON_MANAGE, on=INSTALLATION)
    person = _person(uow, person_id)
    _may_grant(uow, Role(person.role))
    token, secret = secret_text.new_token(), totp.new_secret()
    uow.session.execute(delete(EnrolmentLink).where(EnrolmentLink.person_id == person_id))
    uow.session.add(
        EnrolmentLink(
            token_hash=secret_text.hashed(token),
            person_id=person_id,
            totp_sealed=installation.seal(uow, "totp", person_id, secret=secret)["secret"],
            created_at=uow.now(),
            expires_at=uow.now() + rules.LINK_LIFETIME,
        )
    )
    end_all_sessions(uow, person_id)
    uow.audit("person.enrol_link", practice_id=None, object_id=person_id)
    return token


def enrol(uow: UnitOfWork, token: str, password_hash: str, code: str) -> list[str]:
    """Use a link: set the password and the second factor it carries, return ten recovery codes.

    The codes exist in clear only in this answer.

    Raises:
        NotFound: The link is unknown, used or expired.
        Refused: The code is not the one the authenticator shows now.
    """
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    link = usable_link(uow, token)
    person = _person(uow, link.person_id)
    secret = installation.unseal(uow, "totp", person.id, secret=link.totp_sealed)["secret"]
    step = totp.matching_step(secret, code, last_step=None, now=uow.now())
    if step is None:
        raise Refused(
            "code_wrong",
            say("This code is not right. Type the one your authenticator shows now."),
            status=422,
            field="code",
        )
    link.used_at = uow.now()
    codes = _set_credentials(uow, person, password_hash, link.totp_sealed)
    person.totp_last_step = step
    uow.audit("person.enrol", practice_id=None, object_id=person.id)
    return codes


def usable_link(uow: UnitOfWork, token: str) -> EnrolmentLink:
    """Return a link that was neither used nor has expired, locked until the commit.

    Raises:
        NotFound: There is none; used, expired and unknown are not told apart.
    """
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    link = uow.session.scalars(
        select(EnrolmentLink)
        .join(Person, Person.id == EnrolmentLink.person_id)
        .where(
            EnrolmentLink.token_hash == secret_text.hashed(token),
            EnrolmentLink.used_at.is_(None),
            EnrolmentLink.expires_at > uow.now(),
            Person.disabled_at.is_(None),
        )
        .with_for_update(of=EnrolmentLink)
    ).first()
    if link is None:
        raise NotFound(LINK_OVER)
    return link


def set_credentials(uow: UnitOfWork, person_id: UUID, password_hash: str, secret: bytes) -> list[str]:
    """Give a person known credentials, at set-up only; return the recovery codes.

    Raises:
        Forbidden: Anybody but telesec's own set-up asks.
    """
    authorize(uow, Permission.PERSON_MANAGE, on=INSTALLATION)
    if uow.actor.purpose is not Purpose.SETUP:
        raise Forbidden
    sealed = installation.seal(uow, "totp", person_id, secret=secret)["secret"]
    codes = _set_credentials(uow, _person(uow, person_id), password_hash, sealed)
    uow.audit("person.set_credentials", practice_id=None, object_id=person_id)
    return codes


def make_token(uow: UnitOfWork, command: MakeToken) -> str:
    """Return a fresh API token; it is shown once and serves the person's practices named."""
    authorize(uow, Permission.TOKEN_MANAGE, on=INSTALLATION)
    _person(uow, command.person_id)
    token = secret_text.new_api_token()
    row = ApiToken(
        id=new_id(),
        person_id=command.person_id,
        name=command.name,
        token_hash=secret_text.hashed(token),
        practice_ids=list(command.practice_ids),
        created_at=uow.now(),
        expires_at=uow.now() + command.lifetime,
    )
    uow.session.add(row)
    uow.audit("token.create", practice_id=None, object_id=row.id, person_id=command.person_id)
    return token


def revoke_token(uow: UnitOfWork, token_id: UUID) -> None:
    """End a token from this moment."""
    authorize(uow, Permission.TOKEN_MANAGE, on=INSTALLATION)
    token = uow.session.get(ApiToken, token_id)
    if token is None:
        raise NotFound
    token.revoked_at = token.revoked_at or uow.now()
    uow.audit("token.revoke", practice_id=None, object_id=token_id)


def end_all_sessions(uow: UnitOfWork, person_id: UUID) -> None:
    """End every session of a person: one's own, or of people one manages."""
    if uow.actor.person_id != person_id:
        authorize(uow, Permission.PERSON_MANAGE, on=INSTALLATION)
    uow.session.execute(
        update(LoginSession)
        .where(LoginSession.person_id == person_id, LoginSession.ended_at.is_(None))
        .values(ended_at=uow.now())
    )


def _set_credentials(uow: UnitOfWork, person: Person, password_hash: str, totp_sealed: bytes) -> list[str]:
    person.password_hash, person.totp_sealed, person.totp_last_step = password_hash, totp_sealed, None
    codes = [secret_text.new_recovery_code() for _ in range(rules.RECOVERY_CODES)]
    uow.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    uow.session.execute(
        insert(RecoveryCode),
        [
            {"person_id": person.id, "code_hash": secret_text.hashed_recovery_code(person.id, code)}
            for code in codes
        ],
    )
    uow.session.execute(
        update(LoginSession)
        .where(LoginSession.person_id == person.id, LoginSession.ended_at.is_(None))
        .values(ended_at=uow.now())
    )
    return codes


def _person(uow: UnitOfWork, person_id: UUID) -> Person:
    person = uow.session.get(Person, person_id)
    if person is None or person.disabled_at is not None:
        raise NotFound
    return person


def _may_grant(uow: UnitOfWork, role: Role) -> None:
    if not roles.may_grant(uow.actor, role):
        raise Forbidden
