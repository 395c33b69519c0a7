"""How alike two names are; used only to ask "is it this one?", never to decide it."""

from rapidfuzz.distance import JaroWinkler

from telesec.patients.rules import name_key

CLOSE = 0.9
"""Jaro-Winkler similarity from which two names are shown as perhaps one person."""


def alike(left: tuple[str, str], right: tuple[str, str]) -> bool:
    """Return whether two (family name, given name) pairs may be the same person's."""
    return JaroWinkler.normalized_similarity(name_key(*left), name_key(*right)) >= CLOSE
