"""Every way a use case ends badly, each with a code for machines and a sentence for people.

One handler each turns them into a page or a ``problem+json`` answer (RFC 9457); no route catches
them. A sentence says what to do next and never carries health data, a patient's name or a number.
"""

from collections.abc import Mapping

from telesec.foundation.language import Sentence, say


class TelesecError(Exception):
    """Base of all errors a reader may see."""

    status = 500

    def __init__(self, code: str, sentence: Sentence) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence


class Refused(TelesecError):
    """A rule said no: 409 (the state forbids it) or 422 (the input is wrong).

    Args:
        code: Stable word for machines, for instance ``slot_taken``.
        sentence: What the reader should do.
        status: 409 or 422.
        field: Name of the input field at fault, if one is.
        extra: Further members of the problem document; ids and codes only.
    """

    def __init__(
        self,
        code: str,
        sentence: Sentence,
        *,
        status: int = 409,
        field: str | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code, sentence)
        self.status = status
        self.field = field
        self.extra = dict(extra or {})


class NotFound(TelesecError):
    """No such thing, or not for this reader: the two are never told apart."""

    status = 404

    def __init__(self, sentence: Sentence | None = None) -> None:
        super().__init__("not_found", sentence or say("This does not exist or is not open to you."))


class Forbidden(TelesecError):
    """The reader may see the thing but not do this to it."""

    status = 403

    def __init__(self, sentence: Sentence | None = None, *, code: str = "forbidden") -> None:
        super().__init__(code, sentence or say("Your role does not allow this."))


class Unauthenticated(TelesecError):
    """Nobody is logged in, or the token is not valid."""

    status = 401

    def __init__(self, sentence: Sentence | None = None) -> None:
        super().__init__("unauthenticated", sentence or say("Please log in."))


class Stale(TelesecError):
    """The row changed since the reader saw it; nothing was overwritten."""

    status = 409

    def __init__(self, sentence: Sentence | None = None) -> None:
        super().__init__(
            "stale",
            sentence or say("Someone changed this meanwhile. Look at the new state, then try again."),
        )


class Unavailable(TelesecError):
    """The outside world did not answer, or answered nonsense.

    Args:
        code: For instance ``calendar_unavailable``.
        sentence: What is kept and what to do.
        permanent: True when a retry cannot help (bad credentials, gone), False when it may.
    """

    status = 503

    def __init__(self, code: str, sentence: Sentence, *, permanent: bool = False) -> None:
        super().__init__(code, sentence)
        self.permanent = permanent


class TooMany(TelesecError):
    """A rate limit was reached; ``retry_after`` is in whole seconds."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "too_many_requests",
            say("Too many attempts. Try again in %(seconds)s seconds.", seconds=retry_after),
        )
        self.retry_after = retry_after


class InProgress(TelesecError):
    """The same request is still being worked on; ``retry_after`` is in whole seconds."""

    status = 409

    def __init__(self, retry_after: int) -> None:
        super().__init__("in_progress", say("The same request is still in progress. Ask again in a moment."))
        self.retry_after = retry_after


class Misconfigured(TelesecError):
    """The installation cannot start like this; raised at start-up only."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__("misconfigured", sentence)
