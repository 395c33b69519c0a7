"""Every sentence an alert says by SMS or on the phone, on one page, so that it can be read at once.

Refuses to carry anything but a count, a code and our own address: no name, no reason, no link
(``SECURITY.md``, "what a message may say").
"""

from urllib.parse import urlsplit

from telesec.alerts.rules import Outcome
from telesec.foundation.language import Sentence, say

MENU_DIGITS = 1
CODE_DIGITS = 2


def text_message(count: int, code: str, public_url: str) -> Sentence:
    """Return the SMS: ``1 message urgent vous attend. Répondez 1 47. <domain>``."""
    domain = urlsplit(public_url).hostname or ""
    if count == 1:
        return say(
            "1 urgent message is waiting for you. Reply 1 %(code)s. %(domain)s",
            code=code,
            domain=domain,
        )
    return say(
        "%(count)s urgent messages are waiting for you. Reply 1 %(code)s. %(domain)s",
        count=count,
        code=code,
        domain=domain,
    )


def voice_prompt(code: str) -> tuple[Sentence, ...]:
    """Return what a picked-up call says: only a human presses the two digits he has just heard."""
    ask = say("To take it, press %(first)s, then %(second)s.", first=code[0], second=code[1])
    return (say("This is your answering service. An urgent message is waiting for you."), ask, ask)


def number_code(code: str, public_url: str) -> Sentence:
    """Return the SMS that proves a number: the code and our own address, whom it is for is not said."""
    return say(
        "Your code: %(code)s. Type it on the practice's page to be called here. %(domain)s",
        code=code,
        domain=urlsplit(public_url).hostname or "",
    )


ADDRESS_CODE = say("Your code for telesec")
"""Subject of the mail that proves an address."""


def address_code(code: str, public_url: str) -> Sentence:
    """Return the mail that proves an address: the code and our own address, whom it is for is not said."""
    return say(
        "Your code: %(code)s. Type it on the practice's page to prove this address. %(domain)s",
        code=code,
        domain=urlsplit(public_url).hostname or "",
    )


def number_code_said(code: str) -> tuple[Sentence, ...]:
    """Return what the call that proves a number says, the digits one by one, twice."""
    digits = say("Your code: %(digits)s.", digits=", ".join(code))
    return (say("This is your answering service, to check your number."), digits, digits)


def wrong_keys(code: str) -> tuple[Sentence, ...]:
    """Return what is said after other keys."""
    return (
        say("These are not the right keys."),
        say("To take it, press %(first)s, then %(second)s.", first=code[0], second=code[1]),
    )


def outcome_menu() -> tuple[Sentence, ...]:
    """Return the question after the code: what will you do?"""
    return (
        say("Noted: you take this message."),
        say("Press 1: patient called. 2: I will call. 3: pass on. 4: sent to the 15."),
    )


def outcome_noted(outcome: Outcome) -> Sentence:
    """Return the read-back of an outcome."""
    match outcome:
        case Outcome.PATIENT_CALLED:
            return say("Noted: patient called. Thank you.")
        case Outcome.WILL_CALL:
            return say("Noted: you will call. You are asked again in 30 minutes.")
        case Outcome.PASS_ON:
            return say("Noted: passed on. The next person is called now.")
        case Outcome.SENT_TO_15:
            return say("Noted: sent to the 15. Thank you.")


def text_taken(code: str) -> Sentence:
    """Return the reply to ``1 47``: what to answer next, by letter and code."""
    return say(
        "Noted, you take it. Then reply A %(code)s called, R %(code)s I will call, P %(code)s pass on, "
        "S %(code)s sent to the 15.",
        code=code,
    )


TAKEN = say("This message has already been taken. Thank you.")
CLOSED = say("This message is closed. Thank you.")
NOT_UNDERSTOOD = say("Not understood. Reply 1, then the two digits of the message.")
WRONG_CODE = say("This code is not right. Reply 1, then the two digits of the message.")
NO_MORE_TRIES = say("Too many wrong codes. Log in to take the message.")
MENU_AGAIN = say("Press 1: patient called. 2: I will call. 3: pass on. 4: sent to the 15.")
