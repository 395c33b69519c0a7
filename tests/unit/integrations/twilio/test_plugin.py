"""Twilio registers through the hooks, or not at all."""

import pluggy
import pytest
from pydantic import SecretStr

from telesec.alerts.ports import ChannelKind, WebhookRequest
from telesec.foundation.errors import Misconfigured, Unavailable
from telesec.hooks import PROJECT, TelesecSpec
from telesec.integrations.twilio import plugin
from telesec.integrations.twilio.gateway import Account, _GuardedHttpClient
from telesec.settings import Settings

SID = "AC" + "0" * 32


def settings(**changed) -> Settings:
    values = {
        "twilio_account_sid": SID,
        "twilio_auth_token": SecretStr("token"),
        "twilio_from_number": "+33199000001",
    }
    return Settings(**values | changed)


@pytest.fixture
def manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(TelesecSpec)
    manager.register(plugin)
    manager.check_pending()
    return manager


def test_channels_are_sms_and_voice(manager):
    (channels,) = manager.hook.telesec_channels(settings=settings())

    assert [(channel.kind, channel.name) for channel in channels] == [
        (ChannelKind.SMS, "twilio"),
        (ChannelKind.VOICE, "twilio"),
    ]


def test_carrier_is_named_and_refuses_an_unsigned_request(manager):
    ((carrier,),) = manager.hook.telesec_carriers(settings=settings())

    assert carrier.name == "twilio"
    assert not carrier.verify(WebhookRequest("https://desk.example/hooks/twilio/sms", (), {}))


def test_nothing_is_registered_without_an_account(manager):
    without = settings(twilio_account_sid="")

    assert manager.hook.telesec_channels(settings=without) == [()]
    assert manager.hook.telesec_carriers(settings=without) == [()]


@pytest.mark.parametrize("missing", [{"twilio_auth_token": SecretStr("")}, {"twilio_from_number": ""}])
def test_half_an_account_is_refused_at_start(manager, missing):
    with pytest.raises(Misconfigured):
        manager.hook.telesec_channels(settings=settings(**missing))


@pytest.mark.parametrize(
    "uri",
    [
        "http://api.twilio.com/x",
        "https://api.twilio.com.attacker.example/x",
        "https://studio.twilio.com/x",
        "https://a@api.twilio.com/x",
        "/x",
    ],
)
def test_only_the_known_host_is_swapped(uri):
    account = Account(sid=SID, auth_token="t", base_url="http://127.0.0.1:1", from_number="+1", session=list)

    with pytest.raises(Unavailable):
        _GuardedHttpClient(account).swapped(uri)


def test_swap_keeps_path_and_query():
    account = Account(sid=SID, auth_token="t", base_url="http://127.0.0.1:1", from_number="+1", session=list)

    assert _GuardedHttpClient(account).swapped("https://api.twilio.com/a/b.json?c=%2B1") == (
        "http://127.0.0.1:1/a/b.json?c=%2B1"
    )
    assert "'t'" not in repr(account)
