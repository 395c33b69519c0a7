"""The library as one practice uses it: its own signed versions in place of the reference's.

A signed version that has become less safe than a newer reference is left out: the reference runs instead.
"""

from dataclasses import replace
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select

from telesec.foundation.unit_of_work import UnitOfWork
from telesec.triage.compiler import compile_document
from telesec.triage.document import ProtocolDoc
from telesec.triage.library import Library
from telesec.triage.models import PracticeProtocol
from telesec.triage.own_version import weaker
from telesec.triage.protocol import Protocol, State
from telesec.triage.words import WordNet

MOST_OWN = 200


def library_of(uow: UnitOfWork, library: Library, practice_id: UUID) -> Library:
    """Return the library with a practice's own signed versions; one small query."""
    documents = uow.session.scalars(
        select(PracticeProtocol.document)
        .where(PracticeProtocol.practice_id == practice_id, PracticeProtocol.state == State.SIGNED.value)
        .limit(MOST_OWN)
    ).all()
    if not documents:
        return library
    own = {held.code: held for held in map(compiled, documents) if usable(library, held)}
    book = replace(library.book, protocols={**library.book.protocols, **own})
    added = tuple(
        (word, code)
        for code, held in own.items()
        for word in held.synonyms
        if word not in library.book.protocols[code].synonyms
    )
    return replace(library, book=book, words=_with_words(library.words, added) if added else library.words)


@lru_cache(maxsize=256)
def _with_words(words: WordNet, added: tuple[tuple[str, str], ...]) -> WordNet:
    return words.with_own(added)


def row_of(
    uow: UnitOfWork, practice_id: UUID, code: str, state: State, *, lock: bool = False
) -> PracticeProtocol | None:
    """Return a practice's own draft, or its own version in use, locked when asked."""
    wanted = select(PracticeProtocol).where(
        PracticeProtocol.practice_id == practice_id,
        PracticeProtocol.code == code,
        PracticeProtocol.state == state.value,
    )
    return uow.session.scalar(wanted.with_for_update() if lock else wanted)


@lru_cache(maxsize=256)
def compiled(document: str) -> Protocol:
    """Return the protocol of a stored document, the same object for the same text."""
    return compile_document(ProtocolDoc.model_validate_json(document), "practice")


def usable(library: Library, own: Protocol) -> bool:
    """Return whether a practice's own version is still at least as safe as the reference."""
    reference = library.book.protocols.get(own.code)
    return reference is not None and not any(weaker(reference, own))
