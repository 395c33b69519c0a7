"""What a caller says besides the complaint: general words, figures, ordinary words, who is the patient."""

import pytest

from telesec.triage.patient import PatientFacts, Sex
from telesec.triage.pressure import with_pressure

ADULT = PatientFacts(age_months=480)
PREGNANT = PatientFacts(age_months=360, sex=Sex.FEMALE, pregnant=True)
BABY = PatientFacts(age_months=7)
ONE_YEAR = PatientFacts(age_months=12)


@pytest.mark.parametrize(
    ("words", "first", "offered"),
    [
        ("un rendez-vous, c'est mon pied", "demande_administrative", "traumatisme_membre_chute"),
        ("ma mâchoire fatigue en mangeant", "confusion_etat_general", "dentaire_douleur_gonflement"),
        ("j'en peux plus, ça me prend dans la fesse", "crise_psychique_suicide", "mal_de_dos"),
    ],
)
def test_a_part_of_the_body_is_offered_beside_what_does_not_say_where(library, words, first, offered):
    found = library.find(words, ADULT).candidates

    assert found[0] == first
    assert offered in found[1:]


def test_a_part_of_the_body_adds_nothing_to_a_complaint_that_says_where(library):
    assert library.find("une entorse, le doigt aussi", ADULT).candidates == ("traumatisme_membre_chute",)


@pytest.mark.parametrize("words", ["je change d'adresse", "il est au garage", "la voisine de palier"])
def test_an_ordinary_word_is_not_mended_into_an_alarming_one(library, words):
    assert set(library.find(words, ADULT).candidates) <= {"demande_administrative"}


def test_a_word_that_is_none_is_still_mended(library):
    assert library.find("elle a une cystitte", ADULT).candidates[0] == "urinaire"


@pytest.mark.parametrize(
    "words",
    ["il est à 21-12 à l'appareil", "18 et demi sur 10 deux fois", "on m'a trouvé 17/10", "16,5 sur 9"],
)
def test_two_figures_of_a_blood_pressure_are_one(library, words):
    assert "tension_arterielle" in library.find(words, ADULT).candidates


@pytest.mark.parametrize(
    "words",
    ["mal à 7 sur 10", "vu le 12/10", "10 sur 10", "au 14 rue du Port", "06 12 10 11 09", "15 sur 20"],
)
def test_other_figures_stay_what_they_are(words):
    assert with_pressure(words) == words


def test_a_woman_known_to_be_pregnant_is_offered_her_pregnancy_last(library):
    assert library.find("j'ai mal au genou", PREGNANT).candidates[-1] == "grossesse_douleur_saignement"
    assert "grossesse_douleur_saignement" not in library.find("j'ai mal au genou", ADULT).candidates


def test_a_baby_under_one_year_is_offered_the_babies_questions(library):
    assert library.find("il fait des colères étranges", BABY).candidates == (
        "nourrisson_pleurs_alimentation",
    )
    assert library.find("il fait des colères étranges", ONE_YEAR).candidates == ()


@pytest.mark.parametrize(
    ("words", "not_meant"),
    [
        ("passez-moi un coup de fil", "violences"),
        ("mal à la tête comme un coup de marteau", "violences"),
        ("faire le point sur mon dos", "post_operatoire"),
        ("je vais à la boîte aux lettres", "jambe_mollet"),
        ("j'ai pas tombé, mais la jambe est dure", "malaise_perte_connaissance"),
        ("c'est le gastro qui me suit", "intoxication"),
    ],
)
def test_an_ordinary_sense_of_a_known_word_leads_nowhere_else(library, words, not_meant):
    assert not_meant not in library.find(words, ADULT).candidates


@pytest.mark.parametrize("words", ["il a pris toute la boîte", "elle a avalé une boîte de doliprane"])
def test_a_whole_box_taken_is_a_poisoning(library, words):
    assert library.find(words, ADULT).candidates[0] in ("intoxication", "crise_psychique_suicide")


def test_the_net_over_messages_does_not_ask_because_of_a_part_beside_an_errand(library):
    assert not library.words.red_flags("un rendez-vous pour mon pied", library.book, ADULT)


def test_words_no_phrase_knows_offer_what_speaks_of_the_same_and_open_nothing(library):
    found = library.find("il a léché la capsule du lave-vaisselle, un produit toxique", ADULT)

    assert found.candidates == ()
    assert found.near[0] == "intoxication"


def test_what_speaks_of_the_same_is_offered_last_where_the_known_words_lead_elsewhere(library):
    found = library.find("une seringue m'a piqué, une aiguille dans la poubelle", ADULT).candidates

    assert found[0] in ("vaccin_reaction", "morsure_piqure", "reaction_allergique")
    assert "exposition_contraception_urgence" in found[1:]


def test_greetings_are_near_no_complaint(library):
    assert library.find("bonjour madame, c'est encore moi", ADULT).near == ()
