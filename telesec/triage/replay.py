"""What a new version of a protocol changes: in its questions, and in the level of answers already given."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from telesec.triage.expected import answered_case
from telesec.triage.levels import Level
from telesec.triage.protocol import ExpectedCase, Protocol, Question, Rulebook
from telesec.triage.reckoning import Case, reckon


@dataclass(frozen=True)
class Change:
    """A case whose level is not what it was."""

    id: str
    before: Level
    after: Level

    @property
    def lowers(self) -> bool:
        """Whether the new version is less urgent: each such case needs a signed reason."""
        return self.after.urgency < self.before.urgency


@dataclass(frozen=True)
class Edited:
    """One question beside its next version; None where it is new or gone."""

    id: str
    before: Question | None
    after: Question | None

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of what changed: text, level, effect, gate, …; ``added`` or ``removed``."""
        if self.before is None or self.after is None:
            return ("added",) if self.before is None else ("removed",)
        names = (
            "effect",
            "level",
            "text",
            "unknown_as",
            "gate",
            "prefill_from",
            "also_open",
            "signs",
            "source",
        )
        return tuple(name for name in names if getattr(self.before, name) != getattr(self.after, name))


def with_protocol(book: Rulebook, protocol: Protocol) -> Rulebook:
    """Return the rulebook with one protocol, or the screen, in another version."""
    if protocol.is_screen:
        return replace(book, screen=protocol)
    return replace(book, protocols={**book.protocols, protocol.code: protocol})


def edits(before: Protocol, after: Protocol) -> Iterator[Edited]:
    """Yield the questions that differ, in the order of the newer version, those gone last."""
    old = {question.id: question for question in before.questions}
    new = {question.id: question for question in after.questions}
    for id_ in dict.fromkeys((*new, *old)):
        edited = Edited(id_, old.get(id_), new.get(id_))
        if edited.parts:
            yield edited


def changes(before: Rulebook, after: Rulebook, cases: Iterable[tuple[str, Case]]) -> Iterator[Change]:
    """Yield the cases that come out otherwise, by the answers they hold; nothing is asked again."""
    for id_, case in cases:
        change = Change(id_, reckon(before, case).level, reckon(after, case).level)
        if change.before is not change.after:
            yield change


def level_of(book: Rulebook, case: Case) -> Level:
    """Return the level the stored answers of a case reach."""
    return reckon(book, case).level


def cases_of(book: Rulebook, protocol: Protocol) -> Iterator[tuple[str, Case]]:
    """Yield a protocol's own cases with every question answered."""
    for case in protocol.cases:
        yield f"{protocol.code} {case.name}", _run(book, protocol, case)


def _run(book: Rulebook, protocol: Protocol, case: ExpectedCase) -> Case:
    return answered_case(book, protocol, case)[0]
