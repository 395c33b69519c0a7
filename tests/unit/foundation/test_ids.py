"""Ids are UUID version 7."""

from telesec.foundation.ids import new_id


def test_an_id_is_version_seven_of_the_rfc_variant():
    made = new_id()

    assert (made.version, made.variant) == (7, "specified in RFC 4122")


def test_ids_do_not_repeat():
    assert len({new_id() for _ in range(10_000)}) == 10_000
