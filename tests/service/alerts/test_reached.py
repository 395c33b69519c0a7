"""Nobody is put or left in an order of urgent calls whom no number reaches."""

import threading

import pytest

from telesec.alerts import contacts, reads
from telesec.alerts.contacts import AddContact
from telesec.alerts.rules import ChannelKind
from telesec.foundation.errors import NotFound, Refused
from telesec.testing.cast import DR_LUNE_PHONE
from telesec.testing.on_call import order_without_numbers
from telesec.web.language import render


@pytest.fixture
def do(deps, cast):
    """What does one thing as the supervisor, and keeps it."""

    def do(act, *given):
        with deps.unit_of_work(cast.supervisor) as uow:
            done = act(uow, cast.lilas, *given)
            uow.commit()
        return done

    return do


@pytest.fixture
def add(deps, cast):
    def add(channel, address=DR_LUNE_PHONE, *, verified=True):
        with deps.unit_of_work(cast.supervisor) as uow:
            made = contacts.add_contact(
                uow, AddContact(cast.lilas, cast.dr_lune_id, channel, address, verified=verified)
            )
            uow.commit()
        return made

    return add


@pytest.fixture
def ways(do, cast):
    """Dr Lune's numbers by channel, once she and Dr Soleil are on call."""
    return lambda: {
        card.channel: card.id for card in do(reads.contact_cards) if card.practitioner_id == cast.dr_lune_id
    }


@pytest.mark.parametrize("has", ["nothing", "unproven", "e-mail"])
def test_an_order_with_somebody_unreachable_is_refused_and_names_them(do, add, cast, has):
    if has == "unproven":
        add(ChannelKind.SMS, verified=False)
    elif has == "e-mail":
        add(ChannelKind.EMAIL, "lune@lilas.example")

    with pytest.raises(Refused, match="unreachable_on_call") as told:
        do(contacts.set_on_call, [cast.dr_lune_id])

    assert "Dr Lune" in render(told.value.sentence, "en")
    assert told.value.extra == {"practitioner_ids": [str(cast.dr_lune_id)]}
    assert do(contacts.order_of_duty) == ()


@pytest.mark.parametrize("channel", [ChannelKind.SMS, ChannelKind.VOICE])
def test_one_proven_number_is_enough(do, add, cast, channel):
    add(channel)

    do(contacts.set_on_call, [cast.dr_lune_id])

    assert do(contacts.order_of_duty) == (cast.dr_lune_id,)


def test_nobody_of_another_practice_is_put_in(do, cast):
    with pytest.raises(NotFound):
        do(contacts.set_on_call, [cast.dr_iris_id])


def test_the_last_number_of_somebody_on_call_stays(do, on_call, ways):
    sms, voice = ways()[ChannelKind.SMS], ways()[ChannelKind.VOICE]
    do(contacts.remove_contact, sms)

    with pytest.raises(Refused, match="last_number") as told:
        do(contacts.remove_contact, voice)

    assert "Dr Lune" in render(told.value.sentence, "fr")
    assert ways() == {ChannelKind.VOICE: voice}


def test_an_unproven_number_or_an_address_is_not_the_one_that_counts(do, add, on_call, ways):
    do(contacts.remove_contact, ways()[ChannelKind.SMS])
    add(ChannelKind.SMS, verified=False)
    add(ChannelKind.EMAIL, "lune@lilas.example")

    with pytest.raises(Refused, match="last_number"):
        do(contacts.remove_contact, ways()[ChannelKind.VOICE])
    do(contacts.remove_contact, ways()[ChannelKind.SMS])
    do(contacts.remove_contact, ways()[ChannelKind.EMAIL])

    assert set(ways()) == {ChannelKind.VOICE}


def test_off_the_order_the_last_number_may_go(do, on_call, ways, cast):
    do(contacts.set_on_call, [cast.dr_soleil_id])

    for one in ways().values():
        do(contacts.remove_contact, one)

    assert ways() == {}


def test_who_leaves_is_taken_off_although_the_others_cannot_be_reached(do, add, cast):
    add(ChannelKind.SMS)
    do(order_without_numbers, [cast.dr_lune_id, cast.dr_soleil_id])

    do(contacts.take_off, cast.dr_lune_id)

    assert do(contacts.order_of_duty) == (cast.dr_soleil_id,)


def test_of_two_numbers_removed_at_once_one_stays(do, on_call, ways):
    told, both = [], threading.Barrier(2)

    def remove(one):
        both.wait()
        try:
            do(contacts.remove_contact, one)
        except Refused as error:
            told.append(error.code)

    threads = [threading.Thread(target=remove, args=[one]) for one in ways().values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (told, len(ways())) == (["last_number"], 1)
