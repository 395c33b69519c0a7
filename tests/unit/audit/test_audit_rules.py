from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telesec.audit import rules
from telesec.audit.rules import Act, Checkpoint, Fault

PRACTICE = UUID(int=7)
AT = datetime(2026, 11, 26, 9, tzinfo=UTC)


def act(number, detail='{"ids":[]}'):
    salt = bytes([number]) * 16
    return Act(
        PRACTICE,
        UUID(int=number),
        AT + timedelta(seconds=number),
        "person:ada",
        "message.read",
        None,
        detail,
        salt,
        rules.commit_to(salt, detail),
    )


def links(count=6):
    return list(rules.chain((act(n) for n in range(1, count + 1)), seq=0, head=rules.genesis(PRACTICE)))


def verdict(chain, checkpoint=None):
    return rules.verify(PRACTICE, chain, checkpoint)


def test_verify_accepts_an_intact_chain():
    found = verdict(links())

    assert (found.entries, found.fault) == (6, None)


def test_verify_accepts_an_empty_chain():
    assert verdict([]).fault is None


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "person:bruno"},
        {"action": "message.list"},
        {"at": AT},
        {"object_id": UUID(int=9)},
        {"id": UUID(int=99)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_verify_finds_an_edit(change):
    chain = links()
    chain[2] = replace(chain[2], act=replace(chain[2].act, **change))

    found = verdict(chain)

    assert (found.fault, found.at_seq) == (Fault.HASH_MISMATCH, 3)


def test_verify_finds_a_changed_detail():
    chain = links()
    chain[2] = replace(chain[2], act=replace(chain[2].act, detail="{}"))

    assert verdict(chain).fault is Fault.DETAIL_CHANGED


def test_verify_finds_half_an_erasure():
    chain = links()
    chain[2] = replace(chain[2], act=replace(chain[2].act, salt=None))

    assert verdict(chain).fault is Fault.DETAIL_CHANGED


def test_verify_accepts_a_lawful_erasure():
    chain = links()
    chain[2] = replace(chain[2], act=replace(chain[2].act, salt=None, detail=None))

    assert verdict(chain).fault is None


@given(st.integers(0, 4))
def test_verify_finds_a_gap(missing):
    chain = links()
    del chain[missing]

    found = verdict(chain)

    assert (found.fault, found.at_seq) == (Fault.GAP, missing + 1)


def test_verify_finds_an_entry_recomputed_alone():
    chain = links()
    forged = replace(chain[2].act, action="message.list")
    chain[2] = replace(chain[2], act=forged, hash=rules.hash_of(forged, 3, chain[2].previous))

    found = verdict(chain)

    assert (found.fault, found.at_seq) == (Fault.BROKEN_LINK, 4)


def test_verify_finds_a_cut_tail_by_a_checkpoint():
    chain = links()
    noted = Checkpoint(6, chain[5].hash)

    assert verdict(chain[:4], noted).fault is Fault.TAIL_CUT


def test_verify_finds_a_recomputed_chain_by_a_checkpoint():
    chain = links()
    noted = Checkpoint(6, chain[5].hash)
    acts = [replace(link.act, action="message.list") for link in chain]

    found = verdict(list(rules.chain(acts, seq=0, head=rules.genesis(PRACTICE))), noted)

    assert (found.fault, found.at_seq) == (Fault.CHECKPOINT_MISMATCH, 6)


def test_verify_refuses_the_chain_of_another_practice():
    assert rules.verify(UUID(int=8), links()).fault is Fault.BROKEN_LINK


@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_hash_is_injective_in_actor_and_action(actor, action, other_actor, other_action):
    one = rules.hash_of(replace(act(1), actor=actor, action=action), 1, b"")
    two = rules.hash_of(replace(act(1), actor=other_actor, action=other_action), 1, b"")

    assert (one == two) == ((actor, action) == (other_actor, other_action))


def test_canonical_detail_sorts_keys_and_writes_ids_as_text():
    detail = {"b": UUID(int=1), "a": {UUID(int=3), UUID(int=2)}, "at": AT}

    assert rules.canonical(detail) == (
        '{"a":["00000000-0000-0000-0000-000000000002","00000000-0000-0000-0000-000000000003"],'
        '"at":"2026-11-26 09:00:00+00:00","b":"00000000-0000-0000-0000-000000000001"}'
    )
