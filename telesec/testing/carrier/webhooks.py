"""The carrier's requests to telesec: signed forms, posted once, never redirected."""

from collections.abc import Mapping
from dataclasses import dataclass

import requests
from twilio.request_validator import RequestValidator

TIMEOUT_SECONDS = 15.0


@dataclass(frozen=True)
class Answer:
    """What telesec answered; ``status`` 0 when it did not."""

    status: int
    body: str
    content_type: str

    @property
    def ok(self) -> bool:
        """Whether Twilio would take this answer."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Signer:
    """Posts forms with ``X-Twilio-Signature`` (HMAC-SHA1 over the address and the sorted fields)."""

    auth_token: str

    def post(self, url: str, fields: Mapping[str, str]) -> Answer:
        """Post one form; never raises for what the other side does."""
        signature = RequestValidator(self.auth_token).compute_signature(url, dict(fields))
        headers = {"X-Twilio-Signature": signature, "User-Agent": "TwilioProxy/1.1"}
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(
                    url, data=dict(fields), headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
                )
                kind = answer.headers.get("Content-Type", "")
                # XML without a charset is UTF-8 (RFC 7303), whatever HTTP's default for text was.
                answer.encoding = answer.encoding if "charset" in kind else "utf-8"
                return Answer(answer.status_code, answer.text, kind)
        except requests.RequestException as error:
            return Answer(0, type(error).__name__, "")
