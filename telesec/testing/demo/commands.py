"""``telesec demo`` and ``telesec demo-code``."""

import json
from pathlib import Path

import click

from telesec.accounts import totp
from telesec.foundation.clock import SystemClock
from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.testing.demo.run import run_demo


@click.command()
@click.option("--data", "data_dir", type=click.Path(path_type=Path), default=Path("var"), show_default=True)
@click.option("--port", default=8000, show_default=True, help="The web's; the three after it are used too.")
def demo(data_dir: Path, port: int) -> None:
    """Two practices with real calendars, people, simulated phones, web and worker."""
    run_demo(data_dir.resolve(), port)


@click.command("demo-code")
@click.argument("email")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), default=Path("var"), show_default=True)
def demo_code(email: str, data_dir: Path) -> None:
    """Print the six digits a demo person's phone would show now."""
    path = data_dir / "demo.json"
    if not path.exists():
        raise Misconfigured(say("There is no demo here. Type: make demo"))
    people = json.loads(path.read_text())["users"]
    secret = next((person["totp_secret"] for person in people if person["email"] == email), None)
    if secret is None:
        raise Misconfigured(say("Nobody of the demo has this e-mail."))
    click.echo(totp.code_at(totp.from_base32(secret), SystemClock().now()))
