"""Logs carry ids only."""

import json
import subprocess
import sys

from telesec.foundation.logging import keep_allowed


def test_a_field_off_the_list_is_dropped_and_named():
    event = keep_allowed(None, "info", {"event": "call.opened", "patient_name": "VERDIER", "call_id": "1"})

    assert event == {"event": "call.opened", "call_id": "1", "dropped": ["patient_name"]}


TALK = """
import logging, structlog
from telesec.foundation.logging import configure
configure("json")
logging.getLogger("psycopg.pool").warning("connection to Zoé lost")
logging.getLogger("urllib3.connectionpool").error("GET /Zoé")
structlog.get_logger("x").info("call.open", call_id="1", phone="+33639980010")
try:
    raise ValueError("Zoé")
except ValueError:
    structlog.get_logger("x").exception("sweep.failed", error="ValueError")
"""


def test_production_writes_one_object_a_line_and_libraries_say_nothing():
    answer = subprocess.run([sys.executable, "-c", TALK], capture_output=True, text=True, check=True)

    lines = [json.loads(line) for line in answer.stderr.splitlines()]

    assert [(line["event"], line["dropped"]) for line in lines] == [
        ("call.open", ["phone"]),
        ("sweep.failed", ["exc_info"]),
    ]
    assert "Zoé" not in answer.stderr
