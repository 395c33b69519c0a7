"""The red-flag net: mere requests pass, and a request beside a symptom opens the questions."""

import pytest

from telesec.triage.library import load
from telesec.triage.patient import PatientFacts
from telesec.triage.reading import Reading

LIBRARY = load()
ADULT = PatientFacts(age_months=408)


def alarm(text):
    return LIBRARY.words.red_flags(text, LIBRARY.book, ADULT)


@pytest.mark.parametrize(
    "text",
    [
        "vaccins",
        "rendez-vous pour les vaccins du petit",
        "rappel de vaccin",
        "vaccin contre la grippe",
        "vaccin fièvre jaune pour un voyage",
        "rappel tétanos",
        "contrôle de tension",
        "Contrôle de la tension artérielle, et renouvellement de mon traitement",
        "suivi pour la tension",
        "frottis",
        "frottis de contrôle",
        "suivi de grossesse",
        "Consultation de suivi de grossesse.",
        "échographie de grossesse du deuxième trimestre",
        "déclaration de grossesse",
        "suivi de diabète",
        "renouvellement de la pilule",
        "pose de stérilet",
        "visite post-natale",
        "visite des six semaines",
        "retrait des points",
        "changement de pansement",
        "prise de sang de contrôle",
        "contrôle du pacemaker",
        "contrôle INR",
        "suivi asthme",
        "renouvellement de ventoline",
        "séances de kiné pour le dos",
        "ordonnance de kiné pour le genou",
        "contrôle après opération de la hanche",
        "contrôle de la vue",
        "contrôle de plâtre",
        "bas de contention",
        "suivi de migraine",
        "suivi psychologique",
        "rendez-vous avec le psychiatre",
        "contrôle dentaire annuel",
        "pesée du bébé",
        "consultation voyage",
        "mammographie de dépistage",
    ],
)
def test_a_mere_request_passes(text):
    assert not alarm(text)


@pytest.mark.parametrize(
    "text",
    [
        "contractions après mon suivi de grossesse",
        "suivi de grossesse, elle perd du sang",
        "suivi de grossesse, ça tire dans le bas du ventre",
        "suivi de grossesse et elle ne se sent pas bien",
        "suivi de grossesse, ne sent plus le bébé bouger",
        "fièvre depuis le vaccin",
        "rappel de vaccin hier, visage qui gonfle",
        "le bras est rouge et chaud depuis le vaccin",
        "vaccin ce matin, le bébé est tout mou",
        "vaccin, grippe depuis hier",
        "saigne depuis le frottis",
        "frottis, pertes de sang",
        "contrôle de tension, mal à la tête et voit flou",
        "tension à 19",
        "prise de tension, bouche de travers",
        "suivi de diabète, glycémie à 4 grammes",
        "pose de stérilet, douleur dans le ventre",
        "renouvellement pilule, mollet gonflé",
        "renouvellement de ventoline, n'arrive plus à parler",
        "suivi asthme, essoufflé depuis ce matin",
        "changement de pansement, ça suinte et ça sent mauvais",
        "retrait des points, la cicatrice coule",
        "contrôle de plâtre, doigts bleus et froids",
        "contrôle après malaise",
        "contrôle du pacemaker, il perd connaissance",
        "contrôle INR, tombé sur la tête",
        "séance de kiné pour le dos, ne sent plus ses jambes",
        "suivi de migraine, mal de tête brutal",
        "contrôle de la vue, voile noir",
        "suivi psychologique, veut mourir",
        "résultats de prise de sang",
    ],
)
def test_a_request_beside_a_symptom_opens_the_questions(text):
    assert alarm(text)


def test_a_request_ends_with_its_clause():
    words = LIBRARY.words
    read = Reading.of("suivi, de grossesse")

    assert words.errands.left_out(read, {}).words == ("", "de", "grossesse")


def test_a_complaint_that_reaches_over_a_request_keeps_its_words():
    read = Reading.of("bras et vaccin")

    assert LIBRARY.words.errands.left_out(read, {("bras", "et", "vaccin"): ()}).words == read.words


def test_a_denied_trouble_is_none():
    assert not alarm("vaccins, sans réaction")
    assert alarm("vaccins, réaction")


def test_what_a_caller_says_is_not_read_as_a_request():
    assert LIBRARY.find("suivi de grossesse", ADULT).candidates[0] == "grossesse_douleur_saignement"
