"""Between two calls: how each practice stands now, whom an urgent call reaches, and the next 24 hours."""

import re
from datetime import timedelta

import pytest

from telesec.alerts.models import OnCall
from telesec.foundation.access import Purpose, system_actor
from telesec.practices import service as practices
from telesec.practices.rules import HoursOf, Opening
from telesec.practices.service import SetAbsence
from telesec.testing.on_call import put_on_call


@pytest.fixture(autouse=True)
def reachable(house, cast):
    """Both doctors of the Lilas on call, Dr Lune first."""
    put_on_call(house.deps, cast)


def part(desk, name):
    answer = desk.browser.get(f"/desk/parts/{name}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def lilas(desk):
    """Return how the Lilas stand, as read aloud."""
    return part(desk, "states").partition("Cabinet des Lilas ")[2]


def away(desk, cast, who, start, end, says=""):
    with desk.house.deps.unit_of_work(cast.dr_lune) as uow:
        practices.set_absence(uow, SetAbsence(cast.lilas, start, end, "Dr Lune", says, who))
        uow.commit()


def test_who_is_reached_follows_an_absence(desk, cast, clock):
    assert "joint en urgence Dr Lune ," in lilas(desk)

    away(desk, cast, cast.dr_lune_id, clock.now(), clock.now() + timedelta(hours=2))

    assert "joint en urgence Dr Soleil ," in lilas(desk)


def test_hours_say_open_or_closed(desk, cast, clock):
    assert "Dr Lune , ouvert" in lilas(desk)
    local = clock.now()
    with desk.house.deps.unit_of_work(cast.dr_lune) as uow:
        other = local.isoweekday() % 7 + 1
        practices.set_hours(uow, cast.lilas, HoursOf.PHONE, (Opening(other, 480, 720),))
        uow.commit()

    assert "Dr Lune , fermé" in lilas(desk)


def test_a_gap_of_the_next_24_hours_is_told_and_one_after_is_not(desk, cast, clock):
    start = clock.now() + timedelta(hours=30)
    for who in (cast.dr_lune_id, cast.dr_soleil_id):
        away(desk, cast, who, start, start + timedelta(hours=1))
    assert "personne, de" not in part(desk, "cover").partition("Lilas")[2].partition("Glycines")[0]

    start = clock.now() + timedelta(hours=3)
    for who in (cast.dr_lune_id, cast.dr_soleil_id):
        away(desk, cast, who, start, start + timedelta(hours=1))

    assert "Cabinet des Lilas personne, de" in part(desk, "cover")


def test_nobody_on_call_stands_first_in_red(desk, cast):
    with desk.house.deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        uow.session.query(OnCall).filter(OnCall.practice_id == cast.lilas).delete()
        uow.commit()

    page = desk.browser.get("/desk/parts/states").text

    assert 'class="bad"' in page.partition("Cabinet des Lilas")[2].partition("</li>")[0]


def test_a_break_is_possible_while_a_colleague_is_free_and_nobody_waits(desk, ring):
    assert "mais personne d’autre n’est libre" in part(desk, "pause")

    ring()

    assert "Plutôt après les appels qui attendent" in part(desk, "pause")
