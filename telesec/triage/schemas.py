"""What the API says and hears of triage; ``calls`` uses ``StartTriageIn`` and ``view_of`` for its route."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, RootModel

from telesec.triage.engine import Disposition
from telesec.triage.levels import Level
from telesec.triage.patient import PatientFacts, Sex, Voice
from telesec.triage.protocol import Effect, Given, State
from telesec.triage.reads import ProtocolCard, SessionView
from telesec.triage.service import AnswerQuestion, StartTriage
from telesec.web.bodies import Body

_SEXES = {"f": "F", "female": "F", "m": "M", "male": "M", "unknown": None, "other": None, "": None}


def _sex(value: object) -> object:
    return _SEXES.get(value.casefold(), value) if isinstance(value, str) else value


class PatientIn(Body):
    """Who it is about, as far as known; what is left out is unknown and may be asked.

    ``pregnant`` also stands for six weeks after; ``caller_is_patient`` makes questions say "you".
    """

    age_years: int | None = Field(default=None, ge=0, le=120)
    age_months: int | None = Field(default=None, ge=0, le=1452)
    sex: Annotated[Sex | None, BeforeValidator(_sex)] = None
    pregnant: bool | None = None
    territory: str | None = Field(default=None, pattern=r"^[0-9A-Za-z_]{2,20}$")
    frail: bool | None = None
    immunosuppressed_or_asplenia: bool | None = None
    anticoagulant: bool | None = None
    repeat_72h: bool = False
    not_better: bool = True
    vulnerable: bool = False
    caller_is_patient: bool = False

    def facts(self) -> PatientFacts:
        """Return the facts; of two ages the one in months counts, being the finer."""
        years = None if self.age_years is None else self.age_years * 12
        return PatientFacts(
            age_months=self.age_months if self.age_months is not None else years,
            voice=Voice.YOU if self.caller_is_patient else Voice.SHE,
            **self.model_dump(exclude={"age_years", "age_months", "caller_is_patient"}),
        )


class StartTriageIn(Body):
    """A protocol's code, or what the caller says."""

    protocol: str = Field(default="", max_length=80)
    words: str = Field(default="", max_length=1000)
    patient: PatientIn = PatientIn()

    def command(self, practice_id: UUID, call_id: UUID | None) -> StartTriage:
        """Return the use case's command."""
        return StartTriage(practice_id, self.patient.facts(), self.protocol, self.words, call_id)


class SessionPath(BaseModel):
    """The session of an address."""

    id: UUID


class AnswerIn(Body):
    """One answer to the current question."""

    question_id: str = Field(max_length=160)
    answer: Given

    def command(self, session_id: UUID) -> AnswerQuestion:
        """Return the use case's command."""
        return AnswerQuestion(session_id, self.question_id, self.answer)


class QuestionOut(BaseModel):
    """A question to read aloud; ``help`` is for the secretary."""

    id: str
    text: str
    help: str | None = None


class DispositionOut(BaseModel):
    """Where it ends; ``deadline_seconds`` is null where there is no deadline."""

    level: Level
    deadline_seconds: int | None
    say: str
    act: str
    told: str
    safety_net: str
    fallback: str
    because: list[str]

    @classmethod
    def of(cls, disposition: Disposition, language: str) -> Self:
        """Return a disposition in a language."""
        texts = disposition.texts
        return cls(
            level=disposition.level,
            deadline_seconds=disposition.deadline_seconds,
            say=texts.say.spoken(language),
            act=texts.act.spoken(language),
            told=texts.told.spoken(language),
            safety_net=texts.safety_net.spoken(language),
            fallback=texts.fallback.spoken(language),
            because=list(disposition.because),
        )


class CandidateOut(BaseModel):
    """A protocol the words may also mean."""

    code: str
    title: str


class AnswerOut(BaseModel):
    """What follows an answer: exactly one of the two."""

    question: QuestionOut | None
    disposition: DispositionOut | None


class TriageView(AnswerOut):
    """A session as started or read."""

    id: UUID
    protocol: str
    version: str
    state: State
    candidates: list[CandidateOut]


class ProtocolPath(BaseModel):
    """The protocol of an address."""

    code: str


class ProtocolQuestionOut(QuestionOut):
    """A question with what it does and where it comes from."""

    effect: Effect
    level: Level
    source: str
    source_status: str


class ProtocolOut(BaseModel):
    """A protocol: a reference text until a practitioner signed it."""

    code: str
    version: str
    state: State
    title: str
    questions: list[ProtocolQuestionOut]

    @classmethod
    def of(cls, card: ProtocolCard, language: str) -> Self:
        """Return a protocol in a language."""
        return cls(
            code=card.code,
            version=card.version,
            state=card.state,
            title=card.title.spoken(language),
            questions=[
                ProtocolQuestionOut(
                    id=card.protocol.ref(question),
                    text=question.text.spoken(language),
                    help=question.help.spoken(language) if question.help else None,
                    effect=question.effect,
                    level=question.level,
                    source=question.source,
                    source_status=question.source_status,
                )
                for question in card.questions
            ],
        )


class ProtocolsOut(RootModel[list[ProtocolOut]]):
    """Every protocol that is loaded."""


def answer_of(session: SessionView, language: str) -> AnswerOut:
    """Return what follows an answer, in a language."""
    asked, end = session.question, session.disposition
    question = asked and QuestionOut(
        id=asked.id,
        text=asked.text.spoken(language, session.voice),
        help=asked.help.spoken(language) if asked.help else None,
    )
    return AnswerOut(question=question, disposition=end and DispositionOut.of(end, language))


def view_of(session: SessionView, language: str) -> TriageView:
    """Return a session, in a language."""
    said = answer_of(session, language)
    return TriageView(
        id=session.id,
        protocol=session.protocol,
        version=session.version,
        state=session.state,
        question=said.question,
        disposition=said.disposition,
        candidates=[CandidateOut(code=c.code, title=c.title.spoken(language)) for c in session.candidates],
    )
