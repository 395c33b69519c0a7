"""Plain typing becomes what French print asks for."""

import pytest

from telesec.foundation.language import french


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("L'a-t-il dit ?", "L’a-t-il dit\u202f?"),
        ("Refus : non ; puis « oui » !", "Refus\u00a0: non\u202f; puis «\u00a0oui\u00a0»\u202f!"),
        ("Rien à changer.", "Rien à changer."),
    ],
)
def test_apostrophes_and_spaces_before_signs(typed, printed):
    assert french(typed) == printed
