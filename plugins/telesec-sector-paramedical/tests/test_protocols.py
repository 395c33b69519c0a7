"""The protocol passes every check, loses no red flag of the reference, and leads where it must."""

import pytest
from telesec_sector_paramedical import PHYSIOTHERAPIST, PSYCHOLOGIST

from telesec.triage.checks import lost_flags
from telesec.triage.engine import conclude
from telesec.triage.levels import Level, at_least
from telesec.triage.library import Library, load
from telesec.triage.patient import PatientFacts, Sex
from telesec.triage.protocol import Given, Protocol, SourceStatus, State
from telesec.triage.reckoning import Case

KINE, PSY = "kine_aggravation", "crise_psychique_suicide"
ADULT = PatientFacts(age_months=40 * 12, sex=Sex.FEMALE, pregnant=False)
DAY = 8 * 3600
C15, DOC, DAY_ = Level.CALL15_NOW, Level.DOCTOR_NOW, Level.SAME_DAY
# The question ids of the triage reference v0.2 and how urgent each is there.
REFERENCE = {
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
}


@pytest.fixture(scope="module")
def library() -> Library:
    return load(PHYSIOTHERAPIST.protocols, [*PHYSIOTHERAPIST.words_fr, *PSYCHOLOGIST.words_fr])


@pytest.fixture(scope="module")
def kine(library: Library) -> Protocol:
    return library.book.protocols[KINE]


def level_of(library: Library, patient: PatientFacts = ADULT, **given: Given) -> Level:
    """Return the level when every question is answered no, except those given."""
    protocol = library.book.protocols[KINE]
    screen = {library.book.screen.ref(question): Given.NO for question in library.book.screen.questions}
    own = {protocol.ref(question): given.get(question.id, Given.NO) for question in protocol.questions}
    return conclude(library.book, Case(KINE, patient, screen | own), seconds_left_today=DAY).level


def test_no_file_is_refused(library: Library):
    assert [str(problem) for problem in library.refused] == []
    assert KINE in library.book.protocols


def test_no_flag_of_the_reference_is_lost(kine: Protocol):
    assert list(lost_flags(kine, REFERENCE)) == []


def test_protocol_is_a_reference_nobody_signed(kine: Protocol):
    assert kine.state is State.REFERENCE
    assert kine.reviewer == ""
    assert all(question.source for question in kine.questions)


def test_protocol_carries_its_cases(kine: Protocol):
    assert len(kine.cases) >= 6


def test_lowering_stops_at_the_floor(library: Library, kine: Protocol):
    yes = {question.id: Given.YES for question in kine.deciding if question.effect == "lower"}

    assert level_of(library, **yes) is kine.floor


@pytest.mark.parametrize("answer", [Given.YES, Given.UNKNOWN, Given.REFUSED])
def test_each_red_flag_alone_reaches_its_level(library: Library, kine: Protocol, answer: Given):
    for flag in kine.red_flags:
        if flag.gate.holds(ADULT) is not False:
            assert at_least(level_of(library, **{flag.id: answer}), flag.level)


@pytest.mark.parametrize(
    ("flag", "level"),
    [
        ("mollet_kine", DOC),
        ("poitrine_souffle_kine", C15),
        ("froide_blanche", C15),
        ("pire_deux_jours", DAY_),
        ("meme_douleur", Level.H48_72),
        ("courbatures_kine", Level.ROUTINE),
    ],
)
def test_story_ends_at_its_level(library: Library, flag: str, level: Level):
    assert level_of(library, **{flag: Given.YES}) is level


def test_words_lead_to_the_protocols(library: Library):
    assert KINE in library.find("J'ai mal au mollet depuis mon opération du genou", ADULT).candidates
    assert KINE in library.find("plus mal depuis la séance de kiné", ADULT).candidates
    assert PSY in library.find("il pleure sans arrêt", ADULT).candidates


def test_recalled_sources_are_marked_for_the_reviewer(kine: Protocol):
    marked = {q.id for q in kine.questions if q.source_status is SourceStatus.RECALLED_ONLY}

    assert marked == {"chute_craquement", "brulure_plaie_seance", "courbatures_kine", "meme_douleur"}
