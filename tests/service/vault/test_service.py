from uuid import uuid4

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import array

from telesec.foundation.errors import NotFound
from telesec.vault import service as vault
from telesec.vault.envelope import Unreadable
from telesec.vault.models import PracticeKey, RecordKey


@pytest.fixture
def uow(uow_as, cast):
    with uow_as(cast.ada) as uow:
        yield uow


def test_open_returns_what_was_sealed(uow, cast):
    record = uuid4()
    sealed = vault.seal(uow, cast.lilas, "message", record, 1, body="Rappeler Zoé", caller="+33639980001")

    opened = vault.open(uow, cast.lilas, "message", record, 1, **sealed)

    assert opened == {"body": "Rappeler Zoé", "caller": "+33639980001"}


def test_sealed_bytes_survive_the_transaction(uow_as, cast):
    record = uuid4()
    with uow_as(cast.ada) as uow:
        sealed = vault.seal(uow, cast.lilas, "message", record, 1, body="Rappeler Zoé")
        uow.commit()

    with uow_as(cast.dr_lune) as uow:
        assert vault.open(uow, cast.lilas, "message", record, 1, **sealed) == {"body": "Rappeler Zoé"}


def test_a_rolled_back_practice_key_is_never_used_again(uow_as, cast):
    with uow_as(cast.ada) as uow:
        vault.seal(uow, cast.glycines, "message", uuid4(), 1, body="perdu")
    record = uuid4()

    with uow_as(cast.ada) as uow:
        sealed = vault.seal(uow, cast.glycines, "message", record, 1, body="gardé")
        uow.commit()

    with uow_as(cast.ada) as uow:
        assert vault.open(uow, cast.glycines, "message", record, 1, **sealed) == {"body": "gardé"}


def test_sealing_again_keeps_the_record_key(uow, cast):
    record = uuid4()
    vault.seal(uow, cast.lilas, "message", record, 1, body="a")

    sealed = vault.seal(uow, cast.lilas, "message", record, 2, body="b")

    assert vault.open(uow, cast.lilas, "message", record, 2, **sealed) == {"body": "b"}


def test_open_refuses_an_older_version(uow, cast):
    record = uuid4()
    sealed = vault.seal(uow, cast.lilas, "message", record, 1, body="a")

    with pytest.raises(Unreadable):
        vault.open(uow, cast.lilas, "message", record, 2, **sealed)


def test_open_refuses_a_field_of_another_record(uow, cast):
    sealed = vault.seal(uow, cast.lilas, "message", uuid4(), 1, body="a")
    other = uuid4()
    vault.seal(uow, cast.lilas, "message", other, 1, body="b")

    with pytest.raises(Unreadable):
        vault.open(uow, cast.lilas, "message", other, 1, **sealed)


def test_open_refuses_a_practice_that_is_not_the_actors(uow, cast):
    with pytest.raises(NotFound):
        vault.open(uow, uuid4(), "message", uuid4(), 1, body=b"")


def test_seal_refuses_a_practice_that_is_not_the_actors(uow_as, cast):
    with uow_as(cast.stranger) as uow, pytest.raises(NotFound):
        vault.seal(uow, cast.lilas, "message", uuid4(), 1, body="a")


def test_open_refuses_a_swapped_record_key_row(uow, cast):
    one, two = uuid4(), uuid4()
    sealed = vault.seal(uow, cast.lilas, "message", one, 1, body="a")
    vault.seal(uow, cast.lilas, "message", two, 1, body="b")
    stolen = uow.session.scalar(select(RecordKey.wrapped).where(RecordKey.record_id == two))
    uow.session.execute(update(RecordKey).where(RecordKey.record_id == one).values(wrapped=stolen))

    with pytest.raises(Unreadable):
        vault.open(uow, cast.lilas, "message", one, 1, **sealed)


def test_open_refuses_a_swapped_practice_key_row(uow, cast):
    record = uuid4()
    sealed = vault.seal(uow, cast.lilas, "message", record, 1, body="a")
    vault.seal(uow, cast.glycines, "message", uuid4(), 1, body="b")
    stolen = uow.session.scalar(select(PracticeKey.wrapped).where(PracticeKey.practice_id == cast.glycines))
    uow.session.execute(
        update(PracticeKey).where(PracticeKey.practice_id == cast.lilas).values(wrapped=stolen)
    )
    uow.session.expire_all()

    with pytest.raises(Unreadable):
        vault.open(uow, cast.lilas, "message", record, 1, **sealed)


def test_open_many_keeps_the_order(uow, cast):
    rows = []
    for word in ("un", "deux", "trois"):
        record = uuid4()
        rows.append((record, 1, vault.seal(uow, cast.lilas, "patient", record, 1, name=word)))

    opened = vault.open_many(uow, cast.lilas, "patient", rows)

    assert [fields["name"] for fields in opened] == ["un", "deux", "trois"]


def test_open_many_of_nothing_is_nothing(uow, cast):
    assert vault.open_many(uow, cast.lilas, "patient", []) == []


def test_a_shredded_record_does_not_open(uow, cast):
    record = uuid4()
    sealed = vault.seal(uow, cast.lilas, "message", record, 1, body="a")

    vault.shred(uow, cast.lilas, record)

    with pytest.raises(Unreadable):
        vault.open(uow, cast.lilas, "message", record, 1, **sealed)


def test_phone_index_is_stable_within_a_practice(uow, cast):
    first = vault.phone_index(uow, cast.lilas, "+33639980001")

    assert vault.phone_index(uow, cast.lilas, "+33639980001") == first
    assert 0 <= first < 2**63


def test_phone_index_differs_between_practices(uow, cast):
    here = vault.phone_index(uow, cast.lilas, "+33639980001")

    assert vault.phone_index(uow, cast.glycines, "+33639980001") != here


def test_phone_index_differs_between_numbers(uow, cast):
    one = vault.phone_index(uow, cast.lilas, "+33639980001")

    assert vault.phone_index(uow, cast.lilas, "+33639980002") != one


def test_keys_of_another_practice_are_invisible(uow_as, cast):
    with uow_as(cast.ada) as uow:
        vault.seal(uow, cast.lilas, "message", uuid4(), 1, body="a")
        uow.commit()

    with uow_as(cast.stranger) as uow:
        assert uow.session.scalar(text("select count(*) from vault.record_key")) == 0


def test_saying_finds_the_records_whose_field_says_so(uow, cast):
    ids = [uuid4() for _ in range(3)]
    said = ("1951-03-14", "1951-03-15", "1951-03-14")
    blobs = [
        vault.seal(uow, cast.lilas, "patient", id_, 1, born=text_)["born"]
        for id_, text_ in zip(ids, said, strict=True)
    ]
    records = select(func.unnest(array(ids)).label("id")).subquery()
    query = vault.with_keys(select(records.c.id), cast.lilas, records.c.id)
    wrapped = {id_: columns for id_, *columns in uow.session.execute(query)}
    rows = [(id_, 1, blob, *wrapped[id_]) for id_, blob in zip(ids, blobs, strict=True)]

    found = vault.saying(uow, cast.lilas, "patient", "born", rows, "1951-03-14")

    assert found == [ids[0], ids[2]]


def test_saying_does_not_pass_over_a_record_without_a_key(uow, cast):
    record = uuid4()
    blob = vault.seal(uow, cast.lilas, "patient", record, 1, born="1951-03-14")["born"]
    nothing = (None, None, None, None)

    with pytest.raises(Unreadable):
        vault.saying(uow, cast.lilas, "patient", "born", [(record, 1, blob, *nothing)], "1951-03-14")
