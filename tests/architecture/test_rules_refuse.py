"""Each rule of the house, seen refusing what it is there to refuse."""

import rules


def test_a_long_file_is_refused():
    assert rules.too_long("telesec/x.py", "\n" * 401)


def test_a_drawer_is_refused():
    assert rules.badly_named("telesec/calls/utils.py")


def test_a_rule_that_reads_the_database_is_refused():
    assert rules.impure("telesec/calls/rules.py", "from sqlalchemy import select")


def test_a_rule_that_imports_a_service_is_refused():
    assert rules.impure("telesec/calls/rules.py", "from telesec.calls import service")


def test_an_import_inside_a_function_is_refused():
    assert rules.hidden_imports("telesec/x.py", "def f():\n    import os\n")


def test_an_integration_loads_late_nothing_but_its_own():
    mine = "def f():\n    from telesec.integrations.sms.gateway import Gateway\n"
    assert not rules.hidden_imports("telesec/integrations/sms/plugin.py", mine)
    assert rules.hidden_imports("telesec/integrations/other/plugin.py", mine)
    assert rules.hidden_imports("telesec/integrations/sms/plugin.py", "def f():\n    import os\n")


def test_an_integration_that_calls_a_service_is_refused():
    assert rules.too_curious("telesec/integrations/sms/gateway.py", "from telesec.alerts import service")


def test_an_integration_may_import_its_ports():
    assert not rules.too_curious(
        "telesec/integrations/sms/gateway.py", "from telesec.alerts.ports import Notice"
    )


def test_a_room_that_names_an_integration_is_refused():
    assert rules.names_integrations(
        "telesec/alerts/flow.py", "from telesec.integrations.twilio import gateway"
    )


def test_a_route_that_queries_is_refused():
    assert rules.fat_edge("telesec/calls/routes.py", "def f(uow):\n    uow.session.execute(1)\n")


def test_a_service_without_authorize_is_refused():
    assert rules.unauthorized("telesec/calls/service.py", "def close(uow, call_id):\n    return 1\n")


def test_a_service_that_authorizes_is_accepted():
    source = "def close(uow, call_id):\n    authorize(uow, P.X, on=Facts(None))\n"
    assert not rules.unauthorized("telesec/calls/service.py", source)
