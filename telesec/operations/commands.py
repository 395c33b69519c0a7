"""``telesec doctor``: what an operator types."""

import json
import ssl
import sys

import click

from telesec.foundation import logging
from telesec.foundation.clock import SystemClock
from telesec.operations import findings
from telesec.operations.doctor import examine
from telesec.operations.findings import Status
from telesec.web.language import LANGUAGES, translations


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON list: name, status, seen, todo.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
def doctor(as_json: bool, language: str) -> None:
    """Examine this installation; works on a broken one too.

    Each line is ok, warn or fail, with what to do about it. The exit code is 1 where a line is fail.
    Nothing is changed and nothing is sent.
    """
    logging.configure("text")
    found = examine(clock=SystemClock(), tls=ssl.create_default_context())
    rows = findings.as_rows(found, translations(language).gettext)
    click.echo(json.dumps(rows, ensure_ascii=False, indent=1) if as_json else findings.as_text(rows))
    if findings.worst(found) is Status.FAIL:
        sys.exit(1)
