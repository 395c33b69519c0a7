"""Cells as people fill them → values; what cannot be understood is told in one sentence, never guessed.

Exports of French practice software write dates day first; two digits of a year do not always say the century.
"""

import re
from datetime import date

from telesec.foundation.language import Sentence, say
from telesec.patients.rules import Sex, can_be_born, fold
from telesec.practices.numbers import to_e164
from telesec.practices.rules import Applies, InstructionKind
from telesec.scheduling.configuration import MOST_RELEASE_HOURS
from telesec.triage.levels import Level

MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "janvier janv jan january",
            "fevrier fevr fev february feb",
            "mars mar march",
            "avril avr april apr",
            "mai may",
            "juin june jun",
            "juillet juil july jul",
            "aout aou august aug",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        start=1,
    )
    for word in words.split()
}
_DIGITS = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2})[\s./-]+(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})[./-]?(\d{2})[./-]?(\d{2})(?:[T ]\d{2}:\d{2}.*)?")
_WORDS = re.compile(r"(?:[a-z]+ )?(\d{1,2})(?:er)? ([a-z]+) (\d{4}|\d{2})")
_TOGETHER = re.compile(r"(\d{2})(\d{2})(\d{4})")
_LENGTH = re.compile(
    r"(?:(?P<h>\d{1,2})\s*h(?:eures?|ours?)?)?\s*(?:(?P<m>\d{1,3})\s*(?:min(?:utes?)?|mn|')?)?", re.IGNORECASE
)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")
SEXES = {
    **dict.fromkeys(("f", "femme", "feminin", "female", "mme", "madame", "mlle", "2"), Sex.FEMALE),
    **dict.fromkeys(("m", "h", "homme", "masculin", "male", "mr", "monsieur", "1"), Sex.MALE),
    **dict.fromkeys(("", "i", "inconnu", "indetermine", "unknown", "x", "autre", "0"), Sex.UNKNOWN),
}
KINDS = {
    **dict.fromkeys(("", "general", "generale", "consigne"), InstructionKind.GENERAL),
    **dict.fromkeys(("urgent", "urgence", "urgences", "appels urgents"), InstructionKind.URGENT),
    **dict.fromkeys(("appointments", "rendez vous", "rdv", "agenda", "motif"), InstructionKind.APPOINTMENTS),
    **dict.fromkeys(("absence", "absences", "conges"), InstructionKind.ABSENCE),
    **dict.fromkeys(("billing", "facturation", "tarifs", "reglement"), InstructionKind.BILLING),
}
OCCASIONS = {
    **dict.fromkeys(("", "always", "toujours", "tout le temps"), Applies.ALWAYS),
    **dict.fromkeys(("open", "ouvert", "a l ouverture", "while open"), Applies.OPEN),
    **dict.fromkeys(("closed", "ferme", "a la fermeture", "while closed"), Applies.CLOSED),
    **dict.fromkeys(("absent", "absence", "en l absence du praticien"), Applies.ABSENT),
}

KEPT_FOR = {
    "": None,
    **dict.fromkeys(("aujourd hui", "jour", "du jour", "today", "same day"), Level.SAME_DAY),
    **dict.fromkeys(("72 h", "72h", "72 heures", "sous 72 h", "within 72 h"), Level.H48_72),
}

NOT_A_DATE = say("This is not a date. Write it like 14/07/1989.")
FOUR_DIGITS = say("Write the year with four digits: two do not tell the century.")
NOT_BORN = say("This birth date lies in the future or too far back.")
NOT_A_NUMBER = say("This is not a telephone number.")
NOT_A_SEX = say("Write F, M, or leave it empty.")
NOT_A_LEVEL = say("Write today, 72 h, or leave it empty.")
NOT_HOURS = say("Write a number of hours from 1 to 72, or leave it empty.")
NOT_KEPT = say("Say first for which calls it is kept, or leave this empty.")
NOT_A_LENGTH = say("This is not a length in minutes between 5 and 480. Write it like 20.")


class Unclear(Exception):
    """A cell that cannot be understood, with what to do."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.msgid)
        self.sentence = sentence


def day(typed: str, *, past: date | None = None) -> date | None:
    """Return a day written the ways the French write it, or ISO; None for an empty cell.

    With ``past``, the day lies before it: then two digits of a year tell the century where only one is left.

    Raises:
        Unclear: It is none, or its year has two digits.
    """
    if not typed:
        return None
    year, month, day_ = _parts(typed)
    if len(year) == 2:
        if past is None or 2000 + int(year) <= past.year:
            raise Unclear(FOUR_DIGITS)
        year = f"19{year}"
    try:
        return date(int(year), month, int(day_))
    except ValueError:
        raise Unclear(NOT_A_DATE) from None


def birth_date(typed: str, today: date) -> date | None:
    """Return a day somebody alive can be born on.

    Raises:
        Unclear: As :func:`day`, or nobody alive is born then.
    """
    born = day(typed, past=today)
    if born is not None and not can_be_born(born, today):
        raise Unclear(NOT_BORN)
    return born


def phones(typed: str) -> tuple[str, ...]:
    """Return the numbers of a cell in E.164; several are set apart by ``/``, ``;``, ``,`` or a line.

    A spreadsheet that took a number for an amount dropped its first zero: nine digits get it back.

    Raises:
        Unclear: One of them is no telephone number.
    """
    alone = to_e164(typed)
    if alone is not None:
        return (alone,)
    found = []
    for part in re.split(r"[;,\n]|/(?=\s*(?:\+|0))| (?:ou|et|or|and) ", typed):
        if not part.strip():
            continue
        bare = re.sub(r"[\s.\-()]", "", part)
        whole = f"0{bare}" if re.fullmatch(r"[1-9]\d{8}", bare) else part.strip()
        whole = f"+{bare}" if re.fullmatch(r"33[1-9]\d{8}", bare) else whole
        number = to_e164(whole)
        if number is None:
            raise Unclear(NOT_A_NUMBER)
        found.append(number)
    return tuple(dict.fromkeys(found))


def sex(typed: str) -> Sex:
    """Return the sex of a column of sexes or of titles (``Mme``, ``M.``).

    Raises:
        Unclear: Another word.
    """
    found = SEXES.get(fold(typed))
    if found is None:
        raise Unclear(NOT_A_SEX)
    return found


def minutes(typed: str) -> int:
    """Return a length: ``20``, ``20 min``, ``0:20``, ``1 h 30``.

    Raises:
        Unclear: None of these, or not between 5 and 480 minutes.
    """
    clock, spoken = _CLOCK.fullmatch(typed), _LENGTH.fullmatch(typed.strip())
    if clock:
        total = int(clock[1]) * 60 + int(clock[2])
    elif typed.strip() and spoken:
        total = int(spoken["h"] or 0) * 60 + int(spoken["m"] or 0)
    else:
        total = 0
    if not 5 <= total <= 480:
        raise Unclear(NOT_A_LENGTH)
    return total


def kept_for(typed: str) -> Level | None:
    """Return from which level on a type is kept for urgent calls, None for everybody.

    Raises:
        Unclear: Another word.
    """
    folded = fold(typed)
    if folded not in KEPT_FOR:
        raise Unclear(NOT_A_LEVEL)
    return KEPT_FOR[folded]


def hours_before(typed: str) -> int | None:
    """Return how many hours before kept slots are given back, None for never.

    Raises:
        Unclear: No whole number from 1 to 72.
    """
    written = typed.strip().casefold().removesuffix("h").strip()
    if not written:
        return None
    if not written.isdecimal() or not 1 <= int(written) <= MOST_RELEASE_HOURS:
        raise Unclear(NOT_HOURS)
    return int(written)


def kind(typed: str) -> InstructionKind:
    """Return what an instruction is about.

    Raises:
        Unclear: Another word.
    """
    found = KINDS.get(fold(typed))
    if found is None:
        raise Unclear(say("Write one of: general, urgent, appointments, absence, billing."))
    return found


def applies(typed: str) -> Applies:
    """Return when an instruction counts.

    Raises:
        Unclear: Another word.
    """
    found = OCCASIONS.get(fold(typed))
    if found is None:
        raise Unclear(say("Write one of: always, open, closed, absent."))
    return found


def _parts(typed: str) -> tuple[str, int, str]:
    """Return year, month and day as written."""
    iso = _ISO.fullmatch(typed)
    if iso and int(iso[1]) >= 1800:
        return iso[1], int(iso[2]), iso[3]
    numbers = _DIGITS.fullmatch(typed) or _TOGETHER.fullmatch(typed)
    if numbers:
        return numbers[3], int(numbers[2]), numbers[1]
    words = _WORDS.fullmatch(fold(typed))
    if words and words[2] in MONTHS:
        return words[3], MONTHS[words[2]], words[1]
    raise Unclear(NOT_A_DATE)
