"""Messages on real PostgreSQL: sealed, alerting when urgent, read and handled, closed to others."""

import pytest
from sqlalchemy import text

from telesec.alerts.models import Alert
from telesec.foundation.errors import Forbidden, NotFound, Refused
from telesec.foundation.ids import new_id
from telesec.messages import reads
from telesec.messages import service as messages
from telesec.messages.reads import InboxQuery
from telesec.messages.rules import Folder, MessageState
from telesec.messages.service import FileMessage
from telesec.testing.cast import BRUNO_PHONE
from telesec.triage.levels import Level

WORDS = "Zoé se plaint de vertiges."


def note(cast, **changes):
    told = {
        "practice_id": cast.lilas,
        "practitioner_id": cast.dr_lune_id,
        "level": Level.ROUTINE,
        "text": WORDS,
        "callback_number": "06 39 98 00 10",
    }
    return FileMessage(**{**told, **changes})


@pytest.fixture
def filed(uow_as, cast):
    def file(**changes):
        with uow_as(cast.ada) as uow:
            done = messages.file_message(uow, note(cast, **changes))
            uow.commit()
        return done

    return file


def alerts(uow):
    return uow.session.query(Alert).all()


def test_file_message_is_read_back_as_written(uow_as, cast, filed):
    message_id = filed(callback_number_read_back=True).id

    with uow_as(cast.dr_lune) as uow:
        card = reads.message(uow, cast.lilas, message_id)

    assert (card.text, card.callback_number, card.level) == (WORDS, BRUNO_PHONE, Level.ROUTINE)
    assert card.callback_number_read_back
    assert card.state is MessageState.FILED


def test_file_message_leaves_no_word_in_the_table(uow_as, cast, filed):
    filed()

    with uow_as(cast.ada) as uow:
        row = uow.session.execute(text("SELECT message::text FROM message")).scalar_one()

    assert not any(word.encode().hex() in row for word in ("Zoé", "vertiges", BRUNO_PHONE))


@pytest.mark.parametrize("level", [Level.CALL15_NOW, Level.DOCTOR_NOW])
def test_file_message_raises_an_alert_when_urgent(uow_as, cast, filed, level):
    done = filed(level=level)

    with uow_as(cast.ada) as uow:
        (alert,) = alerts(uow)
    assert (alert.id, alert.message_id, alert.level) == (done.alert_id, done.id, level)
    assert alert.ladder[0] == cast.dr_lune_id


@pytest.mark.parametrize("level", [Level.SAME_DAY, Level.H48_72, Level.ROUTINE, Level.ADMIN])
def test_file_message_rings_nobody_otherwise(uow_as, cast, filed, level):
    assert filed(level=level).alert_id is None

    with uow_as(cast.ada) as uow:
        assert alerts(uow) == []


def test_file_message_without_commit_leaves_neither_message_nor_alert(uow_as, cast):
    with uow_as(cast.ada) as uow:
        messages.file_message(uow, note(cast, level=Level.DOCTOR_NOW))

    with uow_as(cast.ada) as uow:
        assert alerts(uow) == []
        assert reads.inbox(uow, InboxQuery(cast.lilas)).items == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": "  "}, "no_text"),
        ({"text": "x" * 8001}, "text_too_long"),
        ({"callback_number": "12"}, "bad_number"),
    ],
)
def test_file_message_refuses_what_cannot_be_used(uow_as, cast, changes, code):
    with uow_as(cast.ada) as uow, pytest.raises(Refused) as refusal:
        messages.file_message(uow, note(cast, **changes))

    assert refusal.value.code == code


def test_file_message_refuses_a_practitioner_of_another_practice(uow_as, cast):
    with uow_as(cast.ada) as uow, pytest.raises(NotFound):
        messages.file_message(uow, note(cast, practitioner_id=cast.dr_iris_id))


def test_file_message_refuses_an_unknown_patient(uow_as, cast):
    with uow_as(cast.ada) as uow, pytest.raises(NotFound):
        messages.file_message(uow, note(cast, patient_id=new_id()))


def test_file_message_is_forbidden_to_a_practice_manager(uow_as, cast):
    with uow_as(cast.manager) as uow, pytest.raises(Forbidden):
        messages.file_message(uow, note(cast))


def test_read_message_by_the_practitioner_marks_it_read(uow_as, cast, clock, filed):
    message_id = filed().id

    with uow_as(cast.dr_lune) as uow:
        card = messages.read_message(uow, cast.lilas, message_id)

    assert (card.state, card.read_at) == (MessageState.READ, clock.now())


def test_read_message_by_a_secretary_marks_nothing(uow_as, cast, filed):
    message_id = filed().id

    with uow_as(cast.ada) as uow:
        assert messages.read_message(uow, cast.lilas, message_id).state is MessageState.FILED


def test_read_message_twice_keeps_the_first_time(uow_as, cast, clock, filed):
    message_id = filed().id
    first = clock.now()
    with uow_as(cast.dr_lune) as uow:
        messages.read_message(uow, cast.lilas, message_id)
        uow.commit()
    clock.advance(minutes=5)

    with uow_as(cast.dr_soleil) as uow:
        assert messages.read_message(uow, cast.lilas, message_id).read_at == first


def test_message_of_another_practice_does_not_exist(uow_as, cast, filed):
    message_id = filed().id

    with uow_as(cast.dr_iris) as uow, pytest.raises(NotFound):
        reads.message(uow, cast.lilas, message_id)
    with uow_as(cast.dr_iris) as uow, pytest.raises(NotFound):
        reads.practice_of(uow, message_id)


def test_message_older_than_72_hours_wants_a_reason_from_a_secretary(uow_as, cast, clock, filed):
    message_id = filed().id
    clock.advance(hours=72, seconds=1)

    with uow_as(cast.ada) as uow:
        with pytest.raises(Forbidden) as refusal:
            reads.message(uow, cast.lilas, message_id)
        card = reads.message(uow, cast.lilas, message_id, reason="La fille rappelle")

    assert refusal.value.code == "reason_needed"
    assert card.text == WORDS


def test_message_older_than_72_hours_is_open_to_the_practitioner(uow_as, cast, clock, filed):
    message_id = filed().id
    clock.advance(days=30)

    with uow_as(cast.dr_lune) as uow:
        assert reads.message(uow, cast.lilas, message_id).text == WORDS


def test_message_handled_wants_a_reason_from_a_secretary(uow_as, cast, filed):
    message_id = filed().id
    with uow_as(cast.dr_lune) as uow:
        messages.handle(uow, cast.lilas, message_id)
        uow.commit()

    with uow_as(cast.ada) as uow, pytest.raises(Forbidden):
        reads.message(uow, cast.lilas, message_id)


def test_handle_is_forbidden_to_a_secretary(uow_as, cast, filed):
    message_id = filed().id

    with uow_as(cast.ada) as uow, pytest.raises(Forbidden):
        messages.handle(uow, cast.lilas, message_id)


def test_handle_twice_keeps_the_first_time(uow_as, cast, clock, filed):
    message_id = filed().id
    first = clock.now()
    with uow_as(cast.dr_lune) as uow:
        messages.handle(uow, cast.lilas, message_id)
        uow.commit()
    clock.advance(minutes=5)

    with uow_as(cast.dr_lune) as uow:
        messages.handle(uow, cast.lilas, message_id)
        card = reads.message(uow, cast.lilas, message_id)

    assert (card.read_at, card.handled_at) == (first, first)


def test_inbox_shows_what_is_left_to_handle_newest_first(uow_as, cast, clock, filed):
    old = filed().id
    clock.advance(minutes=1)
    new = filed().id
    handled = filed(practitioner_id=cast.dr_soleil_id).id
    with uow_as(cast.dr_soleil) as uow:
        messages.handle(uow, cast.lilas, handled)
        uow.commit()

    with uow_as(cast.dr_lune) as uow:
        open_ = reads.inbox(uow, InboxQuery(cast.lilas))
        done = reads.inbox(uow, InboxQuery(cast.lilas, folder=Folder.HANDLED))
        counts = reads.to_handle(uow)

    assert [card.id for card in open_.items] == [new, old]
    assert [card.id for card in done.items] == [handled]
    assert counts == {cast.lilas: 2}


def test_inbox_of_one_practitioner_leaves_out_the_others(uow_as, cast, filed):
    mine = filed().id
    filed(practitioner_id=cast.dr_soleil_id)

    with uow_as(cast.dr_lune) as uow:
        page = reads.inbox(uow, InboxQuery(cast.lilas, cast.dr_lune_id))

    assert [card.id for card in page.items] == [mine]


def test_inbox_goes_on_page_by_page(uow_as, cast, clock, filed):
    ids = []
    for _ in range(3):
        ids.append(filed().id)
        clock.advance(minutes=1)

    with uow_as(cast.dr_lune) as uow:
        first = reads.inbox(uow, InboxQuery(cast.lilas, limit=2))
        second = reads.inbox(uow, InboxQuery(cast.lilas, limit=2, cursor=first.next_cursor))

    assert [card.id for card in (*first.items, *second.items)] == ids[::-1]


def test_inbox_keeps_old_text_from_a_secretary(uow_as, cast, clock, filed):
    filed()
    clock.advance(days=4)

    with uow_as(cast.ada) as uow:
        (card,) = reads.inbox(uow, InboxQuery(cast.lilas)).items

    assert card.text is None


def test_of_call_lists_what_was_filed_in_it(uow_as, cast, filed):
    call_id = new_id()
    message_id = filed(call_id=call_id).id
    filed()

    with uow_as(cast.ada) as uow:
        assert [card.id for card in reads.of_call(uow, cast.lilas, call_id)] == [message_id]


def test_message_card_tells_nothing_in_a_log(uow_as, cast, filed):
    message_id = filed().id

    with uow_as(cast.ada) as uow:
        assert "vertiges" not in repr(reads.message(uow, cast.lilas, message_id))
