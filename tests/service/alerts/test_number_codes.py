"""A number is relied upon only once the code sent to it was typed."""

import pytest

from telesec.alerts import contacts, number_codes
from telesec.alerts import reads as alerts
from telesec.alerts.contacts import AddContact
from telesec.alerts.rules import ChannelKind
from telesec.foundation.errors import NotFound, Refused
from telesec.testing.cast import DR_LUNE_PHONE
from telesec.testing.channels import Fault


@pytest.fixture
def add(deps, cast):
    def add(channel=ChannelKind.SMS, address=DR_LUNE_PHONE):
        with deps.unit_of_work(cast.supervisor) as uow:
            made = contacts.add_contact(uow, AddContact(cast.lilas, cast.dr_lune_id, channel, address))
            uow.commit()
        return made

    return add


@pytest.fixture
def usable(deps, cast):
    def usable():
        with deps.unit_of_work(cast.supervisor) as uow:
            return set(contacts.usable(uow, cast.lilas, [cast.dr_lune_id]).get(cast.dr_lune_id, {}))

    return usable


def test_code_typed_makes_the_number_used(deps, cast, phones, add, usable):
    contact = add()
    number_codes.send(deps, cast.supervisor, cast.lilas, contact)
    code = phones["dr-lune"].expect_sms("Votre code").code
    assert usable() == set()

    number_codes.confirm(deps, cast.dr_lune, cast.lilas, contact, f" {code[:3]} {code[3:]} ")

    assert usable() == {ChannelKind.SMS}


def test_sms_says_a_code_and_nobodys_name(deps, cast, phones, add):
    number_codes.send(deps, cast.supervisor, cast.lilas, add())

    text = phones["dr-lune"].expect_sms().text

    assert "Lune" not in text
    assert "Lilas" not in text
    assert len(text) <= 160


def test_sms_proves_the_number_for_calls_too_and_a_call_does_not_for_sms(deps, cast, phones, add, usable):
    by_sms, by_voice = add(), add(ChannelKind.VOICE)
    number_codes.send(deps, cast.supervisor, cast.lilas, by_voice)
    number_codes.confirm(deps, cast.manager, cast.lilas, by_voice, phones["dr-lune"].expect_call().code)
    assert usable() == {ChannelKind.VOICE}

    number_codes.send(deps, cast.supervisor, cast.lilas, by_sms)
    number_codes.confirm(deps, cast.manager, cast.lilas, by_sms, phones["dr-lune"].expect_sms().code)

    assert usable() == {ChannelKind.SMS, ChannelKind.VOICE}


def test_sms_typed_first_needs_no_call(deps, cast, phones, add, usable):
    by_sms, _ = add(), add(ChannelKind.VOICE)
    number_codes.send(deps, cast.supervisor, cast.lilas, by_sms)

    number_codes.confirm(deps, cast.manager, cast.lilas, by_sms, phones["dr-lune"].expect_sms().code)

    assert usable() == {ChannelKind.SMS, ChannelKind.VOICE}


def test_five_wrong_codes_end_it_although_the_sixth_is_right(deps, cast, phones, add, usable):
    contact = add()
    number_codes.send(deps, cast.supervisor, cast.lilas, contact)
    code = phones["dr-lune"].expect_sms().code
    wrong = f"{(int(code) + 1) % 10**6:06}"

    for _ in range(number_codes.MOST_TRIES):
        with pytest.raises(Refused, match="wrong_number_code"):
            number_codes.confirm(deps, cast.manager, cast.lilas, contact, wrong)
    with pytest.raises(Refused) as refused:
        number_codes.confirm(deps, cast.manager, cast.lilas, contact, code)

    assert refused.value.sentence == number_codes.OVER
    assert usable() == set()


def test_code_is_over_after_ten_minutes(deps, cast, phones, clock, add, usable):
    contact = add()
    number_codes.send(deps, cast.supervisor, cast.lilas, contact)
    clock.advance(minutes=11)

    with pytest.raises(Refused) as refused:
        number_codes.confirm(deps, cast.manager, cast.lilas, contact, phones["dr-lune"].expect_sms().code)

    assert refused.value.sentence == number_codes.OVER
    assert usable() == set()


def test_only_the_last_code_counts(deps, cast, phones, clock, add, usable):
    contact = add()
    number_codes.send(deps, cast.supervisor, cast.lilas, contact)
    clock.advance(minutes=2)
    number_codes.send(deps, cast.supervisor, cast.lilas, contact)
    first, last = phones["dr-lune"].expect_sms().code, phones["dr-lune"].expect_sms().code
    assert first != last

    with pytest.raises(Refused, match="wrong_number_code"):
        number_codes.confirm(deps, cast.manager, cast.lilas, contact, first)
    number_codes.confirm(deps, cast.manager, cast.lilas, contact, last)

    assert usable() == {ChannelKind.SMS}


def test_no_flood_one_a_minute_and_five_a_day(deps, cast, clock, add):
    contact = add()
    number_codes.send(deps, cast.supervisor, cast.lilas, contact)
    with pytest.raises(Refused, match="code_just_sent"):
        number_codes.send(deps, cast.supervisor, cast.lilas, contact)
    for _ in range(number_codes.MOST_SENT - 1):
        clock.advance(minutes=2)
        number_codes.send(deps, cast.supervisor, cast.lilas, contact)
    clock.advance(minutes=2)

    with pytest.raises(Refused, match="too_many_codes"):
        number_codes.send(deps, cast.supervisor, cast.lilas, contact)

    clock.advance(days=1, minutes=1)
    number_codes.send(deps, cast.supervisor, cast.lilas, contact)


@pytest.mark.parametrize(
    ("fault", "code"), [(Fault.DOWN, "code_not_sent"), (Fault.REFUSED, "number_refused")]
)
def test_carrier_that_refuses_is_told_and_the_number_kept(deps, cast, phones, add, fault, code):
    contact = add()
    phones.sms.fail(fault)

    with pytest.raises(Refused, match=code):
        number_codes.send(deps, cast.supervisor, cast.lilas, contact)

    with deps.unit_of_work(cast.supervisor) as uow:
        (kept,) = alerts.contact_cards(uow, cast.lilas)
    assert kept.verified_at is None


def test_lost_answer_counts_as_sent(deps, cast, phones, add, usable):
    contact = add()
    phones.sms.fail(Fault.LOSE_REPLY)

    number_codes.send(deps, cast.supervisor, cast.lilas, contact)
    number_codes.confirm(deps, cast.manager, cast.lilas, contact, phones["dr-lune"].expect_sms().code)

    assert usable() == {ChannelKind.SMS}


def test_another_practice_can_neither_send_nor_type(deps, cast, add):
    contact = add()

    with pytest.raises(NotFound):
        number_codes.send(deps, cast.dr_iris, cast.lilas, contact)
    with pytest.raises(NotFound):
        number_codes.confirm(deps, cast.dr_iris, cast.lilas, contact, "123456")


def test_the_same_number_is_not_added_twice(add):
    add()

    with pytest.raises(Refused, match="number_known"):
        add(address="06 39 98 00 01")
