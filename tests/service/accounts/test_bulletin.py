"""Notices of the bulletin: who sees them, since when, what is new to whom, and what is refused."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from telesec.accounts import bulletin, bulletin_reads
from telesec.accounts.bulletin import LONGEST_STAY, LONGEST_TEXT, MOST_AT_ONCE, WriteNotice
from telesec.accounts.models import Notice, Person
from telesec.audit.models import Pending
from telesec.foundation.access import Actor, Purpose, Role, system_actor
from telesec.foundation.errors import Forbidden, NotFound, Refused, Stale
from telesec.foundation.ids import new_id
from telesec.testing.logins import known
from telesec.vault.installation import INSTALLATION

FLU = "Grippe : comptez 30 % d’appels en plus jusqu’à vendredi."


@pytest.fixture
def rose(deps, cast):
    """The supervisor of both practices, a person like the others."""
    with deps.unit_of_work(system_actor(Purpose.SETUP, *cast.supervisor.practice_ids)) as uow:
        for one in (cast.supervisor, cast.ada, cast.ines):
            known(uow, one)
        uow.commit()
    return cast.supervisor


@pytest.fixture
def write(uow_as, clock, rose):
    def make(text=FLU, *, who=None, starts=None, **stay):
        with uow_as(who or rose) as uow:
            until = clock.now() + timedelta(**(stay or {"hours": 8}))
            found = bulletin.write(uow, WriteNotice(text, until, starts))
            uow.commit()
        return found

    return make


@pytest.fixture
def shown(uow_as):
    def read(who):
        with uow_as(who) as uow:
            return bulletin_reads.standing_now(uow)

    return read


@pytest.fixture
def mark(uow_as):
    def do(who, *cards):
        with uow_as(who) as uow:
            bulletin.mark_read(uow, {card.id: card.edition for card in cards})
            uow.commit()

    return do


@contextmanager
def refused(uow_as, who, code, field=None):
    with uow_as(who) as uow, pytest.raises(Refused) as told:
        yield uow
    assert (told.value.code, told.value.field) == (code, field)


def at(practice_id, role=Role.SECRETARY):
    return Actor(role, new_id(), {practice_id: role})


def test_every_secretary_of_the_author_sees_it_once_and_new(write, shown, cast):
    notice_id = write()

    for who in (cast.ada, cast.ines, at(cast.lilas), at(cast.glycines)):
        (card,) = shown(who)
        assert (card.id, card.text, card.unread, card.author) == (notice_id, FLU, True, "supervisor")
    assert [card.unread for card in shown(cast.supervisor)] == [False]


def test_nobody_elsewhere_sees_it(write, shown, cast):
    write(who=at(cast.lilas, Role.SUPERVISOR))

    assert shown(at(cast.glycines)) == ()
    assert shown(cast.stranger) == ()
    assert len(shown(at(cast.lilas))) == 1


def test_the_database_itself_keeps_it_from_other_practices(write, uow_as, cast):
    write(who=at(cast.lilas, Role.SUPERVISOR))

    with uow_as(at(cast.glycines)) as uow:
        assert uow.session.scalars(select(Notice)).all() == []


def test_it_comes_and_goes_at_its_times(write, shown, clock, cast):
    write(starts=clock.now() + timedelta(hours=1), hours=2)
    before = shown(cast.ada)
    clock.advance(minutes=61)
    between = shown(cast.ada)
    clock.advance(minutes=60)

    assert (before, len(between), shown(cast.ada)) == ((), 1, ())


def test_what_was_read_is_not_new_and_what_was_not_comes_first(write, shown, mark, clock, cast):
    old = write("Le Cabinet du Moulin change de garde ce soir.")
    clock.advance(minutes=5)
    new = write()

    mark(cast.ada, *(card for card in shown(cast.ada) if card.id == new))

    assert [(card.id, card.unread) for card in shown(cast.ada)] == [(old, True), (new, False)]
    assert [card.unread for card in shown(cast.ines)] == [True, True]


def test_a_corrected_notice_is_new_again(write, shown, mark, uow_as, clock, cast):
    notice_id = write()
    mark(cast.ada, *shown(cast.ada))

    with uow_as(cast.supervisor) as uow:
        bulletin.correct(uow, notice_id, 1, WriteNotice("Grippe : 20 %.", clock.now() + timedelta(hours=3)))
        uow.commit()

    (card,) = shown(cast.ada)
    assert (card.text, card.unread, card.corrected, card.edition) == ("Grippe : 20 %.", True, True, 2)


def test_reading_an_old_edition_leaves_the_correction_new(write, shown, mark, uow_as, clock, cast):
    notice_id = write()
    seen = shown(cast.ada)
    with uow_as(cast.supervisor) as uow:
        bulletin.correct(uow, notice_id, 1, WriteNotice("Autre.", clock.now() + timedelta(hours=3)))
        uow.commit()

    mark(cast.ada, *seen)

    assert [card.unread for card in shown(cast.ada)] == [True]


def test_two_corrections_from_one_edition_do_not_overwrite(write, uow_as, shown, clock, cast):
    notice_id, until = write(), clock.now() + timedelta(hours=3)
    with uow_as(cast.supervisor) as uow:
        bulletin.correct(uow, notice_id, 1, WriteNotice("Première.", until))
        uow.commit()

    with uow_as(cast.supervisor) as uow, pytest.raises(Stale):
        bulletin.correct(uow, notice_id, 1, WriteNotice("Seconde.", until))

    assert [card.text for card in shown(cast.ada)] == ["Première."]


def test_an_ended_notice_leaves_the_desks_and_stays_in_the_list(write, uow_as, shown, clock, cast):
    notice_id = write()
    for _ in range(2):
        with uow_as(cast.supervisor) as uow:
            bulletin.end(uow, notice_id)
            uow.commit()
        clock.advance(minutes=1)

    with uow_as(cast.ada) as uow:
        (card,) = bulletin_reads.notices(uow).items
    assert (shown(cast.ada), card.state) == ((), "ended")
    with refused(uow_as, cast.supervisor, "notice_over") as uow:
        bulletin.correct(uow, notice_id, 1, WriteNotice("Trop tard.", clock.now() + timedelta(hours=1)))


def test_another_supervisor_ends_it_where_she_supervises(write, uow_as, shown, cast):
    notice_id = write()

    with uow_as(at(cast.lilas, Role.SUPERVISOR)) as uow:
        bulletin.end(uow, notice_id)
        uow.commit()

    assert shown(at(cast.lilas)) == ()
    assert len(shown(at(cast.glycines))) == 1


@pytest.mark.parametrize(
    ("text", "stay", "told"),
    [
        ("  ", timedelta(hours=1), ("no_text", "text")),
        ("é" * (LONGEST_TEXT + 1), timedelta(hours=1), ("text_too_long", "text")),
        (FLU, timedelta(minutes=-1), ("bad_until", "until")),
        (FLU, LONGEST_STAY + timedelta(minutes=1), ("bad_until", "until")),
    ],
)
def test_what_cannot_be_is_refused(uow_as, clock, rose, text, stay, told):
    with refused(uow_as, rose, *told) as uow:
        bulletin.write(uow, WriteNotice(text, clock.now() + stay))


def test_an_end_before_its_beginning_is_refused(uow_as, clock, rose):
    now = clock.now()
    with refused(uow_as, rose, "bad_until", "until") as uow:
        bulletin.write(uow, WriteNotice(FLU, now + timedelta(hours=1), now + timedelta(hours=2)))


def test_the_list_is_bounded_until_one_ends(write, uow_as, clock, cast):
    ids = [write(f"Annonce {number}") for number in range(MOST_AT_ONCE)]
    with refused(uow_as, cast.supervisor, "bulletin_full") as uow:
        bulletin.write(uow, WriteNotice(FLU, clock.now() + timedelta(hours=1)))

    with uow_as(cast.supervisor) as uow:
        bulletin.end(uow, ids[0])
        uow.commit()

    assert write() not in ids


def test_a_double_press_is_one_notice(write, shown, clock, cast):
    first = write()
    clock.advance(seconds=5)

    assert (write(), len(shown(cast.ada))) == (first, 1)


def test_who_supervises_nothing_is_told(uow_as, clock):
    nobody = Actor(Role.SUPERVISOR, new_id())
    with refused(uow_as, nobody, "no_desk") as uow:
        bulletin.write(uow, WriteNotice(FLU, clock.now() + timedelta(hours=1)))


def test_only_supervisors_write_and_only_desks_read(write, uow_as, clock, cast):
    notice_id, command = write(), WriteNotice(FLU, clock.now() + timedelta(hours=1))
    acts = (
        lambda uow: bulletin.write(uow, command),
        lambda uow: bulletin.correct(uow, notice_id, 1, command),
        lambda uow: bulletin.end(uow, notice_id),
        bulletin_reads.written,
    )
    for who in (cast.ada, cast.dr_lune, cast.manager, cast.operator):
        for act in acts:
            with uow_as(who) as uow, pytest.raises(Forbidden):
                act(uow)
    for who in (cast.dr_lune, cast.manager, cast.operator):
        with uow_as(who) as uow, pytest.raises(Forbidden):
            bulletin_reads.standing_now(uow)


def test_a_notice_of_other_practices_does_not_exist(write, uow_as, clock, cast):
    notice_id = write(who=at(cast.lilas, Role.SUPERVISOR))
    elsewhere = at(cast.glycines, Role.SUPERVISOR)
    command = WriteNotice(FLU, clock.now() + timedelta(hours=1))
    acts = (
        lambda uow: bulletin.correct(uow, notice_id, 1, command),
        lambda uow: bulletin.end(uow, notice_id),
        lambda uow: bulletin_reads.notice(uow, notice_id),
    )

    for act in acts:
        with uow_as(elsewhere) as uow, pytest.raises(NotFound):
            act(uow)


def test_the_supervisor_sees_who_has_read_it_and_who_has_not(write, shown, mark, uow_as, cast):
    write()
    with uow_as(system_actor(Purpose.SETUP)) as uow:
        for one, name in ((cast.ada, "Ada"), (cast.ines, "Inès")):
            uow.session.execute(update(Person).where(Person.id == one.person_id).values(display_name=name))
        uow.commit()

    mark(cast.ada, *shown(cast.ada))

    with uow_as(cast.supervisor) as uow:
        page = bulletin_reads.written(uow).items
        (who,) = bulletin_reads.readers(uow, page).values()
    assert (who.read, who.unread) == (("Ada",), ("Inès",))


def test_old_notices_come_page_by_page_newest_first(write, uow_as, clock, cast):
    for number in range(5):
        write(f"Annonce {number}", minutes=30)
        clock.advance(minutes=40)
    found, cursor = [], None
    for _ in range(3):
        with uow_as(cast.ada) as uow:
            page = bulletin_reads.notices(uow, limit=2, cursor=cursor)
        found.append([card.text for card in page.items])
        cursor = page.next_cursor

    assert found == [["Annonce 4", "Annonce 3"], ["Annonce 2", "Annonce 1"], ["Annonce 0"]]
    assert cursor is None


def test_each_act_is_in_the_trail_once(write, mark, shown, uow_as, clock, cast):
    notice_id = write()
    for _ in range(2):
        mark(cast.ada, *shown(cast.ada))
    with uow_as(cast.supervisor) as uow:
        bulletin.correct(uow, notice_id, 1, WriteNotice("Autre.", clock.now() + timedelta(hours=1)))
        bulletin.end(uow, notice_id)
        uow.commit()

    with uow_as(system_actor(Purpose.SETUP, INSTALLATION)) as uow:
        acts = uow.session.scalars(select(Pending.action).where(Pending.object_id == notice_id)).all()
    assert sorted(acts) == ["notice.correct", "notice.end", "notice.read", "notice.write"]
