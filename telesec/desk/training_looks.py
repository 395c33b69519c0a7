"""Words of simulated callers: who they are, and the ways they say yes, no and "I do not know"."""

from telesec.desk.looks import LEVELS
from telesec.desk.phone_looks import ANSWERS
from telesec.foundation.language import Sentence, say
from telesec.triage.patient import PatientFacts, Sex
from telesec.triage.protocol import Given

__all__ = ["ANSWERS", "LEVELS", "REPLIES", "person"]

REPLIES = {
    Given.YES: (say("Yes."), say("Oh yes, since this morning."), say("A little, yes.")),
    Given.NO: (say("No."), say("No, not at all."), say("No, nothing like that.")),
    Given.UNKNOWN: (say("I do not know."), say("Maybe, I am not sure."), say("I could not tell you.")),
    Given.REFUSED: (say("I would rather not say."), say("Why do you ask me that?"), say("That is private.")),
}
"""Three ways of each, ``training.WAYS``; "a little" is a yes, "maybe" is not known."""

SEXES = {Sex.FEMALE: say("a woman or girl"), Sex.MALE: say("a man or boy")}
FACTS = {
    "pregnant": say("pregnant or gave birth lately"),
    "frail": say("frail"),
    "immunosuppressed_or_asplenia": say("weak defences"),
    "anticoagulant": say("takes a blood thinner"),
    "repeat_72h": say("called already within 72 hours"),
    "vulnerable": say("a minor alone, hard to understand, or drunk"),
}
YEARS = 36


def person(patient: PatientFacts) -> tuple[Sentence, ...]:
    """Return who the call is about, as the desk would know it."""
    told: list[Sentence] = []
    months = patient.age_months
    if months is not None:
        years = months >= YEARS
        told.append(
            say("%(count)s years", count=months // 12) if years else say("%(count)s months", count=months)
        )
    if patient.sex is not None:
        told.append(SEXES[patient.sex])
    told += [word for name, word in FACTS.items() if getattr(patient, name)]
    return tuple(told)
