"""What the pages of a practice's protocols show: the list, one protocol, what a signature would be about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from telesec.accounts import step_up
from telesec.accounts.step_up import Act
from telesec.desk.phone_reads import name_of, words_for
from telesec.desk.wording import Wording
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.patients.rules import fold
from telesec.practices import reads as practices
from telesec.practices.reads import PracticeCard
from telesec.triage import drafts, feedback, governance, signing
from telesec.triage import reads as triage
from telesec.triage.feedback import Report
from telesec.triage.governance import ReviewDue
from telesec.triage.library import Library
from telesec.triage.protocol import Protocol, Text
from telesec.triage.reads import ProtocolCard
from telesec.triage.signing import Review, SignatureCard

DAY = timedelta(days=1)


@dataclass(frozen=True)
class OfPractice:
    """What every such page knows: whose, in which words, and what the reader may do."""

    card: PracticeCard
    words: Wording
    today: date
    may_sign: bool
    may_extend: bool

    def name(self, practitioner_id: UUID) -> str:
        """Return a practitioner's name, empty for somebody who left."""
        return name_of(self.card, practitioner_id)


@dataclass(frozen=True)
class Listing:
    """Every protocol with its state here, the reviews due and the drafts kept."""

    of: OfPractice
    cards: tuple[ProtocolCard, ...]
    due: tuple[ReviewDue, ...]
    drafts: Mapping[str, str]


@dataclass(frozen=True)
class OneProtocol:
    """One protocol as this practice uses it."""

    of: OfPractice
    card: ProtocolCard
    due: ReviewDue | None
    draft: str | None
    signatures: tuple[SignatureCard, ...]
    proven: bool


@dataclass(frozen=True)
class ToSign:
    """What a signature would be about; ``proven``: the second factor was just given anew."""

    of: OfPractice
    review: Review
    proven: bool


@dataclass(frozen=True)
class Judged:
    """How far practitioners agreed, with the titles of the protocols."""

    of: OfPractice
    report: Report
    titles: Mapping[str, Text]


def of_practice(uow: UnitOfWork, practice_id: UUID) -> OfPractice:
    """Return what every page knows.

    Raises:
        NotFound: Not one of the actor's practices.
    """
    authorize(uow, Permission.PROTOCOL_READ, on=Facts(practice_id))
    card = practices.practice(uow, practice_id)
    held, words = uow.actor.permissions_for(practice_id), words_for(uow, card)
    mine = uow.actor.practitioner_ids.get(practice_id)
    person = card.practitioner(mine) if mine else None
    return OfPractice(
        card,
        words,
        words.local_day(uow.now()),
        may_sign=Permission.PROTOCOL_SIGN in held and person is not None and person.speaks_for,
        may_extend=Permission.POLICY_WRITE in held,
    )


def place(protocol: Protocol, language: str) -> tuple[bool, str]:
    """Return where a protocol stands in a list: the universal screen, then titles in the reader's order."""
    return not protocol.is_screen, fold(protocol.title.spoken(language))


def listing(uow: UnitOfWork, library: Library, practice_id: UUID) -> Listing:
    """Return every protocol of a practice; a fixed number of queries."""
    authorize(uow, Permission.PROTOCOL_READ, on=Facts(practice_id))
    of, cards = of_practice(uow, practice_id), triage.protocols(uow, library, practice_id)
    return Listing(
        of,
        tuple(sorted(cards, key=lambda card: place(card.protocol, of.words.language))),
        governance.reviews(uow, library, practice_id),
        drafts.kept(uow, practice_id),
    )


def one(uow: UnitOfWork, library: Library, practice_id: UUID, code: str) -> OneProtocol:
    """Return one protocol.

    Raises:
        NotFound: No protocol has this code.
    """
    authorize(uow, Permission.PROTOCOL_READ, on=Facts(practice_id))
    card = triage.protocol(uow, library, code, practice_id)
    due = governance.reviews(uow, library, practice_id)
    return OneProtocol(
        of_practice(uow, practice_id),
        card,
        next((each for each in due if each.code == code), None),
        drafts.kept(uow, practice_id).get(code),
        signing.signatures(uow, practice_id, code),
        step_up.proven(uow, Act.SIGN_PROTOCOL),
    )


def to_sign(uow: UnitOfWork, library: Library, practice_id: UUID, code: str) -> ToSign:
    """Return what a signature would be about.

    Raises:
        NotFound: No protocol has this code.
    """
    authorize(uow, Permission.PROTOCOL_SIGN, on=Facts(practice_id))
    return ToSign(
        of_practice(uow, practice_id),
        signing.review(uow, library, practice_id, code),
        step_up.proven(uow, Act.SIGN_PROTOCOL),
    )


def judged(uow: UnitOfWork, library: Library, practice_id: UUID, days: int) -> Judged:
    """Return how far practitioners agreed with triage over the last days; the read is audited."""
    authorize(uow, Permission.MESSAGE_HANDLE, on=Facts(practice_id))
    return Judged(
        of_practice(uow, practice_id),
        feedback.report(uow, practice_id, since=uow.now() - DAY * days),
        {held.code: held.title for held in library.protocols},
    )
