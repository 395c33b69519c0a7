"""Which language a page speaks, and where its words are kept.

English is the source; each room and plug-in keeps its French beside it in ``translations/fr.po``. The
catalogues are read as text at start-up: there is no compile step to forget.
"""

import io
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, request

from telesec.foundation.language import Sentence

LANGUAGES = ("fr", "en")


def catalogues() -> list[Path]:
    """Return every French catalogue of telesec, sorted; a large room may keep several, ``fr.<part>.po``."""
    root = Path(str(files("telesec")))
    return sorted(root.glob("**/translations/fr*.po"))


@cache
def translations(language: str) -> NullTranslations:
    """Return the merged words of all rooms in one language; English needs none."""
    if language != "fr":
        return NullTranslations()
    first, *others = map(_read, catalogues())
    for other in others:
        first.merge(other)
    return first


def _read(path: Path) -> Translations:
    with path.open("rb") as source:
        catalogue = read_po(source, locale="fr")
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def render(sentence: Sentence, language: str) -> str:
    """Return a sentence in one language."""
    return sentence.render(translations(language).gettext)


def current_language() -> str:
    """Return the reader's language: their own setting, else the browser's, else French."""
    chosen = g.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    who = g.get("actor")
    if who is not None and who.language in LANGUAGES:
        return str(who.language)
    return request.accept_languages.best_match(LANGUAGES) or "fr"


def install(app: Flask) -> None:
    """Give templates ``_``, ``ngettext`` and the ``sentence`` filter in the reader's language."""
    environment = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: translations(current_language()).gettext(text),
        lambda one, many, n: translations(current_language()).ngettext(one, many, n),
        newstyle=True,
    )
    environment.filters["sentence"] = lambda sentence: render(sentence, current_language())
    environment.globals["current_language"] = current_language


def untranslated(msgids: Iterable[str]) -> list[str]:
    """Return the messages that have no French; for the check that refuses them."""
    known = translations("fr")
    catalogue = getattr(known, "_catalog", {})
    there = {key if isinstance(key, str) else key[0] for key in catalogue}
    return sorted(set(msgids) - there)
