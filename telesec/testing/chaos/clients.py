"""Those who use telesec meanwhile: a program with a token, a person with a browser. Plain HTTP."""

import ssl
import threading
from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any
from uuid import uuid4

import httpx

from telesec.accounts import totp
from telesec.foundation.clock import SystemClock
from telesec.testing.demo.running import RunningDemo

WAIT_SECONDS = 10
AGAIN_SECONDS = 0.3
OK, SEE_OTHER = 200, 303
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Of no use on loopback; a client that reads the machine's certificates for itself takes long to make."""
BUSY = {429, 500, 502, 503, 504}


class Program:
    """A program that repeats what got no answer, under the same ``Idempotency-Key``, as the API tells it to.

    Args:
        demo: Whose web.
        who: Whose token, by the first part of the e-mail.
        over: Set when nothing is repeated any more.
    """

    def __init__(self, demo: RunningDemo, who: str, over: threading.Event) -> None:
        token = demo.person(who)["api_token"]
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{demo.port}/api/v1",
            headers={"Authorization": f"Bearer {token}"}, timeout=WAIT_SECONDS, verify=PLAIN,
        )  # fmt: skip
        self._over = over

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def post(self, path: str, body: Mapping[str, Any]) -> httpx.Response | None:
        """Return the first answer that says yes or no; None when there was none before the end."""
        answer = self._until_told("POST", path, json=body, headers={"Idempotency-Key": str(uuid4())})
        if answer is not None and _code(answer) == "answer_lost":
            room, _, rest = path.strip("/").partition("/")
            return self.get(f"/{room}/{rest.partition('/')[0] or answer.json()['id']}")
        return answer

    def get(self, path: str, **asked: Any) -> httpx.Response | None:
        """Return what is there; None when there was no answer before the end."""
        return self._until_told("GET", path, params=asked)

    def _until_told(self, method: str, path: str, **sent: Any) -> httpx.Response | None:
        while True:
            try:
                answer = self._client.request(method, path, **sent)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code not in BUSY and _code(answer) != "in_progress":
                return answer
            if self._over.wait(AGAIN_SECONDS):
                return None


def _code(answer: httpx.Response) -> str:
    return str(answer.json().get("code", "")) if answer.status_code == httpx.codes.CONFLICT else ""


def _codes(secret: bytes) -> tuple[str, str]:
    """The code shown now and the next: one opens once, so a second login within 30 s needs another."""
    now = SystemClock().now().astimezone(UTC)
    return totp.code_at(secret, now), totp.code_at(secret, now + timedelta(seconds=totp.STEP_SECONDS))


class Desk:
    """A person with a browser, logged in with both factors; several tabs share it.

    Args:
        demo: Whose web.
        who: The first part of the e-mail.
    """

    def __init__(self, demo: RunningDemo, who: str) -> None:
        self._client = httpx.Client(
            base_url=demo.url, headers={"Sec-Fetch-Site": "same-origin", "Accept-Language": "fr"},
            timeout=WAIT_SECONDS, verify=PLAIN,
        )  # fmt: skip
        person = demo.person(who)
        form = {"email": person["email"], "password": person["password"]}
        for code in _codes(totp.from_base32(person["totp_secret"])):
            answer = self._client.post("/login", data={**form, "code": code})
            if answer.status_code == SEE_OTHER:
                return
        raise AssertionError(answer.text)

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def get(self, path: str) -> httpx.Response | None:
        """Open a page; None when nobody answered."""
        try:
            return self._client.get(path)
        except httpx.TransportError:
            return None

    def post(self, path: str, form: Mapping[str, Any], *, token: str) -> httpx.Response | None:
        """Send a form once; None when nobody answered, and then nobody knows."""
        try:
            return self._client.post(path, data={**form, "csrf_token": token})
        except httpx.TransportError:
            return None
