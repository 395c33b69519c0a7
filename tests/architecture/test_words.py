"""Every sentence has its French: templates, ``say`` and ``ngettext`` alike."""

import ast
import re
from pathlib import Path

from babel.messages.pofile import read_po
from rules import ROOT, sources

from telesec.web.language import catalogues, untranslated

TEMPLATE = re.compile(r"""\b_\(\s*(["'])((?:\\.|(?!\1).)*)\1""", re.DOTALL)
PLURAL = re.compile(r"""\bngettext\(\s*(["'])((?:\\.|(?!\1).)*)\1""", re.DOTALL)


def python_sentences(text: str) -> set[str]:
    """Return the message ids a Python file makes with ``say``."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"say", "Sentence"}
        ):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return found


def template_sentences(text: str) -> set[str]:
    """Return the message ids a template asks for."""
    return {match[1].replace('\\"', '"') for match in (*TEMPLATE.findall(text), *PLURAL.findall(text))}


def test_every_sentence_has_its_french():
    wanted: set[str] = set()
    for path in sources("telesec"):
        if "testing" not in path.parts:
            wanted |= python_sentences(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "telesec").rglob("templates/**/*.html")):
        if "testing" not in path.parts:
            wanted |= template_sentences(path.read_text(encoding="utf-8"))

    assert untranslated(wanted) == []


def test_an_untranslated_sentence_is_found():
    assert untranslated(template_sentences('{{ _("Nobody translated this") }}')) == ["Nobody translated this"]


def test_the_finder_sees_both_kinds():
    assert python_sentences('say("One thing.")') == {"One thing."}
    assert template_sentences("{{ ngettext('one call', '%(num)s calls', n) }}") == {"one call"}


def test_templates_are_where_the_loader_looks():
    assert list((ROOT / "telesec").glob("web/templates/web/base.html")) == [
        Path(ROOT / "telesec/web/templates/web/base.html")
    ]


def contradictions(pairs):
    """Return the message ids that have more than one French text."""
    said: dict[object, set[object]] = {}
    for english, french in pairs:
        said.setdefault(english, set()).add(french)
    return sorted(str(english) for english, texts in said.items() if len(texts) > 1)


def test_one_sentence_has_one_french():
    """All catalogues are merged: of two, the one read last would be said on both pages."""
    pairs = []
    for path in catalogues():
        with path.open("rb") as source:
            pairs += [(one.id, one.string) for one in read_po(source, locale="fr") if one.id]

    assert contradictions(pairs) == []
    assert contradictions([*pairs, ("Nobody", "Personne"), ("Nobody", "Aucun")]) == ["Nobody"]


def test_french_apostrophes_are_printed_ones():
    """Those of alerts go out as SMS, which know the straight one only: the other halves their length."""
    typed = [
        (path.parent.parent.name, line)
        for path in catalogues()
        if path.parent.parent.name != "alerts"
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.startswith("msgid") and re.search(r"[^\W\d]'[^\W\d]", line)
    ]

    assert typed == []
