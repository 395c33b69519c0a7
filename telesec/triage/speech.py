"""How long a sentence takes aloud, and words that may not be in it.

Nobody at the desk may name a disease or advise a drug. Words of the patient's known history (asthma,
diabetes, a cancer) are not diagnoses and stay allowed in questions; so is a word in quotes, which repeats
what the caller was told about somebody else.
"""

import re

from telesec.triage.words import plain

MAX_SPOKEN_WORDS = 25
WORDS_PER_SECOND = 2.5
ANSWER_SECONDS = 2.0

_DIAGNOSES = (
    "infarctus", "avc", "meningite", "appendicite", "embolie", "phlebite", "pneumonie", "septicemie",
    "purpura", "heart attack", "stroke", "meningitis", "appendicitis", "embolism", "pneumonia", "sepsis",
    "occlusion", "grossesse extra uterine", "ectopic", "anevrisme", "aneurysm",
)  # fmt: skip
_DRUGS = (
    "aspirine", "aspirin", "paracetamol", "doliprane", "ibuprofene", "ibuprofen", "advil", "ventoline",
    "antibiotique", "antibiotic", "cortisone", "morphine",
)  # fmt: skip
_QUOTED = re.compile("«[^»]*»|“[^”]*”")


def word_count(text: str) -> int:
    """Return the words of a sentence as said; an elided ``l'`` is part of its word."""
    return sum(any(letter.isalnum() for letter in word) for word in text.split())


def spoken_seconds(text: str) -> float:
    """Return how long a question takes, read and answered."""
    return word_count(text) / WORDS_PER_SECOND + ANSWER_SECONDS


def names_diagnosis(text: str) -> str:
    """Return the disease a text names outside quotes, or nothing."""
    return _first_of(_DIAGNOSES, _QUOTED.sub(" ", text))


def names_drug(text: str) -> str:
    """Return the drug a text names, or nothing."""
    return _first_of(_DRUGS, text)


def _first_of(terms: tuple[str, ...], text: str) -> str:
    padded = f" {plain(text)} "
    return next((term for term in terms if f" {term} " in padded), "")
