"""How protocols are measured: the arithmetic, what a caller answers, and where words lead."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from telesec.triage.case_file import (
    CallDoc,
    OrdinaryDoc,
    Portion,
    full_id,
    portion_of,
    read_calls,
    read_ordinary,
    with_ordinary,
)
from telesec.triage.commands import triage
from telesec.triage.evaluation import (
    Figures,
    Played,
    Routed,
    Share,
    as_data,
    evaluate,
    lines,
    percentile,
    play,
    routed_by,
    wilson,
)
from telesec.triage.levels import Level
from telesec.triage.patient import Voice
from telesec.triage.protocol import Given
from telesec.triage.words import Found

DATA = Path(__file__).parents[2] / "data"
CALLS = DATA / "triage_cases"


def call(**changes):
    id_ = changes.pop("id", "douleur_abdominale-01")
    doc = {
        "id": id_,
        "words": "mal au ventre",
        "complaint": "douleur_abdominale",
        "patient": {"age_years": 30, "sex": "M"},
        "gold": "same_day",
        "why": "a test",
        "source": "a test",
        "set": portion_of(id_),
    }
    return CallDoc.model_validate(doc | changes)


def played(gold, level, *, routed=Routed.REACHED, questions=5, unsure=0, id_="x-01"):
    return Played(id_, Level(gold), Level(level), ("because",), routed, questions, unsure, questions * 6.0)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (29, 29, 0.8830, 1.0)],
)
def test_wilson_as_published(hits, of, low, high):
    """Newcombe 1998, Statistics in Medicine 17:857, table I, method 3."""
    assert wilson(hits, of) == pytest.approx((low, high), abs=0.0001)


def test_wilson_of_nothing_knows_nothing():
    assert wilson(0, 0) == (0.0, 1.0)
    assert Share(0, 0).value is None


@pytest.mark.parametrize(("share", "expected"), [(0.5, 5), (0.9, 9), (1.0, 10)])
def test_percentile_is_the_nearest_rank(share, expected):
    assert percentile(range(10, 0, -1), share) == expected


def test_percentile_of_nothing():
    assert percentile([], 0.5) is None


def test_shares_count_every_kind_of_error():
    figures = Figures(
        (
            played("call15_now", "call15_now"),
            played("call15_now", "doctor_now"),
            played("call15_now", "same_day"),
            played("routine", "call15_now"),
            played("admin", "admin"),
        )
    )
    shares = {name: (share.hits, share.of) for name, share in figures.shares().items()}

    assert shares == {
        "accuracy": (2, 5),
        "safety": (3, 5),
        "sensitivity": (1, 3),
        "specificity": (1, 2),
        "at_15": (1, 2),
        "severe_undertriage": (1, 5),
        "undertriage": (2, 5),
        "overtriage": (1, 5),
        "words_reach": (5, 5),
        "unknown_rate": (0, 25),
    }


def test_missed_calls_come_worst_first():
    figures = Figures(
        (played("same_day", "h48_72", id_="a-01"), played("call15_now", "same_day", id_="b-01"))
    )

    assert [one.id for one in figures.missed()] == ["b-01", "a-01"]


def test_times_of_found_emergencies_stand_apart():
    figures = Figures((played("call15_now", "call15_now", questions=2), played("admin", "admin")))

    assert figures.times()["found_15_seconds_p90"] == 12.0
    assert figures.times()["all_questions_p90"] == 5


def test_report_names_calls_only_in_detail():
    figures = Figures((played("same_day", "h48_72", id_="secret-01"),))

    assert "secret-01" in "\n".join(lines(figures, details=True))
    assert "secret-01" not in "\n".join(lines(figures, details=False))


def test_data_of_an_empty_run_is_json():
    assert json.loads(json.dumps(as_data(Figures(()))))["calls"] == 0


def test_routes():
    assert routed_by(Found(("a", "b")), ("a",)) is Routed.REACHED
    assert routed_by(Found(("a", "b")), ("b",)) is Routed.OFFERED
    assert routed_by(Found(("a", "b")), ("c", "a")) is Routed.REACHED
    assert routed_by(Found(("a", "b")), ("c",)) is Routed.ELSEWHERE
    assert routed_by(Found(), ("c",)) is Routed.SILENT


def test_what_is_not_listed_is_no(library):
    assert play(library, call()).level is Level.SAME_DAY


def test_a_listed_flag_is_answered_yes(library):
    assert play(library, call(answers={"brutale_forte": "yes"})).level is Level.CALL15_NOW


def test_a_full_id_answers_the_screen(library):
    done = play(library, call(answers={"tronc_commun.saigne_beaucoup": "yes"}))

    assert (done.level, done.questions) == (Level.CALL15_NOW, 2)


def test_otherwise_unknown_reaches_the_worst(library):
    done = play(library, call(otherwise="unknown"))

    assert (done.level, done.unsure) == (Level.CALL15_NOW, 1)


def test_a_split_question_takes_the_answer_it_covers(library):
    split = [q for q in library.book.protocols["douleur_thoracique"].questions if q.covers]
    answers = {id_: Given.YES for q in split for id_ in q.covers}
    done = play(library, call(complaint="douleur_thoracique", words="poitrine", answers=answers))

    assert split
    assert done.level is Level.CALL15_NOW


def test_a_fact_of_the_protocol_alone_is_answered(library):
    done = play(
        library,
        call(complaint="traumatisme_cranien", words="choc", patient={"age_years": 30}, facts={"bien": "yes"}),
    )

    assert done.level is Level.H48_72


def test_words_that_lead_elsewhere_are_followed(library):
    done = play(library, call(words="renouvellement", answers={"brutale_forte": "yes"}))

    assert (done.routed, done.level) == (Routed.ELSEWHERE, Level.ROUTINE)


def test_a_complaint_without_protocol_stays_today_or_more(library):
    assert play(library, call(complaint="pas_encore", words="zzz")).level is Level.SAME_DAY


def test_an_adult_speaks_for_herself_and_a_child_does_not():
    assert call().voice is Voice.YOU
    assert call(patient={"age_years": 4}).voice is Voice.SHE
    assert call(caller="other").voice is Voice.SHE


def test_a_call_in_the_wrong_portion_is_refused():
    other = {Portion.BUILD: Portion.HELDOUT, Portion.HELDOUT: Portion.BUILD}
    with pytest.raises(ValueError, match="belongs to"):
        call(set=other[portion_of("douleur_abdominale-01")])


def test_two_calls_with_one_id_are_refused(tmp_path):
    one = call().model_dump(mode="json", exclude_none=True)
    (tmp_path / "a.yaml").write_text(yaml.safe_dump([one, one]), encoding="utf-8")

    with pytest.raises(ValueError, match="used twice"):
        read_calls([tmp_path])


def test_evaluate_plays_every_call(library):
    assert len(evaluate(library, [call(), call(id="douleur_abdominale-02")]).played) == 2


def test_command_prints_totals_as_json(tmp_path):
    file = tmp_path / "calls.yaml"
    file.write_text(yaml.safe_dump([call().model_dump(mode="json", exclude_none=True)]), encoding="utf-8")
    done = CliRunner().invoke(triage, ["evaluate", "--json", "--totals", str(file)])

    assert json.loads(done.output)["shares"]["accuracy"]["hits"] == 1
    assert "missed" not in json.loads(done.output)


def test_command_says_what_is_wrong_with_a_file(tmp_path):
    file = tmp_path / "calls.yaml"
    file.write_text("- {id: nothing}", encoding="utf-8")

    assert CliRunner().invoke(triage, ["evaluate", str(file)]).exit_code == 1


def test_an_ordinary_picture_answers_the_question_that_asks_about_it(library):
    mild = call(complaint="traumatisme_cranien", words="choc", facts={"vieux_choc": "yes"})
    ties = OrdinaryDoc(pictures={"traumatisme_cranien.bien": ("traumatisme_cranien.vieux_choc",)})
    asked = with_ordinary(mild, ties)

    assert play(library, mild).level is Level.SAME_DAY
    assert play(library, asked).level is Level.H48_72


def test_a_broad_yes_becomes_no_where_the_question_was_narrowed(library):
    benign = call(answers={"ne_va_plus": "yes"}, broad=["ne_va_plus"])
    strict = with_ordinary(
        benign, OrdinaryDoc(narrowed={"douleur_abdominale.ne_va_plus": "no gas since yesterday"})
    )

    assert play(library, benign).level is Level.CALL15_NOW
    assert play(library, strict).level is Level.SAME_DAY


def test_an_emergency_is_never_broad():
    calls = read_calls([CALLS / "build", CALLS / "heldout"])

    assert not [one.id for one in calls if one.broad and one.gold is Level.CALL15_NOW]


def test_the_case_file_covers_the_whole_reference():
    calls = read_calls([CALLS / "build", CALLS / "heldout"])
    complaints = {one.complaint for one in calls}

    assert len(calls) >= 300
    assert len(complaints) == 64
    assert {one.gold for one in calls} == set(Level)


@pytest.mark.parametrize("portion", list(Portion))
def test_each_call_lies_in_the_folder_of_its_portion(portion):
    assert {one.set for one in read_calls([CALLS / portion])} == {portion}


def test_ordinary_pictures_are_those_calls_show():
    shown = {ref for one in read_calls([CALLS / "build", CALLS / "heldout"]) for ref in one.given}
    mapped = {ref for some in read_ordinary(CALLS / "ordinary.yaml").pictures.values() for ref in some}

    assert mapped <= shown


def test_answers_name_questions_of_the_reference_or_of_a_protocol(library):
    """As far as our list of the reference goes, which grows with the library."""
    reference = yaml.safe_load((DATA / "redflag_ids.yaml").read_text("utf-8"))
    calls = read_calls([CALLS / "build", CALLS / "heldout"])
    answered = {full_id(one.complaint, id_) for one in calls for id_ in one.answers}
    held = {protocol.ref(question) for protocol in library.protocols for question in protocol.questions}
    listed = {ref for ref in answered if ref.split(".")[0] in reference}
    known = {f"{code}.{id_}" for code, ids in reference.items() for id_ in ids}

    assert listed <= known | held
