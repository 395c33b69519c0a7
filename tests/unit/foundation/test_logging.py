"""Logs carry ids only."""

from telesec.foundation.logging import keep_allowed


def test_a_field_off_the_list_is_dropped_and_named():
    event = keep_allowed(None, "info", {"event": "call.opened", "patient_name": "VERDIER", "call_id": "1"})

    assert event == {"event": "call.opened", "call_id": "1", "dropped": ["patient_name"]}
