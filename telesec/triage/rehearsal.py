"""Calls rehearsed by people: one takes the call, one answers from a written story, question by question.

A case file of ids knows only the reference's questions; a story answers whatever a protocol asks. Who wrote
the story has read no protocol, who answers has not read its level. A call whose protocol asks something new
since is not counted until somebody has answered that too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, TypeAdapter

from telesec.triage.case_file import Told
from telesec.triage.engine import Step
from telesec.triage.evaluation import Played, asked_through, ended, opened, routed_by
from telesec.triage.library import Library
from telesec.triage.protocol import Given
from telesec.triage.reckoning import Item
from telesec.triage.words import Found

WIDE = 110


class StoryDoc(Told):
    """One invented call told whole.

    Args:
        story: All a person asked further could answer; read by who answers, never by who opens.
        opened: The complaint opened from the first words alone; empty for none, None before that.
        heard: ``protocol.question`` → what was answered to that sentence.
    """

    story: str = Field(min_length=1)
    opened: str | None = None
    heard: dict[str, Given] = Field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """How far a rehearsed call is.

    Args:
        found: What the first words lead to.
        step: What is asked next, or the end; None until the call was taken.
        asked: The questions asked so far, each with its answer.
    """

    found: Found
    step: Step | None
    asked: tuple[tuple[Item, Given], ...] = ()

    @property
    def question(self) -> Item | None:
        """The question to answer, None at the end and before the beginning."""
        return self.step.item if self.step else None

    @property
    def is_over(self) -> bool:
        """Whether the call was taken and asks nothing more."""
        return self.step is not None and self.step.item is None


_STORIES = TypeAdapter(tuple[StoryDoc, ...])


def read_stories(path: Path) -> tuple[StoryDoc, ...]:
    """Return the stories of a file.

    Raises:
        ValueError: It is not in the format (pydantic's error).
    """
    return _STORIES.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))


def write_stories(path: Path, stories: Iterable[StoryDoc]) -> None:
    """Write stories with what was answered."""
    data: list[dict[str, Any]] = [one.model_dump(mode="json", exclude_defaults=True) for one in stories]
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=WIDE), encoding="utf-8")


def standing(library: Library, story: StoryDoc) -> Standing:
    """Return how far a call is with what was answered."""
    patient = story.patient.facts(story.voice)
    found = library.find(story.words, patient)
    if story.opened is None:
        return Standing(found, None)
    case = opened(library, story.opened, patient, found)
    step, asked = asked_through(library, case, lambda item: story.heard.get(item.ref))
    return Standing(found, step, asked)


def answered(story: StoryDoc, item: Item, given: Given) -> StoryDoc:
    """Return the call with one answer more."""
    return story.model_copy(update={"heard": {**story.heard, item.ref: given}})


def played(library: Library, stories: Sequence[StoryDoc]) -> tuple[Played, ...]:
    """Return the calls that are over, each at its level; the others are left out.

    Whoever opened a complaint the words did not offer found it in the list: the words led elsewhere.
    """
    ends = []
    for story in stories:
        now = standing(library, story)
        if now.is_over and now.step is not None:
            ends.append(ended(story, routed_by(now.found, story.good), now.step, now.asked))
    return tuple(ends)
