"""How alike two names must be to be asked about."""

import pytest

from telesec.patients.likeness import alike


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("Étoile", "Zoé"), ("ETOILE", "Zoe")),
        (("Étoile", "Zoé"), ("Zoé", "Étoile")),
        (("Lefèvre", "Martine"), ("Lefebvre", "Martine")),
    ],
)
def test_alike_asks_about_other_writings(left, right):
    assert alike(left, right)


@pytest.mark.parametrize("right", [("Comète", "Bruno"), ("Soleil", "Zoé")])
def test_alike_leaves_other_people_alone(right):
    assert not alike(("Étoile", "Zoé"), right)
