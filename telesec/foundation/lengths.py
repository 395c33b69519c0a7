"""How long a text may be: refuses one that is longer, at its field, and never cuts it."""

from telesec.foundation.errors import Refused
from telesec.foundation.language import say


def refuse_longer(text: str, most: int, field: str | None = None, *, code: str = "text_too_long") -> None:
    """Refuse a text that no one shortened yet; its page shows it again, whole.

    Args:
        text: As it will be kept, without the spaces around it.
        most: Characters that may be kept.
        field: Name of the input field.
        code: For machines.

    Raises:
        Refused: It is longer (422).
    """
    if len(text) > most:
        told = say(
            "This text has %(num)s characters, %(most)s at most are kept. Shorten it: nothing is lost.",
            num=len(text),
            most=most,
        )
        raise Refused(code, told, status=422, field=field)


def refuse_longer_secret(secret: str, most: int, field: str, *, code: str = "secret_too_long") -> None:
    """Refuse a password or token that is too long; no page ever shows one again.

    Raises:
        Refused: It is longer (422).
    """
    if len(secret) > most:
        told = say(
            "This password has %(num)s characters, at most %(most)s are possible. Type or paste it again.",
            num=len(secret),
            most=most,
        )
        raise Refused(code, told, status=422, field=field)
