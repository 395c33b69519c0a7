"""The files of ``deploy/`` are what systemd, nginx, Prometheus and telesec itself understand."""

import getpass
import json
import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client import REGISTRY

from telesec.settings import PREFIX, Settings
from telesec.testing.installation import free_port, wait_for
from telesec.web import health, states
from tests import certificates

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
UNITS = sorted((DEPLOY / "systemd").glob("telesec*.service"))
TIMERS = sorted((DEPLOY / "systemd").glob("telesec*.timer"))
METRIC = re.compile(r"\b(telesec_[a-z0-9_]+)")
EXPOSED = 25
"""What ``systemd-analyze security`` may say at most, in tenths."""


@pytest.fixture
def units(tmp_path):
    """The units with this interpreter's ``telesec`` in place of /opt's."""
    for path in (*UNITS, *TIMERS):
        text = path.read_text(encoding="utf-8").replace(
            "/opt/telesec/.venv/bin", str(Path(sys.executable).parent)
        )
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    return tmp_path


def test_systemd_understands_every_unit(units):
    names = [str(path) for path in sorted(units.glob("telesec*"))]

    answer = subprocess.run(
        ["systemd-analyze", "verify", *names], capture_output=True, text=True, check=False
    )

    ours = [line for line in answer.stderr.splitlines() if "telesec" in line]
    assert len(names) == 7
    assert (answer.returncode, ours) == (0, [])


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_may_touch_little(unit):
    answer = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSED}", str(unit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert answer.returncode == 0, answer.stdout[-200:]


def test_every_command_of_a_unit_is_one(units):
    commands = [
        line.split("/telesec ", 1)[1].split()
        for path in UNITS
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("ExecStart=")
    ]
    for words in commands:
        given = [word for word in words if word.startswith("--")]
        plain = [word for word in words if not word.startswith("--") and not word.isdecimal()]
        told = subprocess.run(
            [sys.executable, "-m", "telesec", *plain, "--help"], capture_output=True, text=True, check=True
        ).stdout
        assert [option for option in given if option not in told] == []
    assert len(commands) == 5


def test_the_example_of_settings_names_settings():
    text = (DEPLOY / "systemd" / "telesec.env.example").read_text(encoding="utf-8")
    names = re.findall(rf"^#?{PREFIX}([A-Z_]+)=", text, re.MULTILINE)
    known = Settings.model_fields

    assert len(names) > 10
    assert [n for n in names if n.lower() not in known and n.lower().removesuffix("_file") not in known] == []


def test_the_wrapper_runs_a_command_with_the_service_s_settings(tmp_path):
    settings = tmp_path / "telesec.env"
    settings.write_text(
        "# a comment\nTELESEC_PUBLIC_URL=https://desk.example\nTELESEC_NONSENSE=1\n", encoding="utf-8"
    )
    wrapper = tmp_path / "telesec"
    text = (DEPLOY / "telesec").read_text(encoding="utf-8")
    for was, now in (
        ("/etc/telesec/telesec.env", str(settings)),
        ("/opt/telesec/.venv/bin", str(Path(sys.executable).parent)),
        ("runuser -u telesec", f"runuser -u {getpass.getuser()}"),
    ):
        assert was in text
        text = text.replace(was, now)
    wrapper.write_text(text, encoding="utf-8")

    answer = subprocess.run(["sh", str(wrapper), "doctor"], capture_output=True, text=True, check=False)

    assert answer.returncode == 1
    assert "not valid: TELESEC_NONSENSE" in answer.stdout


def known_metrics():
    assert health.REQUESTS
    assert states.ALERTS
    names = set()
    for family in REGISTRY.collect():
        names |= {family.name, *(f"{family.name}{end}" for end in ("_total", "_bucket", "_count", "_sum"))}
    return names


def test_every_metric_of_dashboard_and_rules_is_one_telesec_has():
    board = json.loads((DEPLOY / "grafana" / "telesec.json").read_text(encoding="utf-8"))
    rules = yaml.safe_load((DEPLOY / "prometheus" / "telesec.rules.yml").read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    asked += [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    named = {name for expression in asked for name in METRIC.findall(expression)}

    assert len(named) > 8
    assert named - known_metrics() == set()


def test_every_gauge_of_telesec_is_watched():
    watched = (DEPLOY / "prometheus" / "telesec.rules.yml").read_text(encoding="utf-8")
    watched += (DEPLOY / "grafana" / "telesec.json").read_text(encoding="utf-8")
    ours = {family.name for family in REGISTRY.collect() if family.name.startswith("telesec_")}

    assert {name for name in ours if name not in watched} == set()


def test_every_rule_says_what_to_do_and_who_is_woken():
    rules = yaml.safe_load((DEPLOY / "prometheus" / "telesec.rules.yml").read_text(encoding="utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            assert {"summary", "todo"} <= set(rule["annotations"])
            assert rule["labels"]["severity"] in {"page", "ticket"}


class Upstream(BaseHTTPRequestHandler):
    """Stands for the web process: tells the headers it got, or streams one event and waits."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/desk/live":
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"9\r\ndata: 1\n\n\r\n")
            self.wfile.flush()
            self.server.released.wait(120)
            self.wfile.write(b"0\r\n\r\n")
            return
        body = json.dumps(dict(self.headers)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture
def upstream():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    server.released = threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def proxy(upstream, tmp_path):
    """A real nginx with the example, on free ports and with a certificate of its own."""
    certificate = certificates.make(tmp_path)
    plain, encrypted = free_port(), free_port()
    example = (DEPLOY / "nginx" / "telesec.conf").read_text(encoding="utf-8")
    for was, now in (
        ("127.0.0.1:8000", f"127.0.0.1:{upstream.server_port}"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{encrypted} ssl"),
        ("/etc/letsencrypt/live/desk.example/fullchain.pem", str(certificate.file)),
        ("/etc/letsencrypt/live/desk.example/privkey.pem", str(certificate.file)),
        ("/var/log/nginx/telesec.log", str(tmp_path / "access.log")),
    ):
        assert was in example
        example = example.replace(was, now)
    scratch = "\n".join(
        f"{kind}_temp_path {tmp_path / kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = tmp_path / "nginx.conf"
    whole.write_text(
        f"daemon off; master_process off; pid {tmp_path / 'pid'}; error_log {tmp_path / 'error.log'};\n"
        f"events {{}}\nhttp {{ {scratch}\n{example} }}\n",
        encoding="utf-8",
    )
    words = [str(NGINX), "-p", str(tmp_path), "-c", str(whole)]
    checked = subprocess.run([*words, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    with httpx.Client(
        base_url=f"https://127.0.0.1:{encrypted}", verify=certificate.client, timeout=60
    ) as client:
        assert wait_for(lambda: (tmp_path / "pid").exists() and answers(client))
        yield client, plain, tmp_path
    process.terminate()
    process.wait(20)


def answers(client):
    try:
        return client.get("/").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def test_the_proxy_says_who_asks_and_believes_no_client(proxy):
    client, plain, folder = proxy
    forged = {
        "X-Forwarded-For": "203.0.113.9",
        "Forwarded": "for=203.0.113.9",
        "X-Forwarded-Host": "evil.example",
    }

    told = {
        name.lower(): value for name, value in client.get("/enrol/one-time", headers=forged).json().items()
    }
    elsewhere = httpx.get(f"http://127.0.0.1:{plain}/desk")

    assert (told["x-forwarded-for"], told["x-forwarded-proto"]) == ("127.0.0.1", "https")
    assert "203.0.113.9" not in str(told)
    assert "evil.example" not in str(told)
    assert elsewhere.status_code == httpx.codes.PERMANENT_REDIRECT
    assert elsewhere.headers["location"].startswith("https://")
    assert "one-time" not in (folder / "access.log").read_text(encoding="utf-8")


def test_a_live_stream_passes_while_it_is_still_open(proxy, upstream):
    client, _, _ = proxy

    with client.stream("GET", "/desk/live") as stream:
        first = next(stream.iter_text())
        still_open = not upstream.released.is_set()
        upstream.released.set()

    assert first == "data: 1\n\n"
    assert still_open
