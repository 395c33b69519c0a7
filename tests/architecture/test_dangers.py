"""No file does what is dangerous, and each rule can be seen refusing."""

import pytest
from dangers import cuts_a_paste, dangerous_calls, dangerous_modules, marked_up, unescaped, unreviewed_crypto
from rules import ROOT, sources

PYTHON = (dangerous_calls, dangerous_modules, marked_up, unreviewed_crypto)


@pytest.mark.parametrize("rule", PYTHON)
def test_no_file_is_dangerous(rule):
    broken = [
        line
        for path in sources("telesec", "plugins", "migrations")
        for line in rule(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
    ]

    assert broken == []


@pytest.mark.parametrize("rule", [unescaped, cuts_a_paste])
def test_no_template_trusts_or_cuts_what_people_type(rule):
    broken = [
        line
        for folder in ("telesec", "plugins")
        for path in sorted((ROOT / folder).rglob("templates/**/*.html"))
        for line in rule(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
    ]

    assert broken == []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (dangerous_calls, "x = eval(y)"),
        (dangerous_calls, "import os\nos.system(y)"),
        (dangerous_calls, "import subprocess\nsubprocess.run(y, shell=True)"),
        (dangerous_calls, "import yaml\nyaml.load(y)"),
        (dangerous_calls, "import httpx\nhttpx.get(y, verify=False)"),
        (dangerous_calls, "app.run(debug=True)"),
        (dangerous_modules, "import pickle"),
        (dangerous_modules, "from jwt import encode"),
        (marked_up, "from markupsafe import Markup"),
        (unreviewed_crypto, "from cryptography.hazmat.primitives.ciphers import algorithms"),
        (unescaped, "{{ x|safe }}"),
        (unescaped, '<p onclick="x()">'),
        (unescaped, "{% autoescape false %}"),
        (cuts_a_paste, '<input name="x"\n maxlength="200">'),
    ],
)
def test_the_rule_refuses(rule, text):
    assert rule("telesec/x.py", text) != []


def test_a_reason_beside_it_is_accepted():
    assert unescaped("x.html", "{# safe: drawn by us #}{{ picture|safe }}") == []
