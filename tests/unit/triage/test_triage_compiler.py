"""Each static check, seen refusing a broken protocol."""

from importlib.resources import files

import pytest
import yaml

from telesec.triage import checks
from telesec.triage.checks import lost_flags
from telesec.triage.compiler import ProtocolRefused, built, compile_protocol
from telesec.triage.document import ProtocolDoc
from telesec.triage.levels import Level
from telesec.triage.library import clashes, level_text_problems, load, misplaced, newest_files


def flag(**changes):
    question = {
        "id": "saigne",
        "ask": {"fr": "Saigne-t-elle ?", "en": "Bleeding?"},
        "level": "call15_now",
        "unknown_as": "yes",
        "source": "SUDF44",
        "source_status": "sourced",
    }
    return question | changes


def case(**changes):
    return {"name": "typical", "patient": {"age_years": 40}, "level": "same_day"} | changes


SIX_CASES = [case(name=f"case_{n}") for n in range(6)]


def document(**changes):
    base = {
        "format": 1,
        "code": "essai",
        "version": "1.0.0",
        "state": "reference",
        "author": "telesec",
        "review_by": "2027-05-26",
        "title": {"fr": "Essai", "en": "Trial"},
        "default": "same_day",
        "floor": "h48_72",
        "red_flags": [flag()],
        "deciding": [],
        "cases": SIX_CASES,
    }
    return base | changes


def deciding(**changes):
    return flag(id="mieux", effect="lower", level="h48_72", unknown_as="no") | changes


def compiled(**changes):
    return compile_protocol(yaml.safe_dump(document(**changes)), "essai.yaml")


def problems(**changes):
    with pytest.raises(ProtocolRefused) as refused:
        compiled(**changes)
    return refused.value.problems


def test_a_sound_protocol_compiles():
    protocol = compiled(deciding=[deciding()])

    assert [question.id for question in protocol.questions] == ["saigne", "mieux"]


SIX_WORDS = "un deux trois quatre cinq six "


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"surprise": 1}, "surprise"),
        ({"version": "1"}, "version"),
        ({"author": ""}, "author"),
        ({"review_by": None}, "review_by"),
        ({"default": "none"}, "default"),
        ({"floor": None}, "floor"),
        ({"red_flags": []}, "red_flags"),
        ({"red_flags": [flag(source="")]}, "red_flags.0.source"),
        ({"red_flags": [flag(unknown_as=None)]}, "red_flags.0.unknown_as"),
        ({"red_flags": [flag(effect="lower")]}, "red_flags.0.effect"),
    ],
)  # fmt: skip
def test_a_file_outside_the_format_is_refused(changes, where):
    assert where in {problem.where for problem in problems(**changes)}


TOGETHER = {"id": "ensemble", "ask": flag()["ask"], "merges": ["saigne", "mieux"]}
SAID = {part: {"fr": "Bien.", "en": "Good."} for part in ("say", "act", "told", "safety_net", "fallback")}
DRUG = {"fr": "Prenez du paracétamol.", "en": "Take paracetamol."}

BROKEN = [
    ("unique_ids", {"red_flags": [flag(), flag()]}, "saigne"),
    ("order", {"red_flags": [flag(id="a", level="doctor_now"), flag()]}, "saigne"),
    ("levels", {"red_flags": [flag(level="routine")]}, "saigne"),
    ("levels", {"default": "routine"}, "default"),
    ("levels", {"deciding": [deciding(level="same_day")]}, "mieux"),
    ("levels", {"deciding": [deciding(level="routine")]}, "mieux"),
    ("levels", {"deciding": [deciding(effect="raise", level="routine", unknown_as="yes")]}, "mieux"),
    ("unknowns", {"red_flags": [flag(unknown_as="no")]}, "saigne"),
    ("unknowns", {"deciding": [deciding(unknown_as="yes")]}, "mieux"),
    ("merges", {"deciding": [deciding()], "merged": [TOGETHER]}, "ensemble"),
    ("signatures", {"state": "signed"}, "reviewer"),
    ("signatures",
     {"state": "signed", "reviewer": "Dr Lune", "red_flags": [flag(source_status="recalled_only")]},
     "saigne"),
    ("cases", {"cases": SIX_CASES[:5]}, "cases"),
    ("cases", {"cases": [*SIX_CASES, SIX_CASES[0]]}, "cases.case_0"),
    ("references", {"signs": ["hiccups"]}, "signs"),
    ("references", {"red_flags": [flag(prefill_from="patient.shoe_size")]}, "saigne"),
    ("references", {"red_flags": [flag(signs=["hiccups"])]}, "saigne"),
    ("references", {"red_flags": [flag(also_open=["essai"])]}, "saigne"),
    ("references",
     {"red_flags": [flag(), flag(id="b", ask_if={"age_min_months": 12, "age_max_months": 12})]}, "b"),
    ("references", {"red_flags": [flag(derive=True)]}, "saigne"),
    ("speech", {"red_flags": [flag(ask={"fr": SIX_WORDS * 5, "en": "x"})]}, "saigne"),
    ("speech", {"red_flags": [flag(ask={"fr": "Est-ce là ? Et ici ?", "en": "x"})]}, "saigne"),
    ("speech", {"red_flags": [flag(ask={"fr": "N'a-t-elle pas mal ?", "en": "x"})]}, "saigne"),
    ("speech", {"red_flags": [flag(ask={"fr": "Est-ce une méningite ?", "en": "x"})]}, "saigne"),
    ("speech", {"texts": {"same_day": SAID | {"say": DRUG}}}, "texts.same_day"),
    ("no_hole", {"red_flags": [flag(ask_if={"age_min_months": 12})]}, "red_flags"),
    ("no_hole", {"red_flags": [flag(id=f"q{n}") for n in range(11)]}, "red_flags"),
    ("no_hole", {"kind": "screen", "red_flags": [flag(id=f"q{n}") for n in range(7)]}, "red_flags"),
    ("no_hole", {"deciding": [deciding(id=f"d{n}") for n in range(15)]}, "red_flags"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "changes", "where"), BROKEN)
def test_a_broken_protocol_is_refused_by_the_check_of_its_kind_alone(check, changes, where):
    protocol = built(ProtocolDoc.model_validate(document(**changes)))

    refusing = {one.__name__: [problem.where for problem in one(protocol)] for one in checks.CHECKS}

    assert {name for name, found in refusing.items() if found} == {check}
    assert where in refusing[check]
    assert where in {problem.where for problem in problems(**changes)}


def test_every_check_of_a_file_was_seen_refusing():
    assert {check for check, _, _ in BROKEN} == {check.__name__ for check in checks.CHECKS}


def test_a_draft_may_still_lack_cases():
    assert compiled(state="draft", cases=[]).cases == ()


def test_a_refusal_says_where_and_what():
    with pytest.raises(ProtocolRefused, match=r"essai\.yaml: saigne: unknown_as must be yes"):
        compiled(red_flags=[flag(unknown_as="no")])


@pytest.mark.parametrize(("broken", "why"), [("a: [", "not YAML: "), ("- only\n- a list", "Input should be")])
def test_text_that_is_no_protocol_is_refused_as_a_whole(broken, why):
    with pytest.raises(ProtocolRefused) as refused:
        compile_protocol(broken, "essai.yaml")

    assert str(refused.value).startswith(f"essai.yaml: file: {why}")


def test_a_refusal_has_one_line_a_problem():
    with pytest.raises(ProtocolRefused) as refused:
        compiled(floor="admin", red_flags=[flag(ask={"fr": "Ne pas ?"})], version="1")

    lines = str(refused.value).split("\n")
    assert len(lines) == len(refused.value.problems) > 1
    assert all(line.startswith("essai.yaml: ") for line in lines)


def test_who_reviewed_is_kept_and_a_merged_sentence_needs_no_help():
    merged = {"id": "ensemble", "ask": flag()["ask"], "merges": [flag()["id"], "autre"]}
    protocol = compiled(
        code="essai", kind="screen", reviewer="Dr Lune", merged=[merged], red_flags=[flag(), flag(id="autre")]
    )

    assert protocol.reviewer == "Dr Lune"
    assert [(one.merges, one.help) for one in protocol.merged] == [((flag()["id"], "autre"), None)]


def test_a_lost_red_flag_is_found():
    reference = {"saigne": Level.CALL15_NOW, "perdue": Level.CALL15_NOW}

    assert [problem.where for problem in lost_flags(compiled(), reference)] == ["perdue"]


def test_a_removed_red_flag_needs_its_reason():
    protocol = compiled(removed={"perdue": "Couverte par saigne."})

    assert not list(lost_flags(protocol, {"perdue": Level.CALL15_NOW}))


def test_a_red_flag_asked_less_urgently_is_found():
    protocol = compiled(red_flags=[flag(level="doctor_now")])

    assert [problem.where for problem in lost_flags(protocol, {"saigne": Level.CALL15_NOW})] == ["saigne"]


def test_a_synonym_shared_without_a_choice_is_refused():
    first, second = compiled(synonyms=["bobo"]), compiled(code="autre", synonyms=["Bobo"])

    assert [problem.where for problem in clashes(second, [first], {})] == ["synonyms.Bobo"]
    assert not list(clashes(second, [first], {"bobo": ("essai", "autre")}))


def test_a_level_without_words_is_found(library):
    texts = {level: own for level, own in library.book.texts.items() if level is not Level.ROUTINE}

    assert [problem.where for problem in level_text_problems(texts)] == [Level.ROUTINE]


def test_a_sector_file_that_fails_is_left_out_and_reported(tmp_path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(yaml.safe_dump(document()), encoding="utf-8")
    bad.write_text(yaml.safe_dump(document(code="autre", default="none")), encoding="utf-8")

    library = load((good, bad), words=(("petit essai", "essai"),))

    assert "essai" in library.book.protocols
    assert [refused.name for refused in library.refused] == ["bad.yaml"]


def test_a_second_screen_is_refused(tmp_path):
    file = tmp_path / "screen.yaml"
    file.write_text(yaml.safe_dump(document(kind="screen")), encoding="utf-8")

    assert load((file,)).refused[0].problems[0].where == "code"


def test_every_built_in_file_is_loaded(library):
    held = {protocol.code for protocol in library.protocols}

    assert held == {folder.name for folder in (files("telesec.triage") / "protocols").iterdir()}


def test_a_file_in_the_wrong_folder_or_version_is_refused(library):
    protocol = library.book.screen

    assert list(misplaced(protocol, f"{protocol.code}/{protocol.version}.yaml")) == []
    assert [one.where for one in misplaced(protocol, f"{protocol.code}/9.0.0.yaml")] == ["version"]
    assert [one.where for one in misplaced(protocol, f"autre/{protocol.version}.yaml")] == ["version"]


def test_of_several_versions_the_newest_is_loaded(tmp_path):
    for version in ("1.2.0", "1.10.0", "1.9.3"):
        (tmp_path / "a").mkdir(exist_ok=True)
        (tmp_path / "a" / f"{version}.yaml").touch()
    (tmp_path / "b.yaml").touch()

    assert [file.name for file in newest_files(tmp_path)] == ["b.yaml", "1.10.0.yaml"]
