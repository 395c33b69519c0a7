"""The cases a protocol carries: each comes out as expected, or the protocol is refused with the reason."""

from dataclasses import replace

import pytest
import yaml
from test_triage_compiler import SIX_CASES, case, compiled, deciding, document, flag

from telesec.triage.compiler import ProtocolRefused
from telesec.triage.expected import unexpected
from telesec.triage.library import load


def problems(library, *cases, **changes):
    protocol = compiled(state="draft", cases=list(cases), deciding=[deciding()], **changes)
    protocols = {**library.book.protocols, protocol.code: protocol}
    return list(unexpected(replace(library.book, protocols=protocols), protocol))


def test_a_case_that_comes_out_is_no_problem(library):
    assert not problems(library, case())


def test_a_case_at_another_level_names_itself_the_level_and_why(library):
    (problem,) = problems(library, case(answers={"saigne": "yes"}))

    assert problem.where == "cases.typical"
    assert problem.what == "expects same_day and reaches call15_now, because of essai.saigne"


def test_answers_not_named_are_no(library):
    assert not problems(library, case(answers={"mieux": "yes"}, level="h48_72"))


def test_others_unknown_leaves_the_screen_at_no(library):
    milder = [flag(level="doctor_now")]

    assert not problems(library, case(others="unknown", level="doctor_now"), red_flags=milder)


def test_a_case_may_answer_the_screen(library):
    assert not problems(library, case(answers={"tronc_commun.respire_mal": "unknown"}, level="call15_now"))


def test_a_case_may_answer_what_its_answers_open(library):
    opening = [flag(level="same_day", also_open=["douleur_abdominale"])]
    answers = {"saigne": "yes", "douleur_abdominale.jaune_droite": "yes"}

    assert not problems(library, case(answers=answers, level="doctor_now"), red_flags=opening)


def test_facts_of_the_patient_count(library):
    assert not problems(library, case(patient={"age_months": 1, "flags": ["frail"]}, level="doctor_now"))


def test_an_answer_this_patient_is_not_asked_is_a_problem(library):
    (problem,) = problems(library, case(answers={"absent": "yes"}))

    assert problem.what == "answers essai.absent, which this patient is not asked"


def test_yaml_may_write_yes_and_no_bare(library):
    bare = yaml.safe_load("{name: worst, answers: {saigne: yes}, others: no, level: call15_now}")

    assert not problems(library, bare)


@pytest.mark.parametrize(
    "wrong", [{"level": "soon"}, {"others": "yes"}, {"patient": {"age_years": 1, "age_months": 12}}]
)
def test_a_case_out_of_the_format_is_refused(wrong):
    with pytest.raises(ProtocolRefused, match="cases"):
        compiled(cases=[case(**wrong)])


def test_a_sector_file_whose_case_does_not_come_out_is_not_loaded(tmp_path):
    file = tmp_path / "essai.yaml"
    file.write_text(yaml.safe_dump(document(cases=[*SIX_CASES, case(level="admin")])), encoding="utf-8")

    library = load((file,))

    assert "essai" not in library.book.protocols
    assert [refused.name for refused in library.refused] == ["essai"]
