"""Denied words lead nowhere, misspelt ones where they must mean, and a temperature is fever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telesec.triage.levels import Level
from telesec.triage.library import load
from telesec.triage.patient import PatientFacts
from telesec.triage.reading import Reading, phrase
from telesec.triage.spelling import MOST_MENDED, SHORTEST, Spelling
from telesec.triage.temperature import with_fever

ADULT = PatientFacts(age_months=480)
LIBRARY = load()
WORDS = LIBRARY.words
FEVER = {phrase("fièvre"): (), phrase("toux"): (), phrase("mal au ventre"): (), phrase("tousse"): ()}


def affirmed(text):
    reading = Reading.of(text)
    return {" ".join(hit.phrase) for hit in reading.hits(FEVER) if not reading.denied(hit)}


@pytest.mark.parametrize(
    "text",
    [
        "pas de fièvre",
        "il n'a pas de fièvre ni toux",
        "sans fièvre",
        "aucune fièvre, jamais de toux",
        "elle ne tousse pas",
        "il ne tousse jamais",
        "je n'ai pas mal au ventre",
        "toux ? pas de toux",
    ],
)
def test_what_is_denied_is_not_heard(text):
    assert affirmed(text) - ({"toux"} if text.startswith("toux") else set()) == set()


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("pas de sommeil, fièvre", {"fievre"}),
        ("il n'arrête pas de tousser, il tousse", {"tousse"}),
        ("pas mal de fièvre", {"fievre"}),
        ("ne dort pas, mal au ventre", {"mal au ventre"}),
        ("ne mange pas la fièvre monte", {"fievre"}),
        ("je ne sais pas si fièvre", {"fievre"}),
        ("plus de fièvre mais toux", {"fievre", "toux"}),
        ("pas de fièvre mais il tousse", {"tousse"}),
        ("elle n'arrive pas de toux", {"toux"}),
    ],
)
def test_what_is_doubtful_is_heard(text, heard):
    assert affirmed(text) == heard


def test_a_denied_sign_is_not_named_first():
    assert LIBRARY.find("pas de douleur à la poitrine", ADULT).named == ()


@pytest.mark.parametrize(
    "text",
    ["il ne respire plus", "il ne mange pas il est tout bleu", "elle n'est pas en forme, elle est bleue"],
)
def test_a_sign_near_another_denial_still_raises(text):
    found = LIBRARY.find(text, ADULT)

    assert Level.CALL15_NOW in dict(found.raised).values() or found.named


def test_words_that_contain_their_denial_still_name_the_sign():
    assert LIBRARY.find("elle n'arrive pas à respirer", ADULT).named == ("tronc_commun.respire_mal",)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("mal a la poitrinne", "douleur_thoracique"),
        ("des vomisements", "vomissements_diarrhee"),
        ("une conjonctivitte", "oeil"),
    ],
)
def test_misspelt_words_lead_where_they_mean(words, first):
    assert LIBRARY.find(words, ADULT).candidates[0] == first


def test_a_word_between_two_complaints_is_left_alone():
    spelling = Spelling.of({"brulure": frozenset("a"), "coulure": frozenset("b"), "boulure": frozenset("c")})

    assert spelling.mended(("bulure", "brlure")) == ("bulure", "brulure")


def test_short_words_and_known_words_are_left_alone():
    spelling = Spelling.of({"toux": frozenset("a"), "regles": frozenset("b"), "regler": frozenset("c")})

    assert spelling.mended(("roux", "regler", "regle")) == ("roux", "regler", "regle")


def test_a_very_long_text_is_read_in_bounded_work():
    unknown = " ".join(f"{'q' * 7}{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}" for n in range(2 * MOST_MENDED))

    assert LIBRARY.find(f"{unknown} mal au ventre", ADULT).candidates == ("douleur_abdominale",)


SINGLE = sorted({known[0] for known in WORDS.complaints if len(known) == 1 and len(known[0]) > SHORTEST})


@given(word=st.sampled_from(SINGLE), data=st.data())
def test_one_slip_never_turns_a_complaint_into_another(word, data):
    at = data.draw(st.integers(1, len(word) - 2))
    slips = [word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]]
    typed = data.draw(st.sampled_from(slips))

    (mended,) = WORDS.spelling.mended((typed,))

    if typed not in WORDS.spelling.leads:
        assert mended in (typed, word) or WORDS.spelling.leads[mended] == WORDS.spelling.leads[word]


@pytest.mark.parametrize(
    "text", ["39 depuis hier", "38,5 sous chimio", "elle a 40", "40.2 ce matin", "39 8 ce matin"]
)
def test_a_temperature_is_fever(text):
    assert "fievre" in with_fever(Reading.of(text)).words


@pytest.mark.parametrize(
    "text",
    [
        "j'ai 40 ans",
        "38 semaines",
        "06 39 98 12 34",
        "40 rue des Lilas",
        "tension 12",
        "39 98 01",
        "42 kilos",
    ],
)
def test_other_numbers_are_not(text):
    assert "fievre" not in with_fever(Reading.of(text)).words


def test_parts_of_the_body_count_only_when_nothing_else_is_known():
    part = ("coude",)
    assert part in WORDS.parts
    assert part not in WORDS.complaints
    alone = LIBRARY.find(" ".join(part), ADULT).candidates
    beside = LIBRARY.find(f"{' '.join(part)}, une cystite", ADULT).candidates

    assert set(alone) <= {*WORDS.parts[part], "tronc_commun"}
    assert beside == ("urinaire",)


def test_the_net_holds_red_flags_and_leaves_routine_requests():
    assert not WORDS.red_flags("renouvellement d'ordonnance, pas de douleur", LIBRARY.book, ADULT)

    alarm = WORDS.red_flags("renouvellement, et mal à la poitrine", LIBRARY.book, ADULT)

    assert alarm.questions == ("tronc_commun.douleur_poitrine",)
    assert "douleur_thoracique" in alarm.protocols
