"""The operators' pages name commands, options and settings that exist."""

import re
from pathlib import Path

import click
import pytest

from telesec.cli import COMMANDS, attribute
from telesec.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("docs/operations.md", "docs/strangers-hour.md")
WORD = re.compile(r"\btelesec ((?:[a-z]+-?)+)((?: [^`\n|]*)?)")
SETTING = re.compile(rf"\b{PREFIX}([A-Z_]+[A-Z])\b")
ABBREVIATED = {"X", "X_FILE"}


def commands(text):
    """Yield each command spoken of with the words after it; prose that only says telesec has none."""
    for name, rest in WORD.findall(text):
        if name in COMMANDS:
            yield attribute(COMMANDS[name]), rest.split()


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_of_the_page_exists(page):
    text = (ROOT / page).read_text(encoding="utf-8").replace("\\\n", " ")
    seen, unknown = 0, []
    for command, words in commands(text):
        if isinstance(command, click.Group) and words and re.fullmatch(r"[a-z-]+", words[0]):
            inner = command.commands.get(words[0])
            if inner is None:
                unknown.append(f"{command.name} {words[0]}")
                continue
            command = inner  # noqa: PLW2901 - one command deeper
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        given = [word.split("=")[0].rstrip(",;.)") for word in words if word.startswith("--")]
        unknown += [f"{command.name} {option}" for option in given if option not in known]
        seen += 1

    assert seen > 8
    assert unknown == []


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_of_the_page_exists(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    known = {name.upper() for name in Settings.model_fields}
    named = set(SETTING.findall(text)) - ABBREVIATED

    assert named
    assert {name for name in named if name not in known and name.removesuffix("_FILE") not in known} == set()


def test_a_command_that_is_not_there_is_noticed():
    found = [(command.name, words) for command, words in commands("Type `telesec backup creat --now`.")]

    assert found == [("backup", ["creat", "--now"])]
