"""What callers and secretaries stumbled on, held for every sentence of the library.

Each rule is a point of the rehearsal of the reference. A sentence that breaks one is worded again; no rule is
narrowed for it.
"""

import re

import pytest

from telesec.triage.levels import Level
from telesec.triage.library import load
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import Effect
from telesec.triage.reading import phrase
from telesec.triage.speech import word_count

LIBRARY = load()
MOST_WORDS = 20
MOST_CONDITIONS = 2
SPOKEN = [(held, question) for held in LIBRARY.protocols for question in held.spoken]
ASKED = [(held, question) for held in LIBRARY.protocols for question in held.questions]
COMPLAINTS = list(LIBRARY.book.protocols.values())

OPEN_DURATION = re.compile(
    r"\b(plus|moins) (de |d')(une?|deux|trois|quatre|cinq|six|sept|huit|dix|douze|\d+) "
    r"(minutes?|heures?|jours?|semaines?|mois|ans?)\b"
)
OF_AN_AGE = re.compile(r"\b(enfant|bébé|fille) de moins|^A-t-(il|elle) moins|^Avez-vous moins|de grossesse")
FEVER = re.compile(r"fièvre|fiévreu|\b3[89]\b")
MEASURED = re.compile(r"mesur|thermom")
ONLY_OTHERS_SEE = re.compile(
    r"[êe]tes-vous (très |tout )?(pâle|bleu|gris|marbré)|vos? (lèvres|peau|visage) (est|sont)|confus|l'air |"
    r"difficile à réveiller|pâleur|très pâle|\bgris\b|marbré",
    re.IGNORECASE,
)
AS_OTHERS_SAY = re.compile(r"dit-on|a-t-on dit|le trouve|vous trouve")
NO_YARDSTICK = re.compile(
    r"insupportable|abattu|intense|énorme|sévère|mal en point|épuisée?s?\b(?! pour)", re.IGNORECASE
)
CONDITION = re.compile(r" et (?!\d)| ?\bsans | avec (?!un bras)|, qui | en se ")
SHORTEST_TELLING = 3
STEM = 4
HEARD_AT_LEAST = 2
TELLS_NOTHING = frozenset(
    word[:4]
    for word in phrase(
        "elle ils elles vous avez etes est sont une les des dans avec plus moins depuis son ses sur par pour "
        "sans tout toute tous lui que qui peut sent fait vient deux trois seul seule encore entre fois apres "
        "avant autre the and with any has have from that for not than when her his out over under one two "
        "three since after"
    )
)


def where(pairs):
    """Return the texts of one language and voice with their places, apostrophes plain."""
    return [(f"{held.code}.{question.id}", question, question.text) for held, question in pairs]


def plain(text):
    return (text or "").replace("’", "'")


def stems(*texts):
    """Return the beginnings of the words of a text, so that "gonflé" is found in "gonflent"."""
    heard = {word[:STEM] for text in texts for word in phrase(text) if len(word) >= SHORTEST_TELLING}
    return heard - TELLS_NOTHING


def test_a_sentence_is_heard_at_once():
    long = [
        (place, words)
        for place, _question, text in where(SPOKEN)
        for words in filter(None, (text.fr, text.you, text.he, text.en))
        if word_count(words) > MOST_WORDS
    ]

    assert not long


def test_a_duration_counts_at_its_exact_value():
    wrong = [
        (place, words)
        for place, _question, text in where(SPOKEN)
        for words in map(plain, (text.fr, text.you))
        if OPEN_DURATION.search(words) and not OF_AN_AGE.search(words)
    ]

    assert not wrong


@pytest.mark.parametrize(
    ("about", "threshold"),
    [
        (r"accouché.* depuis (?!un an)", "depuis six semaines ou moins"),
        (r"(pays tropical|pays chaud).* depuis (?!son|votre)", "depuis trois mois ou moins"),
        (r"(nez|gorge).* opérés? .*depuis|opéré.* (nez|gorge) depuis", "trois semaines ou moins"),
        (r"caillots gros", "balle de golf"),
    ],
)
def test_the_same_thing_has_the_same_threshold_in_all_protocols(about, threshold):
    said = [(place, plain(text.fr)) for place, _question, text in where(ASKED)]
    meant = [(place, words) for place, words in said if re.search(about, words)]

    assert meant
    assert not [found for found in meant if threshold not in found[1]]


def test_fever_has_its_number_and_an_answer_for_not_measured():
    silent = [
        (place, words)
        for place, question, text in where(ASKED)
        if question.effect is not Effect.LOWER
        and FEVER.search(plain(text.fr))
        and not MEASURED.search(words := plain(f"{text.fr} {question.help.fr if question.help else ''}"))
    ]

    assert not silent


def test_who_calls_for_himself_is_asked_what_he_can_notice():
    unseen = [
        (place, words)
        for place, _question, text in where(SPOKEN)
        if ONLY_OTHERS_SEE.search(words := plain(text.you)) and not AS_OTHERS_SAY.search(words)
    ]

    assert not unseen


def test_a_relative_says_what_is_seen_and_not_confused():
    assert not [place for place, _question, text in where(SPOKEN) if re.search(r"\bconfuse?s?\b", text.fr)]


def test_an_adjective_has_a_yardstick():
    vague = [
        (place, plain(text.fr))
        for place, _question, text in where(SPOKEN)
        if NO_YARDSTICK.search(plain(text.fr))
    ]

    assert not vague


def test_a_lowering_question_has_two_conditions_at_most():
    packed = [
        (place, words)
        for place, question, text in where(ASKED)
        if question.effect is Effect.LOWER
        and 1 + len(CONDITION.findall(words := plain(text.fr))) > MOST_CONDITIONS
    ]

    assert not packed


@pytest.mark.parametrize("language", ["fr", "en"])
def test_one_sentence_says_something_of_each_question_it_answers(language):
    unsaid = []
    for held in LIBRARY.protocols:
        parts = {question.id: question for question in held.questions}
        for whole in held.merged:
            said = stems(getattr(whole.text, language))
            unsaid += [
                (f"{held.code}.{whole.id}", id_)
                for id_ in whole.merges
                if not said & stems(getattr(parts[id_].text, language))
            ]

    assert not unsaid


def test_each_complaint_asks_about_its_ordinary_picture():
    """What nothing may lower needs none: its default is its floor."""
    without = [
        held.code
        for held in COMPLAINTS
        if held.default is not held.floor and not any(q.effect is Effect.LOWER for q in held.questions)
    ]

    assert not without


def test_who_calls_from_elsewhere_is_first_asked_whether_he_is_beside_the_patient():
    screen = LIBRARY.book.screen

    first = [
        screen.questions[0],
        *(whole for whole in screen.merged if screen.questions[0].id in whole.merges),
    ]
    assert all("Êtes-vous avec elle" in plain(question.help.fr) for question in first)


@pytest.mark.parametrize(
    "words",
    [
        "je refuse d'aller à l'hôpital",
        "mon mari ne veut pas aller à l'hôpital",
        "elle refuse qu'on appelle le 15, elle refuse le SAMU",
    ],
)
def test_a_refusal_of_the_hospital_leads_to_its_question(words):
    found = LIBRARY.find(words, PatientFacts())

    assert "symptome_non_liste" in found.candidates
    assert "symptome_non_liste.refus_hopital" in found.about


def test_blurred_sight_is_asked_about_the_brain_in_the_eye_too():
    eye = {question.id: question for question in LIBRARY.book.protocols["oeil"].questions}

    assert "flou" in eye["vue_perdue"].text.fr


def test_ticks_are_asked_about_in_a_childs_fever():
    assert any("tique" in question.text.fr for question in LIBRARY.book.protocols["fievre_enfant"].questions)


CALLING_15 = [
    (held.code, flag) for held in COMPLAINTS for flag in held.red_flags if flag.level is Level.CALL15_NOW
]


@pytest.mark.parametrize(("code", "flag"), CALLING_15, ids=lambda part: getattr(part, "id", part))
def test_each_flag_of_the_15_is_asked_first_when_a_caller_names_it(code, flag):
    """The caller says the complaint, then the sign; of the sign's own words at least two are heard."""
    held = LIBRARY.book.protocols[code]
    heard = [word for word in flag.words if _heard(held, flag, word)]

    assert len(heard) >= HEARD_AT_LEAST, set(flag.words) - set(heard)


def _heard(held, flag, word):
    """Return whether the sign, or a vital sign of the screen, which comes before it, is asked first."""
    asked = (LIBRARY.find(f"{complaint}, {word}", PatientFacts()) for complaint in held.synonyms)
    firsts = (f"{LIBRARY.book.screen.code}.", held.ref(flag))
    return any(ref.startswith(firsts) for found in asked for ref in found.named)
