"""Protocols read, drawn, begun, run, compared and exported from the command line."""

import json
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from telesec.triage.commands import triage
from telesec.triage.compiler import ProtocolRefused, compile_protocol
from telesec.triage.library import built_in_file, load
from telesec.triage.questionnaire import questionnaire

CODES = [protocol.code for protocol in load().protocols]
CHEST = "douleur_thoracique"


def run(*arguments):
    return CliRunner().invoke(triage, [str(argument) for argument in arguments])


def test_show_prints_each_question_with_its_source():
    shown = run("show", CHEST)

    assert shown.exit_code == 0
    for question in load().book.protocols[CHEST].questions:
        assert question.text.spoken("fr") in shown.output
        assert question.source in shown.output


def test_show_refuses_an_unknown_code():
    assert run("show", "mal_inconnu").exit_code == 1


def test_graph_is_an_svg_with_every_question():
    drawn = ET.fromstring(run("graph", CHEST).output)  # noqa: S314 - our own output

    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    circles = [one for one in drawn.iter() if one.tag.endswith("circle")]
    assert len(circles) == len(load().book.protocols[CHEST].questions)


def test_new_writes_a_skeleton_that_is_refused_until_filled(tmp_path):
    assert run("new", "mal_de_mer", "--folder", tmp_path).exit_code == 0

    file = tmp_path / "mal_de_mer" / "1.0.0.yaml"
    with pytest.raises(ProtocolRefused) as refused:
        compile_protocol(file.read_text("utf-8"), file.name)
    assert any("source_status" in problem.where for problem in refused.value.problems)
    assert run("new", "mal_de_mer", "--folder", tmp_path).exit_code == 1
    assert run("new", "Mal-de-mer", "--folder", tmp_path).exit_code == 1


def test_test_runs_the_cases_of_a_protocol():
    done = run("test", CHEST)

    assert done.exit_code == 0
    assert f"{CHEST}: " in done.output
    assert "0 astray" in done.output


@pytest.fixture
def versions(tmp_path):
    """A protocol, and one whose last red flag of the 15 leads to the doctor only."""
    text = built_in_file("traumatisme_cranien").read_text("utf-8")
    before, after = tmp_path / "before.yaml", tmp_path / "after.yaml"
    before.write_text(text, "utf-8")
    start, end = text.split("deciding:", 1)
    place = start.rindex("level: call15_now")
    lowered = start[:place] + "level: doctor_now" + start[place + len("level: call15_now") :]
    after.write_text(f"{lowered}deciding:{end}", "utf-8")
    return before, after


def test_diff_says_which_answers_would_come_out_lower(versions):
    done = run("diff", *versions)

    assert "level" in done.output
    assert "cases replayed" in done.output


def test_diff_of_the_same_changes_nothing(versions, tmp_path):
    session = tmp_path / "session.json"
    session.write_text(json.dumps({"code": "traumatisme_cranien", "answers": {}}), "utf-8")

    done = run("diff", versions[0], versions[0], "--sessions", session)

    assert (done.exit_code, done.output.strip().endswith("0 change, 0 lower")) == (0, True)


def test_diff_replays_stored_sessions(versions, tmp_path):
    session = tmp_path / "session.json"
    protocol = load().book.protocols["traumatisme_cranien"]
    answers = {protocol.ref(question): "no" for question in protocol.questions}
    flag = [one for one in protocol.red_flags if one.level == "call15_now"][-1]
    answers[protocol.ref(flag)] = "yes"
    session.write_text(
        json.dumps([{"id": "one", "code": protocol.code, "answers": answers, "facts": {"age_months": 480}}]),
        "utf-8",
    )

    done = run("diff", *versions, "--sessions", session)

    assert "LOWER: one call15_now → doctor_now" in done.output
    assert done.exit_code == 1


@pytest.mark.parametrize("code", CODES)
def test_every_protocol_is_a_valid_questionnaire(code):
    resource = questionnaire(load().book.get(code))

    read = Questionnaire.model_validate(resource)

    assert read.status == "draft"
    assert [item.linkId for item in read.item] == [
        load().book.get(code).ref(question) for question in load().book.get(code).questions
    ]


def test_a_session_is_a_valid_response_and_unknown_is_said(tmp_path):
    session = tmp_path / "session.json"
    answers = {"tronc_commun.respire_mal": "no", f"{CHEST}.irradie": "unknown"}
    session.write_text(json.dumps({"code": CHEST, "answers": answers}), "utf-8")

    resource = json.loads(run("export", CHEST, "--session", session).output)

    QuestionnaireResponse.model_validate(resource)
    told = {item["linkId"]: item["answer"][0] for group in resource["item"] for item in group["item"]}
    reasons = {
        link: one["_valueBoolean"]["extension"][0]["valueCode"]
        for link, one in told.items()
        if "_valueBoolean" in one
    }
    assert told["tronc_commun.respire_mal"] == {"valueBoolean": False}
    assert reasons[f"{CHEST}.irradie"] == "asked-unknown"
    assert reasons["tronc_commun.bleu_gris"] == "not-asked"
    assert all(item["answer"] for group in resource["item"] for item in group["item"])


def test_export_prints_the_questionnaire():
    assert json.loads(run("export", CHEST, "--language", "en").output)["language"] == "en"


@pytest.mark.parametrize("text", ["[", '{"code": "x", "answers": {"a": "perhaps"}}'])
def test_a_broken_session_file_is_refused(versions, tmp_path, text):
    session = tmp_path / "session.json"
    session.write_text(text, "utf-8")

    assert run("diff", versions[0], versions[0], "--sessions", session).exit_code == 1
