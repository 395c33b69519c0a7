"""``python -m telesec.testing.carrier --port 8099 --state-dir var/carrier``: the carrier as a process.

Writes ``carrier.json`` (mode 0600) into the state folder: ``{url, account_sid, auth_token, from_number,
lines}``. The credentials are made at the first start and kept. SIGTERM and Ctrl-C stop it.
"""

import json
import os
import secrets
import signal
from pathlib import Path
from types import FrameType

import click

from telesec.testing.carrier.server import LINE, CarrierServer


def _credentials(file: Path) -> tuple[str, str]:
    if file.exists():
        known = json.loads(file.read_text())
        return known["account_sid"], known["auth_token"]
    return "AC" + secrets.token_hex(16), secrets.token_urlsafe(24)


def _write(file: Path, content: dict[str, object]) -> None:
    fresh = file.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(content, out)
    fresh.replace(file)


@click.command()
@click.option("--port", type=int, default=0, help="0 takes a free one.")
@click.option("--state-dir", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--line", "lines", multiple=True, default=(LINE,), help="A number the account owns.")
@click.option("--sms-url", default="", help="Where SMS that come in are announced.")
@click.option("--voice-url", default="", help="Where calls that come in are announced.")
@click.option("--voice-status-url", default="", help="Where their ends are announced.")
def main(
    port: int, state_dir: Path, lines: tuple[str, ...], sms_url: str, voice_url: str, voice_status_url: str
) -> None:
    """Run a simulated carrier with phones that ring, on this machine only."""
    state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = state_dir / "carrier.json"
    account_sid, auth_token = _credentials(file)
    server = CarrierServer(
        port=port, state_dir=state_dir, account_sid=account_sid, auth_token=auth_token, lines=lines
    )
    server.listen_at(sms_url=sms_url, voice_url=voice_url, voice_status_url=voice_status_url)
    content = {"url": server.url, "account_sid": account_sid, "auth_token": auth_token}
    _write(file, content | {"from_number": server.from_number, "lines": list(lines)})
    click.echo(f"Simulated phones: {server.url}")

    def stop(_signum: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        server.serve()
    except KeyboardInterrupt:
        server.network.close()


if __name__ == "__main__":
    main()
