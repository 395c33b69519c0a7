"""Calls rehearsed from stories: opened on the words alone, answered by question, counted at their end."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from telesec.triage import rehearsal
from telesec.triage.commands import triage
from telesec.triage.levels import Level
from telesec.triage.library import load
from telesec.triage.protocol import Given
from telesec.triage.rehearsal import StoryDoc

LIBRARY = load()
BELLY = {
    "id": "douleur_abdominale-01",
    "words": "j'ai mal au ventre",
    "complaint": "douleur_abdominale",
    "patient": {"age_years": 30, "sex": "M"},
    "story": "Depuis ce matin, supportable, sans rien d'autre.",
    "gold": "same_day",
    "why": "a test",
    "source": "a test",
}
CHEST = {
    "id": "douleur_thoracique-01",
    "words": "ça serre fort dans la poitrine",
    "complaint": "douleur_thoracique",
    "patient": {"age_years": 60, "sex": "M"},
    "story": "Serre depuis une demi-heure, en sueurs.",
    "gold": "call15_now",
    "why": "a test",
    "source": "a test",
}


REHEARSED = Path(__file__).parents[2] / "data" / "triage_cases" / "rehearsed"
SECTOR = Path(__file__).parents[3] / "plugins" / "telesec-sector-paramedical" / "telesec_sector_paramedical"
PHYSIO = SECTOR / "protocols" / "kine_aggravation.yaml"


def finished(story, given):
    """Return the call with one answer to everything."""
    while (item := rehearsal.standing(LIBRARY, story).question) is not None:
        story = rehearsal.answered(story, item, given)
    return story


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "calls.yaml"
    path.write_text(yaml.safe_dump([BELLY, CHEST], allow_unicode=True), encoding="utf-8")
    return path


def run(file, *options, said=()):
    return CliRunner().invoke(
        triage, ["rehearse", str(file), *options], input="".join(f"{one}\n" for one in said)
    )


def test_a_call_is_opened_on_its_words_before_its_story_is_shown(file):
    shown = run(file, said=["douleur_abdominale"]).output

    assert shown.index(BELLY["words"]) < shown.index("Opened") < shown.index(BELLY["story"])


def test_a_call_that_is_over_is_kept_when_the_next_is_left(file):
    ends = finished(StoryDoc.model_validate({**BELLY, "opened": "douleur_abdominale"}), Given.NO)
    answers = ["no"] * len(ends.heard)

    left = run(file, said=["douleur_abdominale", *answers, "douleur_thoracique"])

    assert left.exit_code != 0
    first, second = rehearsal.read_stories(file)
    assert first == ends
    assert second.opened is None


def test_what_was_answered_gives_the_level(file):
    stories = [
        finished(StoryDoc.model_validate({**BELLY, "opened": "douleur_abdominale"}), Given.NO),
        finished(StoryDoc.model_validate({**CHEST, "opened": "douleur_thoracique"}), Given.YES),
    ]
    rehearsal.write_stories(file, stories)

    belly, chest = rehearsal.played(LIBRARY, rehearsal.read_stories(file))

    assert (belly.level, chest.level) == (Level.SAME_DAY, Level.CALL15_NOW)
    assert chest.questions == 1
    told = run(file, "--figures", "--totals").output
    assert "2 calls\n" in told
    assert "sensitivity          100.0%" in told
    assert "not over" not in told


def test_a_question_nobody_answered_yet_leaves_the_call_out(file):
    ends = finished(StoryDoc.model_validate({**BELLY, "opened": "douleur_abdominale"}), Given.NO)
    last = list(ends.heard)[-1]
    shorter = ends.model_copy(update={"heard": {ref: one for ref, one in ends.heard.items() if ref != last}})
    rehearsal.write_stories(file, [shorter])

    assert rehearsal.played(LIBRARY, [shorter]) == ()
    assert "1 calls are not over" in run(file, "--figures").output
    assert "1 calls\n" in run(file, said=["no"]).output


def test_an_answer_to_one_sentence_counts_for_that_sentence():
    """A sentence that says several questions is answered as it is said, not taken apart."""
    story = StoryDoc.model_validate({**BELLY, "opened": "douleur_abdominale"})
    item = rehearsal.standing(LIBRARY, story).question
    assert item.question.merges

    no = rehearsal.standing(LIBRARY, rehearsal.answered(story, item, Given.NO))

    assert no.question.ref != item.ref
    assert [one.ref for one, _ in no.asked] == [item.ref]


def test_without_a_complaint_the_screen_alone_is_asked():
    ends = finished(StoryDoc.model_validate({**BELLY, "opened": ""}), Given.NO)

    (end,) = rehearsal.played(LIBRARY, [ends])

    assert end.level is Level.SAME_DAY
    assert {ref.partition(".")[0] for ref in ends.heard} == {"tronc_commun"}


@pytest.mark.parametrize("said", ["- id: a\n", "nothing", "- {}\n"])
def test_a_file_that_is_none_is_told(tmp_path, said):
    path = tmp_path / "calls.yaml"
    path.write_text(said, encoding="utf-8")

    told = run(path)

    assert told.exit_code == 1
    assert told.output.startswith("Error: ")
    assert path.read_text(encoding="utf-8") == said


@pytest.mark.parametrize("name", ["first", "second", "third"])
def test_the_calls_kept_were_all_taken(name):
    """Answers stay with the sentences they were given to; what was worded anew since is asked again."""
    stories = rehearsal.read_stories(REHEARSED / f"{name}.yaml")

    assert len(stories) >= 180
    assert len({one.id for one in stories}) == len(stories)
    assert all(one.opened is not None for one in stories)
    assert {one.gold for one in stories} == set(Level)


def test_no_emergency_of_the_newest_calls_is_lost(file):
    """Of those that still are over on the present protocols; those with a sector's protocol too."""
    library = load((PHYSIO,))
    over = rehearsal.played(library, rehearsal.read_stories(REHEARSED / "third.yaml"))
    emergencies = [one for one in over if one.gold is Level.CALL15_NOW]

    assert emergencies
    assert not [one.id for one in emergencies if one.level is not Level.CALL15_NOW]
