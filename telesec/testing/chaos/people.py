"""What people and programs do all day, each in a thread: write, promise, book, change, type, acknowledge."""

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any, TypeGuard
from uuid import uuid4

import httpx

from telesec.foundation.clock import SystemClock
from telesec.testing.chaos.clients import Desk, Program
from telesec.testing.chaos.ledger import Kind, Ledger
from telesec.testing.demo.running import RunningDemo

PAUSE_SECONDS = 0.5
TYPING_SECONDS = 4.0
"""A person at a desk is slower than a program: 64 desks begin sixteen calls a second at most."""
LEVELS = ("doctor_now", "call15_now", "same_day", "routine", "routine", "routine", "routine", "routine")
AHEAD = timedelta(days=13)
CREATED = (200, 201)
REACHED = ("sent", "delivered", "answered")
FICTION = "+3363998"
"""Mobile numbers kept for fiction; no two promises of one run share one."""
CALLER = f"{FICTION}0010"


class Day:
    """One run: who is there, and what each does until ``stop``.

    Args:
        demo: The installation.
        ledger: Where yes is written down.
        seed: Decides who does what.
    """

    def __init__(self, demo: RunningDemo, ledger: Ledger, seed: int) -> None:
        self.demo, self.ledger, self._seed = demo, ledger, seed
        self.stop, self.over = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self._numbers = count(2000)
        self._types: dict[str, list[str]] = {}
        self.broken: list[str] = []
        self._clients = ExitStack()
        self.desk = self._desk("ada")

    def begin(self, programs: int, desks: int) -> None:
        """Let everybody start."""
        reader = self.program("ada")
        for practice in self.demo.known["practices"]:
            answer = reader.get(f"/practices/{practice['id']}")
            assert _yes(answer), answer
            self._types[practice["id"]] = [
                one["id"] for one in answer.json()["appointment_types"] if one["min_level"] is None
            ]
        at_desks = [self.desk, self._desk("ines")]
        acts = [self.write, self.book, self.write, self.book, self.promise, self.change]
        for number in range(programs):
            self._let(acts[number % len(acts)], self.program(("ada", "ines")[number % 2]))
        for number in range(desks):
            program = self.program(("ada", "ines")[number % 2])
            self._let(self.type, program, at_desks[number % 2])
        self._let(self.acknowledge, self.program("lune"))
        for thread in self._threads:
            thread.start()

    def program(self, who: str) -> Program:
        """Return a program with somebody's token."""
        return self._clients.enter_context(closing(Program(self.demo, who, self.over)))

    def _desk(self, who: str) -> Desk:
        return self._clients.enter_context(closing(Desk(self.demo, who)))

    def leave(self) -> None:
        """End every thread, whatever it was at, and close every connection."""
        self.stop.set()
        self.over.set()
        for thread in self._threads:
            thread.join()
        self._clients.close()

    def end(self, seconds: float) -> None:
        """Let everybody finish what they have begun, within so many seconds."""
        self.stop.set()
        timer = threading.Timer(seconds, self.over.set)
        timer.start()
        for thread in self._threads:
            thread.join()
        timer.cancel()

    def _let(self, act: Callable[..., None], *with_what: Any) -> None:
        rng = Random(f"{self._seed} {len(self._threads)}")  # noqa: S311 - a draw that can be repeated
        thread = threading.Thread(target=self._over_and_over, args=(act, rng, *with_what), daemon=True)
        self._threads.append(thread)

    def _over_and_over(self, act: Callable[..., None], rng: Random, *with_what: Any) -> None:
        pause = TYPING_SECONDS if act == self.type else PAUSE_SECONDS
        while not self.stop.wait(pause * (0.5 + rng.random())):
            try:
                act(rng, *with_what)
            except Exception as error:  # noqa: BLE001 - told as a finding, not lost in a thread
                self.broken.append(f"{act.__name__}: {error!r}")

    def practice(self, rng: Random) -> Mapping[str, Any]:
        """Return one of the practices."""
        found: Mapping[str, Any] = rng.choice(self.demo.known["practices"])
        return found

    # -- acts ---------------------------------------------------------------------------------------------

    def write(self, rng: Random, program: Program) -> None:
        """File a message; some levels ring somebody."""
        practice = self.practice(rng)
        token = f"chaos {uuid4()}"
        body = {
            "practice_id": practice["id"],
            "practitioner_id": rng.choice(practice["practitioners"])["id"],
            "level": rng.choice(LEVELS),
            "text": token,
            "callback_number": CALLER,
            "callback_number_read_back": True,
        }
        answer = program.post("/messages", body)
        if _yes(answer):
            told = {**answer.json(), "level": body["level"]}
            self.ledger.acknowledged(Kind.MESSAGE, token, practice["id"], told)

    def promise(self, rng: Random, program: Program) -> None:
        """Promise a call."""
        practice, phone = self.practice(rng), f"{FICTION}{next(self._numbers):04}"
        due = SystemClock().now() + timedelta(hours=1 + rng.randrange(20))
        body = {"practice_id": practice["id"], "phone": phone, "due_at": due.isoformat()}
        answer = program.post("/callbacks", body)
        if _yes(answer):
            self.ledger.acknowledged(Kind.CALLBACK, phone, practice["id"], answer.json())

    def book(self, rng: Random, program: Program) -> None:
        """Look for slots and book one."""
        practice = self.practice(rng)
        slot = self._slot(rng, program, practice)
        if slot is None:
            return
        token = f"Essai{uuid4().hex[:10]}"
        body = {
            **slot,
            "practice_id": practice["id"],
            "patient": {"family_name": token, "given_name": "Zoé", "phone": CALLER},
        }
        answer = program.post("/appointments", body)
        if _yes(answer):
            self.ledger.acknowledged(Kind.BOOKING, token, practice["id"], answer.json())

    def change(self, rng: Random, program: Program) -> None:
        """Move or cancel an appointment nobody has changed yet."""
        changed = {one.token for one in self.ledger.of(Kind.MOVE, Kind.CANCELLATION)}
        free = [
            one for one in self.ledger.of(Kind.BOOKING)
            if one.told["id"] not in changed and not self.ledger.tried(one.told["id"])
        ]  # fmt: skip
        if not free:
            return
        entry = rng.choice(free)
        appointment_id, path = entry.told["id"], f"/appointments/{entry.told['id']}"
        practice = next(row for row in self.demo.known["practices"] if row["id"] == entry.practice_id)
        if rng.random() < 0.5:
            self.ledger.tries(appointment_id, "cancel")
            answer, kind = program.post(f"{path}/cancel", {"reason": "chaos"}), Kind.CANCELLATION
        else:
            slot = self._slot(rng, program, practice, entry.told.get("schedule_id", ""))
            if slot is None:
                return
            self.ledger.tries(appointment_id, slot["start"])
            answer, kind = program.post(f"{path}/move", {"start": slot["start"]}), Kind.MOVE
        if _yes(answer):
            self.ledger.acknowledged(kind, appointment_id, entry.practice_id, answer.json())

    def type(self, rng: Random, program: Program, desk: Desk) -> None:
        """Open a call and type into its note, as the page saves it."""
        practice = self.practice(rng)
        opened = program.post("/calls", {"practice_id": practice["id"]})
        if not _yes(opened) or "id" not in opened.json():
            return
        path = f"/desk/calls/{practice['id']}/{opened.json()['id']}/draft"
        for _ in range(1 + rng.randrange(4)):
            kept = desk.get(path)
            if kept is None or kept.status_code != httpx.codes.OK:
                continue
            words = f"chaos {uuid4()}"
            self.ledger.tries(path, words)
            form = {"text": words, "seen": kept.json()["version"]}
            answer = desk.post(path, form, token=kept.json()["token"])
            if _yes(answer):
                self.ledger.acknowledged(Kind.DRAFT, path, practice["id"], {"text": words})
        program.post(f"/calls/{opened.json()['id']}/close", {"outcome": "information"})

    def acknowledge(self, _rng: Random, program: Program) -> None:
        """Let Dr Lune take a third of the alerts that reached somebody."""
        taken = {one.token for one in self.ledger.of(Kind.ACKNOWLEDGEMENT)}
        raised = [
            one.told["alert_id"] for one in self.ledger.of(Kind.MESSAGE)
            if one.told.get("alert_id") and "Lilas" in self._name(one.practice_id)
        ]  # fmt: skip
        alert_id = next((one for one in raised if one[-1] in "0369c" and one not in taken), None)
        if alert_id is None:
            return
        seen = program.get(f"/alerts/{alert_id}")
        if not _yes(seen) or not any(one["status"] in REACHED for one in seen.json()["deliveries"]):
            return
        answer = program.post(f"/alerts/{alert_id}/acknowledge", {"outcome": "patient_called"})
        if _yes(answer):
            self.ledger.acknowledged(Kind.ACKNOWLEDGEMENT, alert_id, seen.json()["practice_id"], {})

    def _name(self, practice_id: str) -> str:
        return next(str(row["name"]) for row in self.demo.known["practices"] if row["id"] == practice_id)

    def _slot(
        self, rng: Random, program: Program, practice: Mapping[str, Any], schedule_id: str = ""
    ) -> dict[str, Any] | None:
        start = SystemClock().now() + timedelta(hours=1 + rng.randrange(200))
        asked = {
            "practice_id": practice["id"],
            "appointment_type_id": rng.choice(self._types[practice["id"]]),
            "from": start.isoformat(),
            "to": (start + AHEAD).isoformat(),
            "limit": 60,
        }
        found = program.get("/slots", **asked)
        if not _yes(found):
            return None
        slots = [one for one in found.json()["slots"] if schedule_id in ("", one["schedule_id"])]
        if not slots:
            return None
        slot = rng.choice(slots)
        return {
            "schedule_id": slot["schedule_id"],
            "appointment_type_id": asked["appointment_type_id"],
            "start": slot["start"],
        }


def _yes(answer: httpx.Response | None) -> TypeGuard[httpx.Response]:
    return answer is not None and answer.status_code in CREATED
