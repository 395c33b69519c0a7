"""Who is called for a practice, and how: the on-call order and the contact methods.

Refuses an address nobody verified: an urgent notice to a wrong number is a notice nobody got. Refuses an
order with somebody no number rings, and to take away the last number of somebody who stands in it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete, select, text

from telesec.alerts.models import ContactMethod, OnCall
from telesec.alerts.replies import mask
from telesec.alerts.rules import LADDER_LENGTH, ChannelKind
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.lengths import refuse_longer
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices import reads as practices
from telesec.practices.models import Practice
from telesec.practices.numbers import to_e164
from telesec.practices.rules import Moment, moment
from telesec.vault import installation
from telesec.vault import service as vault

KIND = "contact_method"
PURPOSE = "contact"
LONGEST_ADDRESS = 254
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
PHONES = frozenset({ChannelKind.SMS, ChannelKind.VOICE})
"""What every level of alert tries: who has neither is reached by none. An e-mail rings nobody."""


@dataclass(frozen=True)
class AddContact:
    """A way to reach a practitioner.

    Args:
        address: As typed; a phone number is kept as E.164.
        verified: Somebody called the number or had its code read back.
        position: The lowest one of a channel is used.
    """

    practice_id: UUID
    practitioner_id: UUID
    channel: ChannelKind
    address: str = field(repr=False)
    verified: bool = False
    position: int = 0


def set_on_call(uow: UnitOfWork, practice_id: UUID, practitioner_ids: Sequence[UUID]) -> None:
    """Set who is called for urgent messages, first one first; replaces the whole order.

    Raises:
        Refused: Somebody stands twice in it, it is longer than an escalation goes, or it has somebody no
            verified number reaches (422; ``practitioner_ids`` in ``extra``).
        NotFound: Not a practitioner of this practice.
    """
    authorize(uow, Permission.POLICY_WRITE, on=Facts(practice_id))
    if len(set(practitioner_ids)) != len(practitioner_ids) or len(practitioner_ids) > LADDER_LENGTH:
        raise Refused(
            "bad_on_call_order",
            say("Name each person once, and at most %(limit)s people.", limit=LADDER_LENGTH),
            status=422,
        )
    _refuse_unreachable(uow, practice_id, practitioner_ids)
    _write_order(uow, practice_id, practitioner_ids)


def _write_order(uow: UnitOfWork, practice_id: UUID, practitioner_ids: Sequence[UUID]) -> None:
    uow.session.execute(delete(OnCall).where(OnCall.practice_id == practice_id))
    uow.session.add_all(
        OnCall(practice_id=practice_id, position=position, practitioner_id=practitioner_id)
        for position, practitioner_id in enumerate(practitioner_ids)
    )
    uow.audit("on_call.set", practice_id=practice_id, practitioners=[str(one) for one in practitioner_ids])
    uow.publish("policy", practice_id)


def add_contact(uow: UnitOfWork, command: AddContact) -> UUID:
    """Add a way to reach a practitioner; return its id.

    Raises:
        Refused: The number or address cannot be one, or is there already (422).
    """
    authorize(uow, Permission.POLICY_WRITE, on=Facts(command.practice_id))
    address = _address(command)
    contact_id = new_id()
    sealed = vault.seal(uow, command.practice_id, KIND, contact_id, 1, address=address)
    found_by = command.channel in PHONES or command.channel is ChannelKind.EMAIL
    route = installation.index(uow, PURPOSE, address) if found_by else None
    if route is not None:
        _refuse_known(uow, command, route)
    uow.session.add(
        ContactMethod(
            practice_id=command.practice_id,
            id=contact_id,
            practitioner_id=command.practitioner_id,
            channel=command.channel.value,
            address_sealed=sealed["address"],
            sealed_version=1,
            route_index=route,
            position=command.position,
            verified_at=uow.now() if command.verified else None,
            created_at=uow.now(),
        )
    )
    uow.audit(
        "contact.add",
        practice_id=command.practice_id,
        object_id=contact_id,
        channel=command.channel.value,
        verified=command.verified,
    )
    uow.publish("policy", command.practice_id)
    return contact_id


def remove_contact(uow: UnitOfWork, practice_id: UUID, contact_id: UUID) -> None:
    """Forget a way to reach a practitioner.

    Raises:
        Refused: ``last_number`` (409): they are called for urgent messages and no other number reaches them.
        NotFound: No such contact here.
    """
    authorize(uow, Permission.POLICY_WRITE, on=Facts(practice_id))
    contact = uow.session.get(ContactMethod, (practice_id, contact_id))
    if contact is None:
        raise NotFound
    _refuse_last(uow, contact)
    uow.session.delete(contact)
    vault.shred(uow, practice_id, contact_id)
    uow.audit("contact.remove", practice_id=practice_id, object_id=contact_id)
    uow.publish("policy", practice_id)


def take_off(uow: UnitOfWork, practice_id: UUID, practitioner_id: UUID) -> None:
    """Call a practitioner no more: off the on-call order, and every way to reach them forgotten.

    An alert that is under way keeps the order it was raised with, and finds no way to reach them.
    """
    authorize(uow, Permission.POLICY_WRITE, on=Facts(practice_id))
    order = order_of_duty(uow, practice_id)
    if practitioner_id in order:
        _write_order(uow, practice_id, [one for one in order if one != practitioner_id])
    ways = uow.session.scalars(
        select(ContactMethod.id).where(
            ContactMethod.practice_id == practice_id, ContactMethod.practitioner_id == practitioner_id
        )
    ).all()
    for contact_id in ways:
        remove_contact(uow, practice_id, contact_id)


def find_by_number(uow: UnitOfWork, number: str) -> tuple[tuple[UUID, UUID], ...]:
    """Return (practice_id, contact_id) of every verified contact with a number; no tenant is known yet."""
    authorize(uow, Permission.ALERT_READ, on=Facts(None))
    rows = uow.session.execute(
        text("select practice_id, id from sec.find_contacts(:key)"),
        {"key": installation.index(uow, PURPOSE, number)},
    )
    return tuple((row.practice_id, row.id) for row in rows)


def order_of_duty(uow: UnitOfWork, practice_id: UUID) -> tuple[UUID, ...]:
    """Return who is on call for a practice, first one first."""
    authorize(uow, Permission.POLICY_READ, on=Facts(practice_id))
    rows = uow.session.scalars(
        select(OnCall.practitioner_id).where(OnCall.practice_id == practice_id).order_by(OnCall.position)
    )
    return tuple(rows)


def usable(
    uow: UnitOfWork, practice_id: UUID, practitioner_ids: Iterable[UUID]
) -> Mapping[UUID, Mapping[ChannelKind, UUID]]:
    """Return, for each practitioner, the contact to use on each channel that rings; verified ones only.

    One query. An e-mail address is none of them: no level of alert is sent there.
    """
    authorize(uow, Permission.POLICY_READ, on=Facts(practice_id))
    rows = uow.session.scalars(
        select(ContactMethod)
        .where(
            ContactMethod.practice_id == practice_id,
            ContactMethod.practitioner_id.in_(set(practitioner_ids)),
            ContactMethod.verified_at.is_not(None),
            ContactMethod.channel != ChannelKind.EMAIL.value,
        )
        .order_by(ContactMethod.position.desc(), ContactMethod.id.desc())
    )
    found: dict[UUID, dict[ChannelKind, UUID]] = {}
    for row in rows:
        found.setdefault(row.practitioner_id, {})[ChannelKind(row.channel)] = row.id
    return found


def masked(uow: UnitOfWork, practice_id: UUID, contact_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Return addresses as their owners recognise them and nobody else can use them. Two queries."""
    authorize(uow, Permission.POLICY_READ, on=Facts(practice_id))
    return {key: mask(address) for key, address in _opened(uow, practice_id, contact_ids).items()}


def addresses(uow: UnitOfWork, practice_id: UUID, contact_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Return the addresses of contacts; those removed meanwhile are missing. Two queries."""
    authorize(uow, Permission.ALERT_READ, on=Facts(practice_id))
    return _opened(uow, practice_id, contact_ids)


def language_of(uow: UnitOfWork, practice_id: UUID) -> str:
    """Return the language a practice's people are spoken to in."""
    authorize(uow, Permission.ALERT_READ, on=Facts(practice_id))
    return _language(uow, practice_id)


def to_prove(uow: UnitOfWork, practice_id: UUID, contact_id: UUID) -> tuple[str, str]:
    """Return a contact's address and the language of its practice, for the code that proves it."""
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(practice_id))
    return _opened(uow, practice_id, [contact_id])[contact_id], _language(uow, practice_id)


def _language(uow: UnitOfWork, practice_id: UUID) -> str:
    found = uow.session.scalar(select(Practice.language).where(Practice.id == practice_id))
    return found or "fr"


def _opened(uow: UnitOfWork, practice_id: UUID, contact_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    rows = uow.session.scalars(
        select(ContactMethod).where(
            ContactMethod.practice_id == practice_id, ContactMethod.id.in_(set(contact_ids))
        )
    ).all()
    sealed = [(row.id, row.sealed_version, {"address": row.address_sealed}) for row in rows]
    opened = vault.open_many(uow, practice_id, KIND, sealed)
    return {row.id: fields["address"] for row, fields in zip(rows, opened, strict=True)}


def away_now(uow: UnitOfWork, practice_id: UUID) -> Moment:
    """Return who of a practice is away at this moment; opening hours are not looked at."""
    authorize(uow, Permission.POLICY_READ, on=Facts(practice_id))
    return moment(uow.now(), "UTC", (), practices.absences(uow, practice_id))


def _refuse_unreachable(uow: UnitOfWork, practice_id: UUID, practitioner_ids: Sequence[UUID]) -> None:
    """Refuse an order with somebody who has no verified number; the numbers stay until the order is kept."""
    people = {one.id: one.name for one in practices.practice(uow, practice_id).practitioners}
    if any(one not in people for one in practitioner_ids):
        raise NotFound
    reached = {row.practitioner_id for row in _numbers(uow, practice_id, practitioner_ids)}
    mute = [one for one in practitioner_ids if one not in reached]
    if mute:
        raise Refused(
            "unreachable_on_call",
            say(
                "This order cannot be kept: no proven number (SMS or call) for %(names)s. Add a number and "
                "have its code typed, or choose somebody else, then save again.",
                names=", ".join(people[one] for one in mute),
            ),
            status=422,
            field="person",
            extra={"practitioner_ids": [str(one) for one in mute]},
        )


def _refuse_last(uow: UnitOfWork, contact: ContactMethod) -> None:
    """Refuse to forget the last verified number of somebody on call; two removals at once wait here."""
    here, person = contact.practice_id, contact.practitioner_id
    left = {row.id for row in _numbers(uow, here, [person])}
    if left != {contact.id} or person not in order_of_duty(uow, here):
        return
    found = practices.practice(uow, here).practitioner(person)
    raise Refused(
        "last_number",
        say(
            "%(name)s is called for urgent messages and no other number reaches them. Add and prove another "
            "one first, or take %(name)s off the order of those called.",
            name=found.name if found else "",
        ),
    )


def _numbers(uow: UnitOfWork, practice_id: UUID, practitioner_ids: Iterable[UUID]) -> Sequence[ContactMethod]:
    """Return the verified numbers of people, locked until the commit."""
    return uow.session.scalars(
        select(ContactMethod)
        .where(
            ContactMethod.practice_id == practice_id,
            ContactMethod.practitioner_id.in_(set(practitioner_ids)),
            ContactMethod.verified_at.is_not(None),
            ContactMethod.channel.in_([kind.value for kind in PHONES]),
        )
        .order_by(ContactMethod.id)
        .with_for_update()
    ).all()


def _refuse_known(uow: UnitOfWork, command: AddContact, route: int) -> None:
    """Refuse a number or address this person already has on this channel: a form sent twice, as a rule."""
    known = uow.session.scalar(
        select(ContactMethod.id).where(
            ContactMethod.practice_id == command.practice_id,
            ContactMethod.practitioner_id == command.practitioner_id,
            ContactMethod.channel == command.channel.value,
            ContactMethod.route_index == route,
        )
    )
    if known is not None:
        if command.channel is ChannelKind.EMAIL:
            told = say("This address is already there for this person. Look at the list above.")
        else:
            told = say("This number is already there for this person. Look at the list above.")
        raise Refused("number_known", told, status=422, field="address")


def _address(command: AddContact) -> str:
    if command.channel in PHONES:
        number = to_e164(command.address)
        if number is None:
            raise Refused(
                "bad_number",
                say("This is not a telephone number. Type it with its country code."),
                status=422,
                field="address",
            )
        return number
    address = command.address.strip()
    refuse_longer(address, LONGEST_ADDRESS, "address", code="bad_address")
    if command.channel is ChannelKind.EMAIL:
        if EMAIL.fullmatch(address) is None:
            raise Refused("bad_address", say("This is not an e-mail address."), status=422, field="address")
        name, _, domain = address.rpartition("@")
        return f"{name}@{domain.lower()}"
    return address
