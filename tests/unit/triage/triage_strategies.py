"""People, answers and whole triages for the property tests."""

from collections.abc import Callable

from hypothesis import strategies as st

from telesec.triage.engine import Disposition, next_step
from telesec.triage.patient import PatientFacts, Sex
from telesec.triage.protocol import Effect, Given, Rulebook
from telesec.triage.reckoning import Case, Item, told

AN_HOUR = 3600

patients = st.builds(
    PatientFacts,
    age_months=st.one_of(st.none(), st.integers(0, 1452)),
    sex=st.sampled_from([None, *Sex]),
    pregnant=st.sampled_from([None, True, False]),
    territory=st.sampled_from([None, "75", "974"]),
    frail=st.sampled_from([None, None, True, False]),
    immunosuppressed_or_asplenia=st.sampled_from([None, None, True, False]),
    anticoagulant=st.sampled_from([None, None, True, False]),
    repeat_72h=st.booleans(),
    not_better=st.booleans(),
    vulnerable=st.sampled_from([False, False, False, True]),
)


def refs_of(book: Rulebook, code: str | None) -> list[str]:
    protocols = [book.screen, *([book.protocols[code]] if code else [])]
    return [protocol.ref(question) for protocol in protocols for question in protocol.questions]


@st.composite
def cases(draw: st.DrawFn, book: Rulebook) -> Case:
    """One complaint answered whole: mostly "no", or nearly every triage would end at its first question."""
    code = draw(st.sampled_from([None, *book.protocols]))
    lowering = draw(st.booleans())
    sheet = {
        protocol.ref(question): Given.YES if lowering and question.effect is Effect.LOWER else Given.NO
        for protocol in (book.screen, *book.protocols.values())
        for question in protocol.questions
    }
    refs = refs_of(book, code)
    complaint = refs[len(book.screen.questions) :] or refs
    odd = draw(st.dictionaries(st.sampled_from(complaint), st.sampled_from(list(Given)), max_size=4))
    vital = draw(st.sampled_from([{}] * 9 + [{ref: Given.UNKNOWN} for ref in refs[:6]]))
    return Case(code, draw(patients), {**sheet, **odd, **vital})


def run(book: Rulebook, case: Case, answer: Callable[[str], Given]) -> tuple[Disposition, list[str]]:
    """Answer until the end; return the disposition and what was asked."""
    asked: list[str] = []
    while True:
        step = next_step(book, case, seconds_left_today=AN_HOUR)
        if step.item is None:
            assert step.disposition is not None
            return step.disposition, asked
        assert step.item.ref not in asked
        asked.append(step.item.ref)
        case = case.answered(told(step.item, _said(step.item, answer)))


def _said(item: Item, answer: Callable[[str], Given]) -> Given:
    """Answer a question, or with the worst of what one sentence says."""
    refs = [f"{item.protocol.code}.{id_}" for id_ in item.question.merges] or [item.ref]
    said = [answer(ref) for ref in refs]
    return next(given for given in (Given.YES, Given.REFUSED, Given.UNKNOWN, Given.NO) if given in said)
