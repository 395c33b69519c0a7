"""What is there in the end, asked where it must be: telesec's API, the phones, the practices' own calendars.

telesec's tables are read for lists of ids only, to see what nobody acknowledged and what is there twice.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
from sqlalchemy import text

from telesec.bootstrap import Deps
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.clock import SystemClock
from telesec.testing.chaos.clients import Desk, Program
from telesec.testing.chaos.ledger import Entry, Findings, Kind, Ledger
from telesec.testing.demo.outside import QUERY
from telesec.testing.demo.running import RunningDemo
from telesec.testing.installation import wait_for

SETTLE_SECONDS = 75
PATIENCE = 60
ESCALATION_GRACE = timedelta(seconds=30)
SECOND_PERSON: Mapping[str, timedelta] = {
    "call15_now": timedelta(seconds=60), "doctor_now": timedelta(seconds=180),
}  # fmt: skip
EVENT = re.compile(r"BEGIN:VEVENT.*?END:VEVENT", re.DOTALL)
UID = re.compile(r"^UID:(\S+@telesec)\s*$", re.MULTILINE)
START = re.compile(r"^DTSTART(?:;TZID=([^:]+))?:(\d{8}T\d{6})(Z?)\s*$", re.MULTILINE)
DELIVERY = re.compile(r"/deliveries/([0-9a-f-]{36})/")
PENDING = (
    "select (select count(*) from appointment where practice_id = :p and operation is not null)"
    " + (select count(*) from alert where practice_id = :p and next_step_at < :now)"
    " + (select count(*) from delivery where practice_id = :p and due_at is not null"
    " and status in ('queued', 'sending', 'unknown'))"
)


class Truth:
    """Compares the book with what is there.

    Args:
        demo: The installation.
        ledger: The book.
        deps: Parts of the same installation, for lists of ids.
        findings: What is wrong goes here.
    """

    def __init__(self, demo: RunningDemo, ledger: Ledger, deps: Deps, findings: Findings) -> None:
        self._demo, self._ledger, self._deps, self._findings = demo, ledger, deps, findings

    def check(self, ask: Callable[[str], Program], desk: Desk) -> None:
        """Wait until nothing is left to do, then look at everything."""
        if not wait_for(lambda: not any(self._pending()), SETTLE_SECONDS):
            self._findings.disagreements.append(f"still to do after {SETTLE_SECONDS} s: {self._pending()}")
        self._messages(ask("lune"), ask("ada"))
        self._alerts(ask("ada"))
        self._callbacks(ask("ada"))
        self._appointments(ask("ada"))
        self._drafts(desk)

    def _practices(self) -> Iterator[Mapping[str, Any]]:
        yield from self._demo.known["practices"]

    def _rows(self, practice_id: str, statement: str, **values: object) -> list[tuple[Any, ...]]:
        with self._deps.unit_of_work(system_actor(Purpose.SETUP, UUID(practice_id))) as uow:
            found = uow.session.execute(text(statement), {"p": practice_id, **values})
            return [tuple(row) for row in found]

    def _pending(self) -> list[int]:
        now = SystemClock().now()
        return [int(self._rows(row["id"], PENDING, now=now)[0][0]) for row in self._practices()]

    # -- messages, alerts ----------------------------------------------------------------------------------

    def _messages(self, doctor: Program, secretary: Program) -> None:
        """Each opens with its own words, once."""
        seen: Counter[str] = Counter()
        for practice in self._practices():
            program = doctor if "Lilas" in practice["name"] else secretary
            for (id_,) in self._rows(practice["id"], "select id from message where practice_id = :p"):
                answer = program.get(f"/messages/{id_}")
                if answer is not None and answer.status_code == httpx.codes.OK:
                    seen[answer.json()["text"]] += 1
        self._compare("message", [one.token for one in self._ledger.of(Kind.MESSAGE)], seen)

    def _alerts(self, program: Program) -> None:
        """Each reached the carrier and went on to the second person; no SMS was sent twice.

        A call may ring twice after a lost answer: the carrier cannot tell which alert a call was for, and
        a doctor is rather called twice than not at all.
        """
        requests, texts = self._at_carrier("text", "call"), self._at_carrier("text")
        self._findings.doubled += [f"SMS of delivery {id_}" for id_, to in texts.items() if len(to) > 1]
        owner = {
            str(id_): str(alert_id)
            for practice in self._practices()
            for id_, alert_id in self._rows(
                practice["id"], "select id, alert_id from delivery where practice_id = :p"
            )
        }
        reached: dict[str, set[str]] = {}
        for id_, numbers in requests.items():
            reached.setdefault(owner.get(id_, ""), set()).update(numbers)
        taken = {one.token for one in self._ledger.of(Kind.ACKNOWLEDGEMENT)}
        for entry in self._ledger.of(Kind.MESSAGE):
            alert_id = entry.told.get("alert_id")
            if alert_id:
                self._alert(program, entry, reached.get(alert_id, set()), taken=alert_id in taken)

    def _alert(self, program: Program, entry: Entry, numbers: set[str], *, taken: bool) -> None:
        alert_id = entry.told["alert_id"]
        answer = program.get(f"/alerts/{alert_id}")
        if answer is None or answer.status_code != httpx.codes.OK:
            self._findings.lost.append(f"alert {alert_id}")
            return
        told = answer.json()
        if not numbers:
            self._findings.lost.append(f"alert {alert_id} never reached the carrier")
        if taken and told["acknowledged_at"] is None:
            self._findings.lost.append(f"acknowledgement of {alert_id}")
        due = datetime.fromisoformat(told["triggered_at"]) + SECOND_PERSON[entry.told["level"]]
        late = SystemClock().now() - due > ESCALATION_GRACE
        if late and told["acknowledged_at"] is None and len(numbers) < self._people(entry.practice_id):
            self._findings.lost.append(f"alert {alert_id} did not go on to the second person")

    def _people(self, practice_id: str) -> int:
        return next(len(row["practitioners"]) for row in self._practices() if row["id"] == practice_id)

    def _at_carrier(self, *kinds: str) -> dict[str, list[str]]:
        """Return delivery id → the numbers it was sent to, one for each request."""
        taken = httpx.get(f"{self._demo.carrier}/control/taken", timeout=PATIENCE).json()
        found: dict[str, list[str]] = {}
        for one in taken:
            match = DELIVERY.search(one["status_callback"])
            if match and one["kind"] in kinds:
                found.setdefault(match[1], []).append(one["to"])
        return found

    # -- promises, drafts ----------------------------------------------------------------------------------

    def _callbacks(self, program: Program) -> None:
        for practice in self._practices():
            seen: Counter[str] = Counter()
            cursor: str | None = ""
            while cursor is not None:
                more = {"cursor": cursor} if cursor else {}
                answer = program.get("/callbacks", practice_id=practice["id"], limit=200, **more)
                assert answer is not None
                seen.update(one["phone"] for one in answer.json()["items"])
                cursor = answer.json()["next_cursor"]
            mine = [one.token for one in self._ledger.of(Kind.CALLBACK) if one.practice_id == practice["id"]]
            self._compare("callback", mine, seen)

    def _drafts(self, desk: Desk) -> None:
        """Each note holds what was last acknowledged, or something sent after it."""
        last = {one.token: one.told["text"] for one in self._ledger.of(Kind.DRAFT)}
        for path, words in last.items():
            answer = desk.get(path)
            kept = (
                answer.json()["text"] if answer is not None and answer.status_code == httpx.codes.OK else ""
            )
            tried = self._ledger.tried(path)
            if kept not in tried[tried.index(words) :]:
                self._findings.lost.append(f"draft {path}")

    # -- appointments --------------------------------------------------------------------------------------

    def _appointments(self, program: Program) -> None:
        """Telesec and the practice's calendar say the same, and both say what was acknowledged."""
        acknowledged: dict[str, str] = {}
        for entry in self._ledger.of(Kind.BOOKING, Kind.MOVE, Kind.CANCELLATION):
            said = entry.told
            acknowledged[said["id"]] = "" if said["status"] == "cancelled" else said["start"]
        tokens = [one.token for one in self._ledger.of(Kind.BOOKING)]
        for practice in self._practices():
            calendar = _calendar(practice)
            patients = Counter(token for one in calendar for token in tokens if token in one.words)
            self._findings.doubled += [f"two entries for {who}" for who, n in patients.items() if n > 1]
            there = {one.uid: one.start for one in calendar}
            statement = "select id from appointment where practice_id = :p"
            for (id_,) in self._rows(practice["id"], statement):
                answer = program.get(f"/appointments/{id_}")
                assert answer is not None
                self._appointment(answer.json(), there, acknowledged)
            self._findings.disagreements += [f"unknown entry {uid}" for uid in there]
            count = "select count(*) from calendar_conflict where practice_id = :p"
            conflicts = self._rows(practice["id"], count)[0][0]
            if conflicts:
                self._findings.disagreements.append(f"{conflicts} conflicts in {practice['name']}")
        self._findings.lost += [f"appointment {id_}" for id_ in acknowledged]

    def _appointment(
        self, told: Mapping[str, Any], there: dict[str, datetime], acknowledged: dict[str, str]
    ) -> None:
        start, entry = datetime.fromisoformat(told["start"]), there.pop(told["calendar"]["uid"], None)
        ours = None if told["status"] == "cancelled" else start
        if ours != entry:
            self._findings.disagreements.append(
                f"appointment {told['id']}: {told['status']} {start}, in the calendar {entry}"
            )
        if told["id"] not in acknowledged:
            return
        promised = acknowledged.pop(told["id"])
        wanted = datetime.fromisoformat(promised) if promised else None
        later = self._ledger.tried(told["id"])
        unanswered = [None if one == "cancel" else datetime.fromisoformat(one) for one in later]
        if ours != wanted and ours not in unanswered:
            self._findings.lost.append(
                f"appointment {told['id']}: {told['status']} {start}, promised {promised}"
            )

    def _compare(self, what: str, promised: list[str], seen: Mapping[str, int]) -> None:
        self._findings.lost += [f"{what} {token}" for token in promised if not seen.get(token)]
        self._findings.doubled += [f"{what} {token}" for token, times in seen.items() if times > 1]


class _InCalendar:
    """An entry of telesec as an independent client finds it."""

    def __init__(self, uid: str, start: datetime, words: str) -> None:
        self.uid, self.start, self.words = uid, start, words


def _calendar(practice: Mapping[str, Any]) -> list[_InCalendar]:
    return _caldav(practice) if practice["calendar"]["kind"] == "caldav" else _fhir(practice)


def _caldav(practice: Mapping[str, Any]) -> list[_InCalendar]:
    login = (practice["calendar"]["user"], practice["calendar"]["password"])
    found = []
    for one in practice["practitioners"]:
        answer = httpx.request(
            "REPORT", one["calendar_url"], content=QUERY, auth=login, timeout=30,
            headers={"Depth": "1", "Content-Type": "application/xml"},
        ).raise_for_status()  # fmt: skip
        for event in EVENT.findall(answer.text):
            uid, start = UID.search(event), START.search(event)
            if uid and start:
                found.append(_InCalendar(uid[1], _instant(start), event))
    return found


def _instant(found: re.Match[str]) -> datetime:
    naive = datetime.strptime(found[2], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the zone comes next
    return naive.replace(tzinfo=UTC if found[3] else ZoneInfo(found[1] or "Europe/Paris"))


def _fhir(practice: Mapping[str, Any]) -> list[_InCalendar]:
    login = (practice["calendar"]["user"], practice["calendar"]["password"])
    url = practice["calendar"]["url"].rstrip("/")
    with httpx.Client(auth=login, headers={"Accept": "application/fhir+json"}, timeout=30) as client:
        found, address = [], f"{url}/Appointment?status=booked&_count=200"
        while address:
            page = client.get(address).raise_for_status().json()
            found += [entry["resource"] for entry in page.get("entry", [])]
            address = next((one["url"] for one in page.get("link", []) if one["relation"] == "next"), "")
    return [_of_fhir(one) for one in found if _uid(one)]


def _uid(resource: Mapping[str, Any]) -> str:
    return next((one["value"] for one in resource.get("identifier", ()) if "uid" in one["system"]), "")


def _of_fhir(resource: Mapping[str, Any]) -> _InCalendar:
    start = datetime.fromisoformat(resource["start"])
    return _InCalendar(_uid(resource), start, json.dumps(resource))
