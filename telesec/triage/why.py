"""Why a triage came out as it did, in words: which answer, fact or rule carries the level.

The engine names what carries a level by ids; here each becomes a question with its answer, or one sentence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from telesec.foundation.language import Sentence, say
from telesec.triage.protocol import Given, Modifier, Question, Text

RULES: Mapping[str, Sentence] = {
    "default": say("This complaint is at this level when nothing more urgent is found."),
    "floor": say("This complaint is never less urgent than that."),
    "words": say("The caller’s own words name something urgent."),
    "unknown_answers": say("Three answers or more are not known."),
    "refused_answer": say("An answer was refused."),
    "not_in_library": say("It touches a complaint without a protocol of its own."),
    "not_usable": say("No protocol in use fits: at least today."),
    "raised_by_person": say("Raised by the secretary."),
    "protocol_changed": say("The protocol changed during the call: what was not asked counts as unknown."),
}
NO_AGE = say("The age is not known: the more careful level counts.")
RAISED = say("Raised by the secretary: %(reason)s")


@dataclass(frozen=True)
class Why:
    """One reason: a question with its answer, a fact about the person, or a rule.

    ``given`` is None for what was known without asking.
    """

    text: Text | None = None
    given: Given | None = None
    rule: Sentence | None = None


def reasons(
    because: Iterable[str],
    questions: Mapping[str, Question],
    modifiers: Iterable[Modifier],
    answers: Mapping[str, Given],
    raised: Sequence[str] = (),
    *,
    age_known: bool = True,
) -> tuple[Why, ...]:
    """Return what some ids of a disposition mean, rules last.

    Args:
        because: Ids that carry the level.
        questions: Every spoken question by the id its answer is stored under.
        modifiers: The facts that raise.
        answers: Those in force.
        raised: What the secretary wrote when raising the level, newest last.
        age_known: Without an age what an age would raise counts; that is said once, by itself.
    """
    facts = {f"modifier.{modifier.id}": modifier for modifier in modifiers}
    found: list[Why] = []
    for ref in because:
        if not age_known and ref in facts and facts[ref].unknown_age:
            found.append(Why(rule=NO_AGE))
        else:
            found.append(_why(ref, questions, facts, answers, raised))
    once = [why for at, why in enumerate(found) if why not in found[:at]]
    return tuple(sorted(once, key=lambda why: why.rule is not None))


def _why(
    ref: str,
    questions: Mapping[str, Question],
    facts: Mapping[str, Modifier],
    answers: Mapping[str, Given],
    raised: Sequence[str],
) -> Why:
    if ref in questions:
        return Why(questions[ref].text, answers.get(ref))
    if ref in facts:
        return Why(facts[ref].text)
    if ref == "raised_by_person" and raised:
        return Why(rule=say(RAISED.msgid, reason=raised[-1]))
    return Why(rule=RULES[ref.partition(".")[0]])
