"""TwiML is read strictly: what telesec must never send is an error here."""

import pytest

from telesec.integrations.twilio import wire
from telesec.testing.carrier.records import segments
from telesec.testing.carrier.twiml import BadTwiml, parse

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def test_parse_reads_gather_with_what_it_says():
    verbs = parse(
        '<Response><Gather numDigits="2" action="/d"><Say language="fr-FR">Bonjour</Say></Gather></Response>'
    )

    assert verbs[0].name == "Gather"
    assert verbs[0].seconds("numDigits", 0) == 2
    assert verbs[0].children[0].text == "Bonjour"


@pytest.mark.parametrize(
    "document",
    [
        "",
        "plain",
        "<Response>",
        "<response/>",
        "<Response>words</Response>",
        "<Response><Play>https://x.example/a.mp3</Play></Response>",
        "<Response><Dial>+33199000009</Dial></Response>",
        "<Response><Say>a</Say>b</Response>",
        "<Response><Say/></Response>",
        '<Response><Say colour="red">a</Say></Response>',
        "<Response><Say>a<Say>b</Say></Say></Response>",
        "<Response><Gather><Record/></Gather></Response>",
        "<Response><Hangup>now</Hangup></Response>",
        "<Response><Redirect/></Response>",
        "<Response><Message>a</Message></Response>",
        "<Response><!-- a --></Response>",
        '<!DOCTYPE r [<!ENTITY a "b">]><Response><Say>&a;</Say></Response>',
        f"<Response><Say>{'a' * 64_000}</Say></Response>",
    ],
)
def test_parse_refuses_what_is_not_allowed(document):
    with pytest.raises(BadTwiml):
        parse(document)


def test_seconds_refuse_words():
    verbs = parse('<Response><Gather timeout="soon"/></Response>')

    with pytest.raises(BadTwiml):
        verbs[0].seconds("timeout", 5)


@pytest.mark.parametrize("language", ["fr", "en", "xx"])
@pytest.mark.parametrize("gather_url", [None, "https://desk.example/doors/x?a=1&b=2"])
@pytest.mark.parametrize("sentences", [(), ("Un.", "« Deux » & <trois>")])
def test_what_telesec_says_fits_the_allow_list(language, gather_url, sentences):
    document = wire.voice_document(sentences, language=language, gather_url=gather_url)

    assert parse(document) is not None


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("é" * 160, 1),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("’", 1),
    ],
)
def test_segments_count_as_the_standard_says(body, count):
    assert segments(body) == count


def test_the_urgent_sentence_is_one_segment_in_the_seven_bit_alphabet():
    """A typographic apostrophe or « ê » would make it UCS-2, 70 characters a segment; this one has none."""
    sentence = "1 message urgent vous attend. Répondez 1 47. telesecretariat.cabinet-des-lilas.example"

    assert len(sentence) > 70
    assert segments(sentence) == 1
