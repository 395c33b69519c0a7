"""The caller's words: whole, without accents, longest first, raising only."""

from dataclasses import replace

import pytest

from telesec.triage.levels import Level
from telesec.triage.patient import PatientFacts, Sex
from telesec.triage.words import plain

ADULT = PatientFacts(age_months=480)
CHILD = PatientFacts(age_months=60)


def candidates(library, covered, words, patient):
    """Return where words lead in a library of the named complaints only, whatever the built-in one covers."""
    protocols = {code: library.book.protocols[code] for code in covered}
    return library.words.find(words, replace(library.book, protocols=protocols), patient).candidates


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("j'ai mal à la poitrine", "douleur_thoracique"),
        ("MAL A LA POITRINE", "douleur_thoracique"),
        ("il respire mal depuis hier", "difficulte_respirer"),
        ("elle a la bouche tordue", "signes_avc"),
        ("mon fils est tombé sur la tête", "traumatisme_cranien"),
        ("bébé brûlant cette nuit", "fievre_enfant"),
        ("mal au ventre", "douleur_abdominale"),
        ("un renouvellement d’ordonnance", "ordonnance_medicament"),
    ],
)
def test_words_lead_to_their_protocol(library, words, first):
    assert library.find(words, PatientFacts()).candidates[0] == first


@pytest.mark.parametrize(
    "words", ["vue floue", "j'ai la vue trouble depuis ce matin", "je vois flou d'un coup"]
)
def test_blurred_sight_offers_more_than_the_eye(library, words):
    offered = library.find(words, PatientFacts(age_months=480, sex=Sex.FEMALE)).candidates

    assert offered[0] == "signes_avc"
    assert {"grossesse_douleur_saignement", "diabete_glycemie", "oeil", "mal_de_tete"} <= set(offered)


def test_words_are_whole(library):
    assert library.find("il fait froid", ADULT).candidates == ()


def test_ambiguous_words_offer_the_most_urgent_first(library):
    assert library.find("mal à l'estomac", ADULT).candidates == ("douleur_thoracique", "douleur_abdominale")


def test_the_screen_stands_for_what_no_protocol_covers(library):
    found = candidates(library, ["traumatisme_cranien"], "il est tombé", ADULT)

    assert found == ("traumatisme_cranien", "tronc_commun")


def test_complaints_the_age_excludes_are_left_out(library):
    assert candidates(library, ["fievre_enfant"], "fièvre", ADULT) == ()
    assert candidates(library, ["fievre_enfant"], "fièvre", CHILD) == ("fievre_enfant", "tronc_commun")


def test_the_longest_words_win(library):
    found = candidates(library, ["douleur_abdominale"], "colique néphrétique", ADULT)

    assert found == ("douleur_abdominale", "tronc_commun")


def test_a_named_vital_sign_is_found(library):
    assert library.find("ça me serre, elle a mal à respirer", ADULT).named[:2] == (
        "tronc_commun.respire_mal",
        "tronc_commun.douleur_poitrine",
    )


def test_words_raise_by_themselves(library):
    assert library.find("Il s'étouffe !", ADULT).raised == (("words.etouffe", Level.CALL15_NOW),)


def test_unknown_words_lead_nowhere(library):
    found = library.find("bonjour madame", ADULT)

    assert (found.candidates, found.named, found.raised) == ((), (), ())


def test_plain_text_has_no_accent_ligature_or_sign():
    assert plain("L’ŒIL  droit, à Noël…") == "l oeil droit a noel"


def test_words_a_protocol_asks_about_raise_to_the_doctor_only(library):
    raised = library.find("elle veut mourir", ADULT).raised

    assert raised == (("words.veut_mourir", Level.DOCTOR_NOW),)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("mon père n'arrive plus à parler", "tronc_commun.visage_bras_parole"),
        ("elle respire plus vite que d'habitude", "tronc_commun.respire_mal"),
        ("il a perdu connaissance", "tronc_commun.ne_repond_pas"),
        ("une oppression depuis ce matin", "tronc_commun.douleur_poitrine"),
        ("elle vomit du sang", "tronc_commun.saigne_beaucoup"),
    ],
)
def test_what_callers_say_names_the_sign_to_ask_first(library, words, named):
    found = library.find(words, ADULT)

    assert found.named[0] == named
    assert found.raised == ()


def test_a_birth_that_is_over_does_not_raise_as_one_that_begins(library):
    assert not library.find("j'ai accouché il y a trois semaines", PatientFacts()).raised
    assert library.find("vite, ma femme accouche", PatientFacts()).raised


def test_a_red_flag_the_words_name_is_asked_first_in_its_complaint(library):
    found = library.find("on a mangé des champignons de la forêt", ADULT)

    assert found.named == ("intoxication.champignons",)


def test_a_denied_sign_is_not_named(library):
    assert library.find("une brûlure, pas de fumée", ADULT).named == ()
