"""The protocols of this installation: the built-in ones, then those of sectors, compiled once at start.

A sector's file that fails a check is left out and reported; a built-in one that fails stops the start,
because triage without its screen would be worse than no telesec at all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePath

from pydantic import TypeAdapter

from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.triage.checks import Problem, spoken
from telesec.triage.compiler import ProtocolRefused, compile_protocol
from telesec.triage.document import ErrandsDoc, LevelTextDoc, ModifierDoc, RaisingWords, WordsDoc, read_yaml
from telesec.triage.errands import Errands
from telesec.triage.expected import unexpected
from telesec.triage.levels import Level
from telesec.triage.nearness import Nearness
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import LevelText, Modifier, Protocol, Question, Rulebook
from telesec.triage.speech import names_drug
from telesec.triage.words import Found, People, WordNet, build, phrase

_ROOM = files("telesec.triage")
_phrase = cache(phrase)
"""Words of protocol files only: each is compared with those of every other file."""
_LEVEL_TEXTS = TypeAdapter(dict[Level, LevelTextDoc])
_MODIFIERS = TypeAdapter(tuple[ModifierDoc, ...])


@dataclass(frozen=True)
class Library:
    """Everything triage knows, and the files it refused."""

    book: Rulebook
    words: WordNet
    refused: tuple[ProtocolRefused, ...] = ()

    @property
    def protocols(self) -> tuple[Protocol, ...]:
        """The screen, then every complaint."""
        return (self.book.screen, *self.book.protocols.values())

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Every spoken question by the id its answer is stored under."""
        return {held.ref(question): question for held in self.protocols for question in held.spoken}

    def find(self, text: str, patient: PatientFacts) -> Found:
        """Return what a caller's words lead to."""
        return self.words.find(text, self.book, patient)


def load(paths: Sequence[Path] = (), words: Sequence[tuple[str, str]] = ()) -> Library:
    """Return the library: built-in protocols, then ``paths``; compiled once for the same arguments.

    Args:
        paths: Protocol files of sectors, in the built-in format.
        words: What callers of those sectors say → protocol code.

    Raises:
        Misconfigured: A built-in file fails a check.
    """
    return _loaded(tuple(paths), tuple(words))


@cache
def _loaded(paths: tuple[Path, ...], words: tuple[tuple[str, str], ...]) -> Library:
    doc = _load_words()
    built_in, broken = _compiled(newest_files(_ROOM / "protocols"), doc.choices, ())
    if not broken:
        broken = _astray(_book(built_in), built_in)
    if broken:
        raise Misconfigured(
            say("A built-in protocol fails a check: %(problems)s", problems="\n".join(map(str, broken)))
        )
    brought, refused = _compiled(paths, doc.choices, built_in)
    astray = _astray(_book((*built_in, *brought)), brought)
    sound = [protocol for protocol in brought if protocol.code not in {error.name for error in astray}]
    book, refused = _book((*built_in, *sound)), [*refused, *astray]
    screen, complaints = book.screen, book.protocols.values()
    raising = [(entry.id, _raised_to(entry, book), entry.words) for entry in doc.raising]
    asked = _load_errands()
    ordinary = {word for text in (*doc.ordinary, *asked.heads, *asked.about) for word in phrase(text)}
    net = build(screen, complaints, doc.choices, raising, words, doc.parts)
    net = replace(
        net,
        spelling=replace(net.spelling, ordinary=frozenset(ordinary)),
        errands=Errands.of(asked.heads, asked.about, asked.troubles),
        people=People(frozenset(doc.general), doc.pregnant, doc.babies),
        nearness=Nearness.of(complaints, {**net.parts, **net.complaints}),
    )
    return Library(book, net, tuple(refused))


def _load_errands() -> ErrandsDoc:
    return ErrandsDoc.model_validate(read_yaml((_ROOM / "data" / "errands.yaml").read_text("utf-8")))


def _load_words() -> WordsDoc:
    """Return the words of all files; a choice of ``words`` wins over one of ``everyday``."""
    first, everyday, ordinary = (
        WordsDoc.model_validate(read_yaml((_ROOM / "data" / name).read_text("utf-8")))
        for name in ("words.yaml", "everyday.yaml", "ordinary.yaml")
    )
    return WordsDoc(
        raising=(*first.raising, *everyday.raising),
        choices=everyday.choices | first.choices,
        parts=first.parts | everyday.parts,
        general=first.general + everyday.general,
        pregnant=first.pregnant + everyday.pregnant,
        babies=first.babies + everyday.babies,
        ordinary=first.ordinary + everyday.ordinary + ordinary.ordinary,
    )


def _book(protocols: Iterable[Protocol]) -> Rulebook:
    screen, *complaints = sorted(protocols, key=lambda protocol: not protocol.is_screen)
    return Rulebook(
        screen, {protocol.code: protocol for protocol in complaints}, _load_modifiers(), _load_level_texts()
    )


def _astray(book: Rulebook, protocols: Iterable[Protocol]) -> list[ProtocolRefused]:
    """Return a refusal of each protocol whose own cases do not come out in this library."""
    found = ((protocol.code, tuple(unexpected(book, protocol))) for protocol in protocols)
    return [ProtocolRefused(code, problems) for code, problems in found if problems]


def _raised_to(entry: RaisingWords, book: Rulebook) -> Level:
    """Words raise to their level; only to the doctor where a protocol at hand asks about them."""
    return Level.DOCTOR_NOW if entry.asked_by in book.protocols else entry.level


def newest_files(folder: Traversable) -> list[Traversable]:
    """Return the newest version of each protocol: ``<code>.yaml``, or ``<code>/<version>.yaml``."""
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    loose = [entry for entry in entries if entry.name.endswith(".yaml")]
    kept = [list(entry.iterdir()) for entry in entries if entry.is_dir()]
    versions = [[file for file in held if file.name.endswith(".yaml")] for held in kept]
    return loose + [max(held, key=_version_of) for held in versions if held]


def built_in_file(code: str) -> Traversable:
    """Return the newest built-in file of a protocol.

    Raises:
        KeyError: No built-in protocol has this code.
    """
    loose = _ROOM / "protocols" / f"{code}.yaml"
    if loose.is_file():
        return loose
    folder = _ROOM / "protocols" / code
    if not folder.is_dir():
        raise KeyError(code)
    return max(folder.iterdir(), key=_version_of)


def _version_of(file: Traversable) -> tuple[int, ...]:
    return tuple(int(part) for part in file.name.removesuffix(".yaml").split(".") if part.isdigit())


def _compiled(
    paths: Iterable[Traversable | Path], choices: Mapping[str, tuple[str, ...]], before: Sequence[Protocol]
) -> tuple[list[Protocol], list[ProtocolRefused]]:
    held: list[Protocol] = []
    refused: list[ProtocolRefused] = []
    for path in paths:
        try:
            protocol = compile_protocol(path.read_text(encoding="utf-8"), _name_of(path))
        except ProtocolRefused as error:
            refused.append(error)
            continue
        problems = (*misplaced(protocol, _name_of(path)), *clashes(protocol, (*before, *held), choices))
        if problems:
            refused.append(ProtocolRefused(_name_of(path), problems))
        else:
            held.append(protocol)
    return held, refused


def _name_of(path: Traversable | Path) -> str:
    """Return ``code/1.0.0.yaml`` for a file named by its version, else the file's name."""
    parts = PurePath(str(path)).parts
    return "/".join(parts[-2:]) if path.name[:1].isdigit() else path.name


def misplaced(protocol: Protocol, name: str) -> Iterator[Problem]:
    """Yield that a file named by its version says another version, or stands in another code's folder."""
    if "/" in name and name != f"{protocol.code}/{protocol.version}.yaml":
        yield Problem("version", f"stands in {name} and says {protocol.code} {protocol.version}")


def clashes(
    protocol: Protocol, others: Iterable[Protocol], choices: Mapping[str, tuple[str, ...]]
) -> Iterator[Problem]:
    """Yield where a protocol clashes with those before it: its code, or a synonym without a choice.

    Two complaints may share a word only through a choice that holds both.
    """
    offered = {_phrase(word): codes for word, codes in choices.items()}
    for other in others:
        if other.code == protocol.code or (other.is_screen and protocol.is_screen):
            yield Problem("code", f"{other.code} is there already")
        theirs = {_phrase(word) for word in other.synonyms}
        for word in protocol.synonyms:
            shared = _phrase(word) in theirs
            if shared and not {protocol.code, other.code} <= set(offered.get(_phrase(word), ())):
                yield Problem(f"synonyms.{word}", f"also leads to {other.code}, and no choice offers both")


def _load_modifiers() -> tuple[Modifier, ...]:
    text = (_ROOM / "data" / "modifiers.yaml").read_text("utf-8")
    return tuple(document.value() for document in _MODIFIERS.validate_python(read_yaml(text)))


def _load_level_texts() -> dict[Level, LevelText]:
    text = (_ROOM / "data" / "levels.yaml").read_text("utf-8")
    texts = {level: doc.value() for level, doc in _LEVEL_TEXTS.validate_python(read_yaml(text)).items()}
    problems = tuple(level_text_problems(texts))
    if problems:
        raise Misconfigured(say("The words of a level fail a check: %(where)s", where=problems[0].where))
    return texts


def level_text_problems(texts: Mapping[Level, LevelText]) -> Iterator[Problem]:
    """Yield levels without words, and words that cannot be said."""
    for level in Level:
        own = texts.get(level)
        if own is None:
            yield Problem(level, "has no words")
            continue
        for text in (own.say, own.safety_net):
            yield from spoken(level, text)
            if names_drug(text.fr) or names_drug(text.en):
                yield Problem(level, "names a drug")
