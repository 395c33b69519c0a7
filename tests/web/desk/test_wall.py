"""The wall's figures of the day as written: value, goal, formula; why there is none; what is left out."""

import re
from functools import partial
from html import unescape

import pytest

from telesec.desk import wall_routes
from telesec.messages import service as messages
from telesec.messages.service import FileMessage
from telesec.testing.cast import BRUNO_PHONE
from telesec.testing.on_call import put_on_call
from telesec.testing.pages import page_client
from telesec.testing.rung import rung
from telesec.triage.levels import Level


@pytest.fixture
def ring(deps, cast, clock):
    """What lets a call ring for some seconds, then answers it or loses it."""
    return partial(rung, deps, cast, clock)


@pytest.fixture
def board(deps, cast):
    """What reads the wall, tags taken away."""

    def read(part=""):
        page = page_client(deps, cast.supervisor, wall_routes.blueprint).get("/wall/board").text
        found = page if not part else page[page.index(f'aria-label="{part}"') :].split("</section>")[0]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", found)).split()).replace("\u202f", " ")

    return read


def test_figures_stand_with_their_goal_and_their_formula(board, ring):
    for name in range(6):
        ring(f"A{name}", 4, answer=True)
    ring("A7", 25, answer=True)
    ring("L1", 8, answer=False)
    ring("L2", 4, answer=False)

    figures = board("Chiffres du jour")

    assert "Décroché en 20 s 75 % manqué objectif : 90 % décrochés en 20 s ÷ présentés : 6 ÷ 8" in figures
    assert "Attente moyenne 7 s atteint objectif : 12 s au plus de la file à une voix" in figures
    assert (
        "Abandons 12,5 % manqué objectif : moins de 3 % raccrochés après 5 s ÷ présentés : 1 ÷ 8" in figures
    )
    assert "Décrochés 87,5 % manqué objectif : plus de 97 % décrochés ÷ présentés : 7 ÷ 8" in figures
    page = board()
    assert "raccrochés avant 5 s, non comptés : 1" in page
    assert "Demi-heure de Présentés Décrochés Raccrochés 10:00 8 7 1" in page


def test_empty_day_says_why_and_is_neither_good_nor_bad(board):
    figures = board("Chiffres du jour")

    assert "Décroché en 20 s – objectif : 90 % aucun appel décroché ni perdu pour l’instant" in figures
    assert "aucun rappel promis pour aujourd’hui n’est encore échu" in figures
    assert "aucune alerte aujourd’hui" in figures
    assert "atteint" not in figures
    assert "manqué" not in figures
    assert "Aucun appel décroché ni perdu depuis minuit" in board()


def test_alert_nobody_takes_misses_the_goal(board, deps, cast, clock):
    put_on_call(deps, cast)
    with deps.unit_of_work(cast.ada) as uow:
        text = FileMessage(cast.lilas, cast.dr_lune_id, Level.DOCTOR_NOW, "Chute.", BRUNO_PHONE, True)
        messages.file_message(uow, text)
        uow.commit()

    assert "Alertes prises en – objectifs : 1:00 et 5:00 aucune alerte du jour" in board("Chiffres du jour")
    clock.advance(minutes=6)
    figures = board("Chiffres du jour")

    assert "Alertes prises en 6:00 manqué objectifs : 1:00 et 5:00 médiane" in figures
    assert "95 % en 6:00 · prises : 0, non prises : 1" in figures


def test_list_longer_than_the_wall_says_how_many_are_left_out(board, deps, cast):
    put_on_call(deps, cast)
    with deps.unit_of_work(cast.ada) as uow:
        for number in range(6):
            text = FileMessage(cast.lilas, cast.dr_lune_id, Level.DOCTOR_NOW, f"{number}.", BRUNO_PHONE, True)
            messages.file_message(uow, text)
        uow.commit()

    assert "Alertes en cours 6" in board()
    assert "et 2 de plus" in board()
