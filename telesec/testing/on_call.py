"""Cabinet des Lilas on call: Dr Lune first, Dr Soleil second, both by SMS and voice."""

from collections.abc import Sequence
from uuid import UUID

from telesec.alerts import contacts
from telesec.alerts.contacts import AddContact
from telesec.alerts.models import OnCall
from telesec.alerts.rules import ChannelKind
from telesec.bootstrap import Deps
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.testing.cast import DR_LUNE_PHONE, DR_SOLEIL_PHONE, Cast
from telesec.testing.channels import FakeCarrier, FakePhones


def lilas_phones() -> FakePhones:
    """Return the two doctors' phones, ``dr-lune`` and ``dr-soleil``."""
    return FakePhones({"dr-lune": DR_LUNE_PHONE, "dr-soleil": DR_SOLEIL_PHONE})


def with_phones(deps: Deps, phones: FakePhones) -> Deps:
    """Return the parts with these phones' channels and the carrier in memory."""
    return deps.with_parts(channels=phones.channels, carriers={"fake": FakeCarrier()})


def order_without_numbers(uow: UnitOfWork, practice_id: UUID, practitioner_ids: Sequence[UUID]) -> None:
    """Keep an order as older releases let one: with people no number reaches."""
    uow.session.add_all(
        OnCall(practice_id=practice_id, position=position, practitioner_id=practitioner_id)
        for position, practitioner_id in enumerate(practitioner_ids)
    )
    uow.session.flush()


def put_on_call(deps: Deps, cast: Cast) -> None:
    """Set the order of Lilas and give both doctors verified contacts."""
    with deps.unit_of_work(cast.supervisor) as uow:
        for person, number in ((cast.dr_lune_id, DR_LUNE_PHONE), (cast.dr_soleil_id, DR_SOLEIL_PHONE)):
            for kind in (ChannelKind.SMS, ChannelKind.VOICE):
                contacts.add_contact(uow, AddContact(cast.lilas, person, kind, number, verified=True))
        contacts.set_on_call(uow, cast.lilas, [cast.dr_lune_id, cast.dr_soleil_id])
        uow.commit()
