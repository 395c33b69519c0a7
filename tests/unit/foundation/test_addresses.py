import pytest
from hypothesis import given
from hypothesis import strategies as st

from telesec.foundation.addresses import AddressGuard, networks
from telesec.foundation.errors import Unavailable
from telesec.testing.hostile_addresses import DISGUISES, HOSTILE


def guard_to(*addresses, allowed=()):
    return AddressGuard(networks(allowed), resolve=lambda *_: addresses)


@pytest.mark.parametrize("address", HOSTILE)
def test_pin_refuses_hostile_literal(address):
    with pytest.raises(Unavailable) as caught:
        AddressGuard().pin(address, 443, encrypted=True)

    assert (caught.value.code, caught.value.permanent) == ("address_refused", True)


@pytest.mark.parametrize("address", HOSTILE)
def test_pin_refuses_name_with_one_hostile_address(address):
    guard = guard_to("9.9.9.9", address)

    with pytest.raises(Unavailable) as caught:
        guard.pin("calendar.example", 443, encrypted=True)

    assert caught.value.code == "address_refused"


@pytest.mark.parametrize("host", [*DISGUISES, "", ".", "a..example", "a b", "127。0。0。1", "x" * 254])
def test_pin_refuses_disguised_host_even_where_loopback_is_allowed(host):
    guard = guard_to("127.0.0.1", allowed=["127.0.0.0/8"])

    with pytest.raises(Unavailable) as caught:
        guard.pin(host, 443, encrypted=True)

    assert caught.value.code == "address_refused"


@pytest.mark.parametrize(
    "address",
    ["fec0::1", "3fff::1", "5f00::1", "192.88.99.1", "168.63.129.16", "::9.9.9.9", "64:ff9b:1::1"],
)
def test_pin_refuses_what_python_calls_global(address):
    with pytest.raises(Unavailable):
        AddressGuard().pin(address, 443, encrypted=True)


@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe", "64:ff9b::909:909", "::ffff:9.9.9.9"])
def test_pin_returns_public_addresses(address):
    assert guard_to(address).pin("calendar.example", 443, encrypted=True) == (address,)


def test_pin_refuses_public_address_without_tls():
    with pytest.raises(Unavailable):
        guard_to("9.9.9.9").pin("calendar.example", 80, encrypted=False)


def test_pin_opens_allowed_network_with_and_without_tls():
    guard = guard_to("10.1.2.3", allowed=["10.1.0.0/16"])

    assert guard.pin("calendar.example", 80, encrypted=False) == ("10.1.2.3",)
    assert guard.pin("calendar.example", 443, encrypted=True) == ("10.1.2.3",)


def test_pin_opens_allowed_network_in_mapped_form():
    guard = guard_to("::ffff:10.1.2.3", allowed=["10.1.0.0/16"])

    assert guard.pin("calendar.example", 443, encrypted=True)


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "224.0.0.1", "0.0.0.0", "::"])  # noqa: S104
def test_pin_refuses_metadata_even_where_everything_is_allowed(address):
    guard = guard_to(address, allowed=["0.0.0.0/0", "::/0"])

    with pytest.raises(Unavailable):
        guard.pin("calendar.example", 443, encrypted=True)


def test_pin_says_unresolved_when_the_name_has_no_address():
    with pytest.raises(Unavailable) as caught:
        guard_to().pin("calendar.example", 443, encrypted=True)

    assert (caught.value.code, caught.value.permanent) == ("address_unresolved", False)


def test_refusal_does_not_carry_the_address():
    with pytest.raises(Unavailable) as caught:
        AddressGuard().pin("10.0.0.1", 443, encrypted=True)

    assert "10.0.0.1" not in f"{caught.value} {caught.value.sentence}"


@given(st.text(max_size=40))
def test_pin_answers_any_host_with_addresses_or_unavailable(host):
    try:
        addresses = guard_to("9.9.9.9").pin(host, 443, encrypted=True)
    except Unavailable:
        return
    assert addresses


@given(st.ip_addresses())
def test_only_global_addresses_are_permitted(address):
    if AddressGuard().permits(str(address)):
        assert address.is_global or address.version == 6  # mapped and NAT64 stand for a global one
        assert not address.is_multicast
        assert not address.is_loopback
