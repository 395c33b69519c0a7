"""Spoken seconds, warnings, and the command that prints them."""

from dataclasses import replace

from click.testing import CliRunner

from telesec.triage import lint
from telesec.triage.commands import triage
from telesec.triage.protocol import Text
from telesec.triage.speech import names_diagnosis, spoken_seconds, word_count


def test_seconds_count_words_and_the_answer():
    assert word_count("Perd-elle du sang ?") == 3
    assert spoken_seconds("un deux trois quatre cinq") == 4.0


def test_a_disease_in_quotes_is_what_the_caller_was_told():
    assert names_diagnosis("Est-ce une méningite ?") == "meningite"
    assert not names_diagnosis("Un proche a-t-il une « méningite » ?")
    assert not names_diagnosis("Does someone have “meningitis”?")


def test_a_long_protocol_is_warned_about(library):
    protocol = library.book.protocols["douleur_thoracique"]
    wordy = Text("mot " * 25, "word")
    flags = tuple(replace(question, text=wordy) for question in protocol.red_flags)

    warnings = list(lint.warnings(replace(protocol, red_flags=flags)))

    assert any("its red flags take" in warning for warning in warnings)


def test_a_screen_too_slow_to_start_is_warned_about(library):
    screen = library.book.screen
    slow = replace(screen.red_flags[0], text=Text("mot " * 80, "word"))

    warnings = list(lint.warnings(replace(screen, red_flags=(slow, *screen.red_flags[1:]))))

    assert any("first vital sign" in warning for warning in warnings)


def test_the_built_in_screen_starts_in_time(library):
    assert not any("vital sign" in warning for warning in lint.warnings(library.book.screen))


def test_recalled_sources_are_named(library):
    warnings = list(lint.warnings(library.book.protocols["ordonnance_medicament"]))

    assert any(warning.startswith("double: the source was only recalled") for warning in warnings)


def test_lint_prints_every_protocol():
    result = CliRunner().invoke(triage, ["lint"])

    assert result.exit_code == 0
    assert "tronc_commun 1.0.0 (reference): red flags" in result.output
    assert "level same_day: to be signed: La nuit" in result.output


def test_lint_fails_on_a_broken_file(tmp_path):
    file = tmp_path / "broken.yaml"
    file.write_text("format: 1\n", encoding="utf-8")

    result = CliRunner().invoke(triage, ["lint", str(file)])

    assert result.exit_code == 1
    assert "broken.yaml: code: Field required" in result.output
