"""The carrier as a process: says where it is, keeps its credentials, stops when told."""

import json
import signal
import stat
import subprocess
import sys
from pathlib import Path

import requests

from telesec.testing.carrier.server import LINE


def start(folder: Path) -> tuple[subprocess.Popen[str], dict]:
    process = subprocess.Popen(
        [sys.executable, "-m", "telesec.testing.carrier", "--state-dir", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Simulated phones: http://127.0.0.1:")
    return process, json.loads((folder / "carrier.json").read_text())


def stop(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    return process.returncode


def test_process_serves_keeps_its_credentials_and_stops(tmp_path):
    process, first = start(tmp_path)
    alive = requests.get(f"{first['url']}/healthz", timeout=10).json()
    ended = stop(process)
    process, second = start(tmp_path)
    stop(process)

    assert alive == {"status": "ok"}
    assert ended == 0
    assert first["from_number"] == LINE
    assert (first["account_sid"], first["auth_token"]) == (second["account_sid"], second["auth_token"])
    assert stat.S_IMODE((tmp_path / "carrier.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "network.json").stat().st_mode) == 0o600
