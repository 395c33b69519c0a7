"""The cases a protocol carries: each must come out at the level its author expects, or it is not loaded.

They are what a doctor reads to see what a protocol does. They run in the whole library, because an answer may
open another complaint.
"""

from collections.abc import Iterator

from telesec.foundation.language import say
from telesec.triage.checks import Problem
from telesec.triage.protocol import ExpectedCase, Given, Protocol, Rulebook
from telesec.triage.reckoning import Case, Item, reckon, situate


def unexpected(book: Rulebook, protocol: Protocol) -> Iterator[Problem]:
    """Yield each case of a protocol that cannot be run, or comes out at another level.

    Args:
        book: The library, the protocol in it.
        protocol: The one whose cases are run.
    """
    for case in protocol.cases:
        where = f"cases.{case.name}"
        run, astray = answered_case(book, protocol, case)
        for ref in astray:
            yield Problem.told(where, say("answers %(ref)s, which this patient is not asked", ref=ref))
        reached = reckon(book, run)
        if reached.level is not case.level:
            yield Problem.told(
                where,
                say(
                    "expects %(level)s and reaches %(reached)s, because of %(because)s",
                    level=case.level,
                    reached=reached.level,
                    because=", ".join(reached.because),
                ),
            )


def answered_case(book: Rulebook, protocol: Protocol, case: ExpectedCase) -> tuple[Case, list[str]]:
    """Return the case with every question in play answered, and the answers that met no question.

    The level does not depend on the order or on what is skipped, so nothing needs to be asked one by one.
    """
    given = {ref if "." in ref else f"{protocol.code}.{ref}": answer for ref, answer in case.answers.items()}
    run = Case(None if protocol.is_screen else protocol.code, case.patient, given)
    while waiting := [item for item in situate(book, run).items if item.given is None]:
        run = run.answered({item.ref: _other(item, protocol, case) for item in waiting})
    asked = {item.ref for item in situate(book, run).items}
    return run, sorted(given.keys() - asked)


def _other(item: Item, protocol: Protocol, case: ExpectedCase) -> Given:
    elsewhere = item.protocol.is_screen and not protocol.is_screen
    return Given.NO if elsewhere else case.others
