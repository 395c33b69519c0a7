"""Where a carrier calls us: SMS in, calls picked up, keys pressed, what became of an attempt.

Nothing is believed but the provider's signature over the configured public URL; the Host header never counts.
Every door may be called twice, late or out of order.

| door | tells |
|---|---|
| ``/hooks/<carrier>/sms`` | an SMS came in |
| ``/hooks/<carrier>/deliveries/<id>/voice`` | a call of ours was picked up |
| ``/hooks/<carrier>/deliveries/<id>/digits`` | keys were pressed in it |
| ``/hooks/<carrier>/deliveries/<id>/status`` | what became of an attempt |
"""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from flask import Blueprint, Response, request

from telesec.alerts import answers, attempts, contacts, number_codes
from telesec.alerts.answers import Spoken
from telesec.alerts.parts import AlertsDeps
from telesec.alerts.ports import (
    Carrier,
    DeliveryReport,
    DigitsPressed,
    ProviderEvent,
    TextReceived,
    VoiceAnswered,
    WebhookRequest,
)
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import Forbidden, NotFound, Refused
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.web.access import public
from telesec.web.language import render

T = TypeVar("T")
XML = "text/xml; charset=utf-8"


def blueprint(deps: AlertsDeps) -> Blueprint:
    """Return the doors of every carrier this installation has."""
    doors = Blueprint("alerts_doors", __name__, url_prefix="/hooks")

    @doors.post("/<carrier>/sms")
    @public("believed for the provider's signature alone")
    def sms(carrier: str) -> Response:
        partner, event = _heard(deps, carrier)
        return Response(_text(deps, partner, event), content_type=XML)

    @doors.post("/<carrier>/deliveries/<uuid:delivery_id>/voice")
    @public("believed for the provider's signature alone")
    def voice(carrier: str, delivery_id: UUID) -> Response:
        partner, event = _heard(deps, carrier)
        return Response(_picked_up(deps, partner, _meant(event, delivery_id)), content_type=XML)

    @doors.post("/<carrier>/deliveries/<uuid:delivery_id>/digits")
    @public("believed for the provider's signature alone")
    def digits(carrier: str, delivery_id: UUID) -> Response:
        partner, event = _heard(deps, carrier)
        return Response(_voice(deps, partner, _meant(event, delivery_id)), content_type=XML)

    @doors.post("/<carrier>/deliveries/<uuid:delivery_id>/status")
    @public("believed for the provider's signature alone")
    def status(carrier: str, delivery_id: UUID) -> Response:
        _, event = _heard(deps, carrier)
        told = _meant(event, delivery_id)
        if isinstance(told, DeliveryReport):
            _reported(deps, told)
        return Response(status=204)

    return doors


def _heard(deps: AlertsDeps, carrier: str) -> tuple[Carrier, ProviderEvent]:
    """Return the carrier and what it tells, once its signature is right.

    Raises:
        NotFound: No such carrier here.
        Forbidden: The signature is missing or wrong.
        Refused: The request is not one of the carrier's (422).
    """
    partner = deps.carriers.get(carrier)
    if partner is None:
        raise NotFound
    heard = WebhookRequest(
        url=deps.settings.public_url + request.full_path.rstrip("?"),
        form=tuple(request.form.items(multi=True)),
        headers=dict(request.headers),
    )
    if not partner.verify(heard):
        raise Forbidden(say("The signature of this request is not right."), code="bad_signature")
    return partner, partner.parse(heard)


def _meant(event: ProviderEvent, delivery_id: UUID) -> ProviderEvent:
    if isinstance(event, TextReceived) or event.delivery_id != delivery_id:
        raise Refused("bad_webhook", say("This request does not belong to this address."), status=422)
    return event


def _text(deps: AlertsDeps, partner: Carrier, event: ProviderEvent) -> str:
    if not isinstance(event, TextReceived):
        raise Refused("bad_webhook", say("This request does not belong to this address."), status=422)
    with deps.unit_of_work(system_actor(Purpose.RECEIVE_ANSWERS)) as uow:
        found = contacts.find_by_number(uow, event.from_number)
    practices = {practice_id for practice_id, _ in found}
    with deps.unit_of_work(system_actor(Purpose.RECEIVE_ANSWERS, *practices)) as uow:
        sentence = answers.text_in(uow, found, event.body)
        language = contacts.language_of(uow, found[0][0]) if found else ""
        uow.commit()
    return partner.text_back(render(sentence, language) if sentence else "")


def _reported(deps: AlertsDeps, told: DeliveryReport) -> None:
    """Note what became of an attempt; of a code to a number nothing is kept, its owner types it or not."""
    try:
        _with_practice(
            deps, told.delivery_id, lambda uow, practice_id: attempts.report(uow, practice_id, told)
        )
    except NotFound:
        _practice_of_number(deps, told.delivery_id)


def _picked_up(deps: AlertsDeps, partner: Carrier, event: ProviderEvent) -> str:
    """Return what a call of ours says: an alert's, else the code of a number that is to be proven."""
    try:
        return _voice(deps, partner, event)
    except NotFound:
        contact_id = _delivery_of(event)
        practice_id = _practice_of_number(deps, contact_id)
    with deps.unit_of_work(system_actor(Purpose.RECEIVE_ANSWERS, practice_id)) as uow:
        language = contacts.language_of(uow, practice_id)
        sentences = number_codes.spoken(uow, practice_id, contact_id)
    said = tuple(render(sentence, language) for sentence in sentences)
    return partner.speak(said, language=language, gather_url=None)


def _practice_of_number(deps: AlertsDeps, contact_id: UUID) -> UUID:
    with deps.unit_of_work(system_actor(Purpose.RECEIVE_ANSWERS)) as uow:
        practice_id = number_codes.find(uow, contact_id)
    if practice_id is None:
        raise NotFound
    return practice_id


def _voice(deps: AlertsDeps, partner: Carrier, event: ProviderEvent) -> str:
    def answer(uow: UnitOfWork, practice_id: UUID) -> tuple[Spoken, str]:
        language = contacts.language_of(uow, practice_id)
        match event:
            case VoiceAnswered():
                return answers.pick_up(uow, practice_id, event.delivery_id), language
            case DigitsPressed():
                return answers.press(uow, practice_id, event.delivery_id, event.digits), language
            case _:
                raise Refused("bad_webhook", say("This request does not belong to this address."), status=422)

    spoken, language = _with_practice(deps, _delivery_of(event), answer)
    here = f"{deps.settings.public_url}/hooks/{partner.name}/deliveries/{_delivery_of(event)}/digits"
    return partner.speak(
        tuple(render(sentence, language) for sentence in spoken.sentences),
        language=language,
        gather_url=here if spoken.digits else None,
        digits=spoken.digits or 1,
    )


def _delivery_of(event: ProviderEvent) -> UUID:
    if isinstance(event, TextReceived):
        raise Refused("bad_webhook", say("This request does not belong to this address."), status=422)
    return event.delivery_id


def _with_practice(deps: AlertsDeps, delivery_id: UUID, act: Callable[[UnitOfWork, UUID], T]) -> T:
    """Act on an attempt in its own practice's context, and commit.

    Raises:
        NotFound: No such attempt of ours.
    """
    with deps.unit_of_work(system_actor(Purpose.RECEIVE_ANSWERS)) as uow:
        practice_id = answers.find_delivery(uow, delivery_id)
    if practice_id is None:
        raise NotFound
    with deps.unit_of_work(system_actor(Purpose.RECEIVE_ANSWERS, practice_id)) as uow:
        result = act(uow, practice_id)
        uow.commit()
    return result
