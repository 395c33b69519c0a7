"""What stands outside telesec, asked by plain HTTP: phones, the CalDAV calendar, the FHIR calendar.

Nothing of telesec's own connectors is used, so that they cannot vouch for themselves.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from telesec.testing.demo.running import RunningDemo
from telesec.testing.installation import wait_for

QUERY = (
    '<?xml version="1.0"?><C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
    '<D:prop><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR">'
    '<C:comp-filter name="VEVENT"/></C:comp-filter></C:filter></C:calendar-query>'
)
EVENT = re.compile(r"BEGIN:VEVENT.*?END:VEVENT", re.DOTALL)
START = re.compile(r"^DTSTART(?:;TZID=([^:]+))?:(\d{8}T\d{6})Z?\s*$", re.MULTILINE)
CODE = re.compile(r"tapez (\d), puis (\d)")


class OutsidePhone:
    """One simulated phone, through the carrier's control API.

    Args:
        demo: Whose carrier.
        number: E.164.
    """

    def __init__(self, demo: RunningDemo, number: str) -> None:
        self._carrier, self.number = demo.carrier, number
        self._seen = len(self.events())

    def events(self) -> list[dict[str, Any]]:
        """Return everything it got and did, oldest first."""
        found: list[dict[str, Any]] = httpx.get(f"{self._carrier}/phones/{self.number}/events").json()
        return found

    def fresh(self) -> list[dict[str, Any]]:
        """Return what happened since this object was made."""
        return self.events()[self._seen :]

    def act(self, name: str, **sent: str) -> None:
        """Let its owner do something."""
        answer = httpx.post(f"{self._carrier}/control/phones/{self.number}/{name}", json=sent)
        assert answer.is_success, answer.text

    def ring(self, line: str) -> None:
        """Call a line."""
        self.act("ring", line=line)

    def hang_up(self) -> None:
        """End a call, if there is one."""
        httpx.post(f"{self._carrier}/control/phones/{self.number}/hang-up", json={})

    def rings(self, seconds: float = 20) -> None:
        """Wait until it rings."""
        assert wait_for(lambda: self._call().get("status") == "ringing", seconds), self.fresh()

    def hear_code(self) -> str:
        """Answer, wait until keys are asked for, and return the two digits the voice said."""
        self.act("answer")
        assert wait_for(lambda: self._call().get("waits_for_keys")), self.fresh()
        found = CODE.search(" ".join(self._call()["spoken"]))
        assert found, self.fresh()
        return "".join(found.groups())

    def press(self, keys: str) -> None:
        """Press keys once they are asked for."""
        assert wait_for(lambda: self._call().get("waits_for_keys")), self.fresh()
        self.act("press", keys=keys)

    def text(self) -> str:
        """Wait for an SMS and return its words."""
        texts = wait_for(lambda: [one for one in self.fresh() if one["type"] == "sms"])
        assert texts, self.fresh()
        return str(texts[-1]["text"])

    def _call(self) -> dict[str, Any]:
        calls = [one for one in self.fresh() if one["type"] == "call"]
        return calls[-1] if calls else {}

    def words(self) -> str:
        """Return every word it was told, by voice and by SMS."""
        spoken = [word for one in self.fresh() for word in one.get("spoken", [])]
        return " ".join([*spoken, *(one.get("text", "") for one in self.fresh())])


def caldav_starts(practice: Mapping[str, Any]) -> list[datetime]:
    """Return when the events of every calendar of a practice start, by a CalDAV REPORT (RFC 4791 §7.8)."""
    login = (practice["calendar"]["user"], practice["calendar"]["password"])
    texts = [
        httpx.request(
            "REPORT", one["calendar_url"], content=QUERY, auth=login,
            headers={"Depth": "1", "Content-Type": "application/xml"},
        ).raise_for_status().text
        for one in practice["practitioners"]
    ]  # fmt: skip
    events = "\n".join(event for text in texts for event in EVENT.findall(text))
    return sorted(_instant(zone, at) for zone, at in START.findall(events))


def _instant(zone: str, at: str) -> datetime:
    return datetime.strptime(at, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(zone) if zone else UTC)


def fhir_starts(practice: Mapping[str, Any]) -> list[datetime]:
    """Return when the booked appointments of a practice's FHIR server start."""
    login = (practice["calendar"]["user"], practice["calendar"]["password"])
    url = practice["calendar"]["url"].rstrip("/")
    with httpx.Client(auth=login, headers={"Accept": "application/fhir+json"}) as client:
        answer = client.get(f"{url}/Appointment", params={"status": "booked", "_count": "1000"})
    entries = answer.raise_for_status().json().get("entry", [])
    return sorted(datetime.fromisoformat(entry["resource"]["start"]) for entry in entries)
