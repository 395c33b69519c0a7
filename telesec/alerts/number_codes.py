"""The code that proves a number or an e-mail address: sent there, read by its owner, typed on a page.

Refuses to rely on a number before: an urgent notice to a wrong number is a notice nobody got. The code is
stored nowhere; it is derived from the installation's key, the contact and the moment it was sent. Six digits,
ten minutes, five tries; one a minute and five a day go out, so that nobody's phone is flooded.
"""

import hmac
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy import select, text

from telesec.alerts import contacts, words
from telesec.alerts.contacts import PHONES
from telesec.alerts.models import ContactMethod
from telesec.alerts.ports import Channel, DeliveryOutcomeUnknown, Notice
from telesec.alerts.rules import ChannelKind
from telesec.foundation.access import Actor, Facts, Permission, authorize
from telesec.foundation.errors import NotFound, Refused, Unavailable
from telesec.foundation.ids import new_id
from telesec.foundation.language import Sentence, say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.settings import Settings
from telesec.vault import installation
from telesec.web.language import render

log = structlog.get_logger(__name__)

PURPOSE = "contact_code"
PROVABLE = PHONES | {ChannelKind.EMAIL}
"""Channels a code can be sent by; a push goes to a device that proved itself."""
DIGITS = 6
LASTS = timedelta(minutes=10)
AGAIN_AFTER = timedelta(minutes=1)
DAY = timedelta(days=1)
MOST_SENT = 5
MOST_TRIES = 5

WRONG = say("This is not the code that was sent. Type the six digits of the last one.")
OVER = say("This code is over. Ask for a new one.")


class CodeDeps(Protocol):
    """What sending a code needs of ``Deps``."""

    @property
    def settings(self) -> Settings: ...
    @property
    def channels(self) -> Mapping[ChannelKind, tuple[Channel, ...]]: ...
    def unit_of_work(self, actor: Actor) -> AbstractContextManager[UnitOfWork]: ...


@dataclass(frozen=True)
class Asked:
    """A code that is about to leave; ``to`` is E.164, or an e-mail address."""

    contact_id: UUID
    channel: ChannelKind
    to: str = field(repr=False)
    code: str = field(repr=False)
    language: str


def send(deps: CodeDeps, actor: Actor, practice_id: UUID, contact_id: UUID) -> None:
    """Send a number its code, by SMS or by a call that says it, or an address by e-mail; in no transaction.

    An attempt whose outcome is unknown counts as sent: who got nothing asks again after a minute.

    Raises:
        NotFound: No such contact here.
        Refused: It is verified already, takes no code, too soon (422), or the carrier did not take it (409).
    """
    with deps.unit_of_work(actor) as uow:
        asked = begin(uow, practice_id, contact_id)
        uow.commit()
    channels = deps.channels.get(asked.channel, ())
    if not channels:
        raise _not_sent(asked.channel)
    try:
        channels[0].send(_notice(deps, asked))
    except DeliveryOutcomeUnknown:
        return
    except Unavailable as error:
        if error.permanent:
            raise Refused("number_refused", error.sentence, status=422, field="typed") from None
        raise _not_sent(asked.channel) from None
    except Exception as error:  # noqa: BLE001 - a broken plug-in must not show its own words, which may hold a number
        log.warning("contact.channel.broken", channel=channels[0].name, error=type(error).__name__)
        raise _not_sent(asked.channel) from None


def confirm(deps: CodeDeps, actor: Actor, practice_id: UUID, contact_id: UUID, typed: str) -> None:
    """Rely on a number from now on if the code typed is the one it was sent; a wrong one is counted.

    Raises:
        NotFound: No such contact here.
        Refused: The code is wrong or over (422), at the field ``typed``.
    """
    with deps.unit_of_work(actor) as uow:
        wrong = check(uow, practice_id, contact_id, typed)
        uow.commit()
    if wrong is not None:
        raise Refused("wrong_number_code", wrong, status=422, field="typed")


def begin(uow: UnitOfWork, practice_id: UUID, contact_id: UUID) -> Asked:
    """Count a code that will be sent now, and return it.

    Raises:
        NotFound: No such contact here.
        Refused: It needs none, or one was sent less than a minute ago, or five within a day (422).
    """
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(practice_id))
    row, now = _row(uow, practice_id, contact_id), uow.now()
    if row.verified_at is not None or ChannelKind(row.channel) not in PROVABLE:
        raise Refused("needs_no_code", say("This number needs no code."), status=422, field="typed")
    since = now - row.code_sent_at if row.code_sent_at else DAY
    if since < AGAIN_AFTER:
        raise Refused(
            "code_just_sent",
            say("A code was sent less than a minute ago. Wait for it, then ask again."),
            status=422,
            field="typed",
        )
    sent = 0 if since >= DAY else row.codes_sent
    if sent >= MOST_SENT:
        raise Refused(
            "too_many_codes",
            say("Five codes were sent today. Check the number, or go on tomorrow."),
            status=422,
            field="typed",
        )
    row.code_sent_at, row.codes_sent, row.code_tries = now, sent + 1, 0
    uow.session.flush()
    uow.audit("contact.code", practice_id=practice_id, object_id=contact_id, channel=row.channel)
    uow.publish("policy", practice_id)
    to, language = contacts.to_prove(uow, practice_id, contact_id)
    return Asked(contact_id, ChannelKind(row.channel), to, _code(uow, contact_id, now), language)


def check(uow: UnitOfWork, practice_id: UUID, contact_id: UUID, typed: str) -> Sentence | None:
    """Take a code as typed; return None when it proved the number, else why not. The caller commits both.

    An SMS proves the same person's number for calls too; a call proves nothing about SMS, which a landline
    does not take.

    Raises:
        NotFound: No such contact here.
    """
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(practice_id))
    row, now = _row(uow, practice_id, contact_id), uow.now()
    if row.verified_at is not None:
        return None
    if row.code_sent_at is None or now - row.code_sent_at > LASTS or row.code_tries >= MOST_TRIES:
        return OVER
    digits = "".join(char for char in typed[:40] if char.isdecimal() and char.isascii())
    if not hmac.compare_digest(digits.encode(), _code(uow, contact_id, row.code_sent_at).encode()):
        row.code_tries += 1
        uow.audit("contact.code_wrong", practice_id=practice_id, object_id=contact_id)
        return WRONG
    for proven in _same_number(uow, row) if row.channel == ChannelKind.SMS.value else (row,):
        proven.verified_at = now
        uow.audit("contact.verify", practice_id=practice_id, object_id=proven.id)
    uow.publish("policy", practice_id)
    return None


def find(uow: UnitOfWork, contact_id: UUID) -> UUID | None:
    """Return the practice of a contact, or None; asked by a picked-up call before any tenant is known."""
    authorize(uow, Permission.ALERT_READ, on=Facts(None))
    found = uow.session.execute(text("select practice_id from sec.find_contact(:key)"), {"key": contact_id})
    return found.scalar_one_or_none()


def spoken(uow: UnitOfWork, practice_id: UUID, contact_id: UUID) -> tuple[Sentence, ...]:
    """Return what the call that says a code says; nothing of it once the code is over."""
    authorize(uow, Permission.ALERT_READ, on=Facts(practice_id))
    row = uow.session.get(ContactMethod, (practice_id, contact_id))
    if row is None or row.code_sent_at is None or uow.now() - row.code_sent_at > LASTS:
        return (OVER,)
    return words.number_code_said(_code(uow, contact_id, row.code_sent_at))


def _row(uow: UnitOfWork, practice_id: UUID, contact_id: UUID) -> ContactMethod:
    row = uow.session.get(ContactMethod, (practice_id, contact_id), with_for_update=True)
    if row is None:
        raise NotFound
    return row


def _same_number(uow: UnitOfWork, row: ContactMethod) -> tuple[ContactMethod, ...]:
    rows = uow.session.scalars(
        select(ContactMethod).where(
            ContactMethod.practice_id == row.practice_id,
            ContactMethod.practitioner_id == row.practitioner_id,
            ContactMethod.route_index == row.route_index,
            ContactMethod.verified_at.is_(None),
        )
    )
    return tuple(rows)


def _code(uow: UnitOfWork, contact_id: UUID, sent_at: datetime) -> str:
    whole = installation.index(uow, PURPOSE, f"{contact_id} {sent_at.timestamp():.6f}")
    return f"{whole % 10**DIGITS:0{DIGITS}}"


def _notice(deps: CodeDeps, asked: Asked) -> Notice:
    base = deps.settings.public_url
    if asked.channel is ChannelKind.EMAIL:
        return _mail(asked, base)
    said = words.number_code_said(asked.code) if asked.channel is ChannelKind.VOICE else ()
    return Notice(
        delivery_id=asked.contact_id,
        to=asked.to,
        urgent_count=0,
        code=asked.code,
        language=asked.language,
        callback_base=base,
        text=render(words.number_code(asked.code, base), asked.language),
        spoken=tuple(render(sentence, asked.language) for sentence in said),
    )


def _mail(asked: Asked, base: str) -> Notice:
    """Return the mail with the code; each is one of its own, which no mailbox takes for a repeat."""
    return Notice(
        delivery_id=new_id(),
        to=asked.to,
        urgent_count=0,
        code=asked.code,
        language=asked.language,
        callback_base=base,
        text=render(words.address_code(asked.code, base), asked.language),
        subject=render(words.ADDRESS_CODE, asked.language),
    )


def _not_sent(channel: ChannelKind) -> Refused:
    if channel is ChannelKind.EMAIL:
        why = say(
            "The code could not be sent: the mail server cannot be reached. "
            "The address is kept; ask again later."
        )
    else:
        why = say(
            "The code could not be sent: the carrier cannot be reached. The number is kept; ask again later."
        )
    return Refused("code_not_sent", why, status=409, field="typed")
