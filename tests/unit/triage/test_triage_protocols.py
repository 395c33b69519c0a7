"""The built-in protocols: nothing of the reference lost, and gold cases of the first eight."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from triage_strategies import run

from telesec.triage.checks import lost_flags
from telesec.triage.levels import Level
from telesec.triage.patient import PatientFacts, Sex
from telesec.triage.protocol import Effect, Given
from telesec.triage.reckoning import Case

REFERENCE = yaml.safe_load(
    (Path(__file__).parents[2] / "data" / "redflag_ids.yaml").read_text(encoding="utf-8")
)
OF_WOMEN = {
    "apres_accouchement", "grossesse_douleur_saignement", "grossesse_mouvements_foetaux", "ivg_suites",
    "saignement_gynecologique", "sein_allaitement",
}  # fmt: skip
ADULT = PatientFacts(age_months=40 * 12, sex=Sex.MALE, pregnant=False, territory="75")
WOMAN = PatientFacts(age_months=30 * 12, sex=Sex.FEMALE, pregnant=False, territory="75")
CHILD = PatientFacts(age_months=5 * 12, sex=Sex.FEMALE, territory="75")
NEWBORN = PatientFacts(age_months=1, sex=Sex.MALE, territory="75")
BABY = PatientFacts(age_months=4, sex=Sex.MALE, territory="75")
OLD = PatientFacts(age_months=80 * 12, sex=Sex.FEMALE, pregnant=False, territory="75")


@pytest.mark.parametrize("code", REFERENCE)
def test_no_red_flag_of_the_reference_is_lost(library, code):
    reference = {id_: Level(level) for id_, level in REFERENCE[code].items()}

    protocol = library.book.get(code)
    assert protocol is None or not list(lost_flags(protocol, reference))


def test_the_library_holds_the_screen_and_no_complaint_the_reference_does_not_know(library):
    assert {protocol.code for protocol in library.protocols} <= set(REFERENCE)


def test_every_question_that_may_be_about_a_man_has_its_words_for_him(library):
    """A woman's "elle" becomes "vous" when she calls herself, and "il" for a man; a thing's "elle" stays."""
    missing = [
        f"{protocol.code}.{question.id}"
        for protocol in library.protocols
        if protocol.code not in OF_WOMEN
        for question in protocol.spoken
        if not (question.gate.sex is Sex.FEMALE or question.gate.pregnant)
        and (said := question.text).you
        and _elle(said.fr) > _elle(said.you)
        and (not said.he or _elle(said.he) > _elle(said.you))
    ]

    assert missing == []


def _elle(text):
    return len(re.findall(r"\belle\b", text, re.IGNORECASE))


def test_every_question_keeps_its_source(library):
    assert all(question.source for protocol in library.protocols for question in protocol.questions)


def level_of(library, code, patient, *, yes=(), unknown=(), refused=()):
    """Answer "no" to all but the named questions; return the level and what was asked."""
    special = {
        f"{'' if '.' in ref else code + '.'}{ref}": given
        for given, refs in ((Given.YES, yes), (Given.UNKNOWN, unknown), (Given.REFUSED, refused))
        for ref in refs
    }
    disposition, asked = run(library.book, Case(code, patient), lambda ref: special.get(ref, Given.NO))
    return disposition.level, asked


@pytest.mark.parametrize(
    ("code", "patient", "yes", "gold"),
    [
        ("douleur_thoracique", ADULT, ["irradie"], Level.CALL15_NOW),
        ("douleur_thoracique", ADULT, ["tronc_commun.douleur_poitrine"], Level.CALL15_NOW),
        ("douleur_thoracique", ADULT, ["coup_poitrine"], Level.CALL15_NOW),
        ("douleur_thoracique", ADULT, [], Level.DOCTOR_NOW),
        ("douleur_thoracique", ADULT, ["a_l_effort"], Level.DOCTOR_NOW),
        ("douleur_thoracique", ADULT, ["passee_24h"], Level.SAME_DAY),
        ("douleur_thoracique", ADULT, ["passee_24h", "diabete"], Level.DOCTOR_NOW),
        ("difficulte_respirer", ADULT, ["assise"], Level.CALL15_NOW),
        ("difficulte_respirer", ADULT, ["alite_opere"], Level.CALL15_NOW),
        ("difficulte_respirer", BABY, ["bebe_boit_moitie"], Level.CALL15_NOW),
        ("difficulte_respirer", ADULT, ["effort"], Level.SAME_DAY),
        ("difficulte_respirer", ADULT, ["nez_bouche"], Level.SAME_DAY),
        ("difficulte_respirer", ADULT, ["nez_bouche", "fievre"], Level.DOCTOR_NOW),
        ("signes_avc", ADULT, ["parti"], Level.CALL15_NOW),
        ("signes_avc", ADULT, [], Level.DOCTOR_NOW),
        ("fievre_enfant", NEWBORN, [], Level.CALL15_NOW),
        ("fievre_enfant", CHILD, ["taches"], Level.CALL15_NOW),
        ("fievre_enfant", CHILD, ["pale"], Level.CALL15_NOW),
        ("fievre_enfant", CHILD, ["eruption_fievre"], Level.DOCTOR_NOW),
        ("fievre_enfant", BABY, ["trois_six_mois_39"], Level.DOCTOR_NOW),
        ("fievre_enfant", BABY, [], Level.SAME_DAY),
        ("fievre_enfant", CHILD, ["depuis48"], Level.SAME_DAY),
        ("fievre_enfant", CHILD, [], Level.H48_72),
        ("douleur_abdominale", ADULT, ["cote_vagues"], Level.CALL15_NOW),
        ("douleur_abdominale", WOMAN, ["enceinte"], Level.CALL15_NOW),
        ("douleur_abdominale", ADULT, ["jaune_droite"], Level.DOCTOR_NOW),
        ("douleur_abdominale", OLD, [], Level.DOCTOR_NOW),
        ("douleur_abdominale", ADULT, [], Level.SAME_DAY),
        ("douleur_abdominale", ADULT, ["habituel"], Level.H48_72),
        ("traumatisme_cranien", ADULT, ["endormie"], Level.CALL15_NOW),
        ("traumatisme_cranien", BABY, [], Level.CALL15_NOW),
        ("traumatisme_cranien", OLD, ["bien"], Level.DOCTOR_NOW),
        ("traumatisme_cranien", ADULT, [], Level.SAME_DAY),
        ("traumatisme_cranien", ADULT, ["bien"], Level.H48_72),
        ("ordonnance_medicament", ADULT, ["surdose_volontaire"], Level.CALL15_NOW),
        ("ordonnance_medicament", ADULT, ["vital"], Level.DOCTOR_NOW),
        ("ordonnance_medicament", ADULT, ["reste2j", "renouv"], Level.SAME_DAY),
        ("ordonnance_medicament", ADULT, ["renouv"], Level.ADMIN),
        ("ordonnance_medicament", ADULT, [], Level.ROUTINE),
        (None, ADULT, [], Level.SAME_DAY),
        (None, ADULT, ["tronc_commun.respire_mal"], Level.CALL15_NOW),
    ],
)
def test_gold_cases(library, code, patient, yes, gold):
    assert level_of(library, code, patient, yes=yes)[0] is gold


def test_every_red_flag_of_every_protocol_reaches_its_level(library):
    for protocol in library.book.protocols.values():
        for question in protocol.red_flags:
            gate = question.gate
            patient = PatientFacts(
                age_months=gate.age_min_months or (gate.age_max_months or 481) - 1, sex=gate.sex
            )
            level, _ = level_of(library, protocol.code, patient, yes=[question.id])
            assert level.urgency >= question.level.urgency, question.id


def test_the_first_call15_stops_the_questions(library):
    _, asked = level_of(library, "douleur_thoracique", ADULT, yes=["tronc_commun.ne_repond_pas"])

    assert asked == ["tronc_commun.eveil_souffle_couleur"]


def test_a_question_that_cannot_change_the_level_is_skipped(library):
    _, asked = level_of(library, "ordonnance_medicament", ADULT, yes=["reste2j"])

    assert "ordonnance_medicament.reste7j" not in asked
    assert "ordonnance_medicament.renouv" not in asked


@pytest.mark.parametrize("code", ["demande_administrative", "ordonnance_medicament"])
def test_age_or_pregnancy_alone_does_not_make_a_paper_urgent(library, code):
    pregnant = replace(WOMAN, pregnant=True)
    yes = [id_ for id_ in ("renouv",) if code == "ordonnance_medicament"]

    assert level_of(library, code, OLD, yes=yes)[0] is Level.ADMIN
    assert level_of(library, "demande_administrative", pregnant)[0] is Level.ADMIN


def test_age_raises_a_paper_as_soon_as_something_is_wrong(library):
    assert level_of(library, "ordonnance_medicament", OLD, yes=["reste7j", "renouv"])[0] is Level.SAME_DAY
    assert level_of(library, "demande_administrative", NEWBORN)[0] is Level.DOCTOR_NOW


def test_dizziness_after_the_neck_was_manipulated_goes_to_15(library):
    found = library.find("depuis que l'ostéo m'a fait craquer le cou j'ai des vertiges", ADULT)

    assert "vertiges.brutal_tete" in found.named
    assert level_of(library, "vertiges", ADULT, yes=["brutal_tete"])[0] is Level.CALL15_NOW


def test_a_known_fact_is_not_asked_again(library):
    patient = PatientFacts(age_months=480, sex=Sex.MALE, anticoagulant=False, territory="75")

    _, asked = level_of(library, "traumatisme_cranien", patient)

    assert "traumatisme_cranien.anticoag" not in asked


def test_three_unknowns_raise_to_the_doctor(library):
    protocol = library.book.protocols["ordonnance_medicament"]
    flags = tuple(replace(q, level=Level.SAME_DAY) for q in protocol.red_flags)
    mild = replace(protocol, red_flags=flags, merged=())
    book = replace(library.book, protocols={protocol.code: mild})
    unknown = {f"{protocol.code}.{id_}": Given.UNKNOWN for id_ in ("vital", "double", "symptome")}
    two = dict(list(unknown.items())[:2])

    few, _ = run(book, Case(protocol.code, ADULT), lambda ref: two.get(ref, Given.NO))
    many, _ = run(book, Case(protocol.code, ADULT), lambda ref: unknown.get(ref, Given.NO))

    assert (few.level, many.level) == (Level.SAME_DAY, Level.DOCTOR_NOW)
    assert many.because == ("unknown_answers",)


def test_one_refusal_raises_to_the_doctor(library):
    assert (
        level_of(library, "ordonnance_medicament", replace(WOMAN, pregnant=None), refused=["enceinte"])[0]
        is Level.DOCTOR_NOW
    )


def test_a_repeated_contact_that_is_no_better_raises(library):
    patient = PatientFacts(age_months=480, sex=Sex.MALE, territory="75", repeat_72h=True)

    assert level_of(library, "douleur_abdominale", patient)[0] is Level.DOCTOR_NOW


def test_fever_with_weak_defences_goes_to_15_through_any_complaint(library):
    patient = PatientFacts(age_months=480, sex=Sex.MALE, immunosuppressed_or_asplenia=True, territory="75")

    assert level_of(library, "douleur_abdominale", patient, yes=["pale_fievre"])[0] is Level.CALL15_NOW


def test_a_head_injury_on_a_blood_thinner_goes_to_15(library):
    patient = PatientFacts(age_months=480, sex=Sex.MALE, anticoagulant=True, territory="75")

    assert level_of(library, "traumatisme_cranien", patient)[0] is Level.CALL15_NOW


def test_unknown_facts_are_asked(library):
    _, asked = level_of(library, "douleur_abdominale", PatientFacts())

    assert "douleur_abdominale.enceinte" in asked
    assert "douleur_abdominale.age" in asked


def test_lowering_questions_are_unknown_as_no(library):
    lowering = [q for p in library.protocols for q in p.questions if q.effect is Effect.LOWER]

    assert lowering
    assert all(question.unknown_as is Given.NO for question in lowering)
