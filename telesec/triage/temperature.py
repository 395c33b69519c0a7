"""A bare temperature in a caller's words ("39 depuis hier", "38,5") read as fever."""

from telesec.triage.reading import Reading

FEVER = "fievre"
_DEGREES = frozenset({"38", "39", "40", "41", "42"})
_OTHER_UNITS = (
    "an", "ans", "annee", "annees", "mois", "semaine", "semaines", "sa", "jour", "jours", "heure",
    "heures", "h", "minute", "minutes", "min", "kilo", "kilos", "kg", "g", "mg", "euro", "euros", "rue",
    "bis", "avenue", "cm", "m", "metre", "metres", "personne", "personnes", "fois", "cigarettes",
    "comprimes", "gouttes", "boites", "batiment", "lot", "sur",
)  # fmt: skip


def with_fever(reading: Reading) -> Reading:
    """Return a reading in which a number of 38 to 42 without another unit is the word for fever.

    A number among other numbers (a telephone number, a date) stays one; 38,5 loses its decimals.
    """
    words = reading.words
    return reading.spelled(
        tuple(FEVER if _is_fever(words, place) else word for place, word in enumerate(words))
    )


def _is_fever(words: tuple[str, ...], place: int) -> bool:
    if words[place] not in _DEGREES or (words[place - 1 : place] and words[place - 1].isdigit()):
        return False
    after = words[place + 1 : place + 4]
    if after and after[0].isdigit():
        decimal, after = after[0], after[1:]
        if len(decimal) > 1:
            return False
    return not after or not (after[0] in _OTHER_UNITS or after[0].isdigit())
