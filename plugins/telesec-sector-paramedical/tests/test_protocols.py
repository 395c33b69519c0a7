"""Both protocols pass every check, lose no red flag of the reference, and lead where they must."""

import pytest
from telesec.triage.checks import lost_flags
from telesec.triage.engine import conclude, next_step
from telesec.triage.levels import Level, at_least
from telesec.triage.library import Library, load
from telesec.triage.patient import PatientFacts, Sex
from telesec.triage.protocol import Given, SourceStatus, State
from telesec.triage.reckoning import Case
from telesec_sector_paramedical import PHYSIOTHERAPIST, PSYCHOLOGIST

KINE, PSY = "kine_aggravation", "crise_psychique_suicide"
ADULT = PatientFacts(age_months=40 * 12, sex=Sex.FEMALE, pregnant=False)
DAY = 8 * 3600
C15, DOC, DAY_, WEEK = Level.CALL15_NOW, Level.DOCTOR_NOW, Level.SAME_DAY, Level.H48_72
# The question ids of the triage reference v0.2 and how urgent each is there.
REFERENCE = {
    KINE: {
        "cou_manipule": C15,
        "tete_cou_brutal": C15,
        "entrejambe_urines": C15,
        "poitrine_souffle_kine": C15,
        "bebe_kine_respi": C15,
        "faiblesse_membre": DOC,
        "mollet_kine": DOC,
        "chute_craquement": DOC,
        "fievre_articulation": DOC,
        "os_fragile_kine": DOC,
        "pire_deux_jours": DAY_,
        "brulure_plaie_seance": DAY_,
        "courbatures_kine": Level.ROUTINE,
        "seance_rdv": Level.ADMIN,
    },
    PSY: {
        "passage_acte": C15,
        "imminent": C15,
        "danger_autrui": C15,
        "seule_injoignable": C15,
        "moyen_prepare": C15,
        "mere_bebe": C15,
        "idees": DOC,
        "delire": DOC,
        "mineur": DOC,
        "accouche_1an": DOC,
        "arret_traitement": DAY_,
        "ne_mange_plus": DAY_,
        "panique": WEEK,
        "alcool_drogue": DOC,
        "violence_subie": DOC,
    },
}


@pytest.fixture(scope="module")
def library() -> Library:
    paths = [*PHYSIOTHERAPIST.protocols, *PSYCHOLOGIST.protocols]
    return load(paths, [*PHYSIOTHERAPIST.words_fr, *PSYCHOLOGIST.words_fr])


def level_of(library: Library, code: str, patient: PatientFacts, **given: Given) -> Level:
    """Return the level when every question is answered no, except those given."""
    protocol = library.book.protocols[code]
    screen = {library.book.screen.ref(question): Given.NO for question in library.book.screen.questions}
    own = {protocol.ref(question): given.get(question.id, Given.NO) for question in protocol.questions}
    return conclude(library.book, Case(code, patient, screen | own), seconds_left_today=DAY).level


def test_no_file_is_refused(library: Library):
    assert [str(problem) for problem in library.refused] == []
    assert {KINE, PSY} <= library.book.protocols.keys()


@pytest.mark.parametrize("code", [KINE, PSY])
def test_no_flag_of_the_reference_is_lost(library: Library, code: str):
    assert list(lost_flags(library.book.protocols[code], REFERENCE[code])) == []


@pytest.mark.parametrize("code", [KINE, PSY])
def test_protocol_is_a_reference_nobody_signed(library: Library, code: str):
    protocol = library.book.protocols[code]

    assert protocol.state is State.REFERENCE
    assert protocol.reviewer == ""
    assert all(question.source for question in protocol.questions)


@pytest.mark.parametrize("code", [KINE, PSY])
def test_lowering_stops_at_the_floor(library: Library, code: str):
    protocol = library.book.protocols[code]
    yes = {question.id: Given.YES for question in protocol.deciding if question.effect == "lower"}

    level = level_of(library, code, ADULT, **yes)

    assert level is protocol.floor


@pytest.mark.parametrize("code", [KINE, PSY])
@pytest.mark.parametrize("answer", [Given.YES, Given.UNKNOWN, Given.REFUSED])
def test_each_red_flag_alone_reaches_its_level(library: Library, code: str, answer: Given):
    for flag in library.book.protocols[code].red_flags:
        if flag.gate.holds(ADULT) is not False:
            assert at_least(level_of(library, code, ADULT, **{flag.id: answer}), flag.level)


@pytest.mark.parametrize(
    ("code", "flag", "level"),
    [
        (KINE, "mollet_kine", DOC),
        (KINE, "poitrine_souffle_kine", C15),
        (KINE, "froide_blanche", C15),
        (KINE, "pire_deux_jours", DAY_),
        (KINE, "courbatures_kine", Level.ROUTINE),
        (PSY, "idees", DOC),
        (PSY, "moyen_prepare", C15),
        (PSY, "ne_mange_plus", DAY_),
        (PSY, "panique", WEEK),
    ],
)
def test_story_ends_at_its_level(library: Library, code: str, flag: str, level: Level):
    assert level_of(library, code, ADULT, **{flag: Given.YES}) is level


def test_thoughts_of_death_win_over_as_usual(library: Library):
    assert level_of(library, PSY, ADULT, idees=Given.YES, panique=Given.YES) is DOC


def test_distressed_child_is_never_less_than_doctor_now(library: Library):
    child = PatientFacts(age_months=15 * 12, sex=Sex.MALE, pregnant=False)

    assert at_least(level_of(library, PSY, child, panique=Given.YES), DOC)


def test_first_vital_yes_stops_the_questions(library: Library):
    screen = {library.book.screen.ref(question): Given.NO for question in library.book.screen.questions}
    case = Case(PSY, ADULT, screen | {f"{PSY}.passage_acte": Given.YES})

    step = next_step(library.book, case, seconds_left_today=DAY)

    assert step.item is None
    assert step.disposition is not None
    assert "15" in step.disposition.texts.say.fr


def test_every_level_reached_says_a_safety_net(library: Library):
    for code in (KINE, PSY):
        for level in (C15, DOC, DAY_, WEEK):
            assert library.book.texts_of(code, level).safety_net.fr


def test_words_lead_to_the_protocols(library: Library):
    assert KINE in library.find("J'ai mal au mollet depuis mon opération du genou", ADULT).candidates
    assert KINE in library.find("plus mal depuis la séance de kiné", ADULT).candidates
    assert PSY in library.find("j'ai des idées noires", ADULT).candidates


def test_recalled_sources_are_marked_for_the_reviewer(library: Library):
    marked = {
        question.id
        for code in (KINE, PSY)
        for question in library.book.protocols[code].questions
        if question.source_status is SourceStatus.RECALLED_ONLY
    }

    assert marked == {
        "chute_craquement",
        "brulure_plaie_seance",
        "courbatures_kine",
        "mere_bebe",
        "ne_mange_plus",
    }
