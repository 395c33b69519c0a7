"""A service on a full morning: every kind of call, alert, message and paper a page of telesec can show."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from telesec.accounts import bulletin
from telesec.accounts import service as people
from telesec.accounts.bulletin import WriteNotice
from telesec.accounts.loader import cookie_name
from telesec.accounts.service import AddMembership, CreatePerson
from telesec.alerts import flow as alert_flow
from telesec.alerts import service as alert_acts
from telesec.alerts.service import Acknowledge
from telesec.app import create_app
from telesec.callbacks import reads as callbacks
from telesec.callbacks import service as callback_acts
from telesec.callbacks.service import OpenCallback
from telesec.calls import service as calls
from telesec.calls.service import OpenCall, Ring
from telesec.foundation.access import Actor, Purpose, Role, system_actor
from telesec.messages import service as messages
from telesec.messages.service import FileMessage
from telesec.patients import service as patients
from telesec.patients.service import RegisterPatient
from telesec.practices import reads as practices
from telesec.practices import service as practice_acts
from telesec.practices.rules import HoursOf, Opening
from telesec.practices.service import WriteInstruction
from telesec.testing.bookable import House
from telesec.testing.calendars import FakeCalendars
from telesec.testing.cast import BRUNO_PHONE, Cast
from telesec.testing.logins import Browser, browser_as, known
from telesec.testing.on_call import lilas_phones, put_on_call, with_phones
from telesec.triage import service as triage
from telesec.triage.levels import Level
from telesec.web.access import public

PAIN, BELLY = "mal à la poitrine", "mal au ventre"
FIRST_CALLS = {"asked": "+33639980016", "judged": "+33639980017"}
"""Who calls for the first time: a repeated call is judged more urgent."""
LONG = (
    "Confuse depuis ce matin, fièvre 39,2, boit peu. Son fils Bruno est près d’elle, 8 chemin des Glycines."
)


@dataclass
class World:
    """The parts, the cast, and the ids of what is there by the names the table uses."""

    house: House
    cast: Cast
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    def built(cls, deps, cast, clock) -> "World":
        """Fill an empty database, oldest first: nothing is logged in before the clock stands."""
        calendars = FakeCalendars(clock.now)
        house = House.build(
            with_phones(deps, lilas_phones()), cast, calendars, "memory:lune", lanes=1, rules=True
        )
        put_on_call(house.deps, cast)
        world = cls(house, cast, {"lilas": str(cast.lilas)})
        world.furnish()
        world.alarm(clock)
        world.call_in()
        world.tell()
        world.invite()
        return world

    def furnish(self) -> None:
        with self.house.deps.unit_of_work(self.cast.dr_lune) as uow:
            triage.adopt_reference_set(uow, self.house.deps.library, self.cast.lilas)
            for text in (
                "Fièvre, 75 ans et plus : vu le jour même.",
                "Certificats de sport : passer à l’accueil.",
            ):
                practice_acts.write_instruction(uow, WriteInstruction(self.cast.lilas, text, "Dr Lune"))
            week = [Opening(day, 510, 720) for day in range(1, 6)]
            practice_acts.set_hours(uow, self.cast.lilas, HoursOf.PHONE, week)
            uow.commit()
        with self.house.deps.unit_of_work(self.cast.ada) as uow:
            known = RegisterPatient(self.cast.lilas, "Lilas", "Zoé", date(1951, 3, 14), phones=(BRUNO_PHONE,))
            patients.register(uow, known)
            uow.commit()

    def alarm(self, clock) -> None:
        """One alert nobody took, one taken, one that calls; a letter; a promised call that is late."""
        self.ids["red"] = self.file(Level.DOCTOR_NOW)
        for _ in range(5):
            alert_flow.deliver(self.house.deps)
            clock.advance(minutes=4)
        self.ids["taken"] = self.file(Level.DOCTOR_NOW)
        with self.house.deps.unit_of_work(self.cast.dr_soleil) as uow:
            alert_acts.acknowledge(uow, Acknowledge(UUID(self.ids["taken"])))
            uow.commit()
        self.ids["alert"] = self.file(Level.CALL15_NOW)
        alert_flow.deliver(self.house.deps)
        with self.house.deps.unit_of_work(self.cast.ada) as uow:
            due = OpenCallback(self.cast.lilas, BRUNO_PHONE, clock.now(), note="Résultats du 12.")
            self.ids["callback"] = str(callback_acts.open_callback(uow, due))
            text = "Certificat pour la reprise du sport."
            letter = self.letter(Level.ROUTINE, text)
            self.ids["letter"] = str(messages.file_message(uow, letter).id)
            uow.commit()
        clock.advance(seconds=50)

    def letter(self, level: Level, text: str) -> FileMessage:
        return FileMessage(self.cast.lilas, self.cast.dr_lune_id, level, text, BRUNO_PHONE, True)

    def file(self, level: Level) -> str:
        with self.house.deps.unit_of_work(self.cast.ada) as uow:
            filed = messages.file_message(uow, self.letter(level, LONG))
            uow.commit()
        return str(filed.alert_id)

    def call_in(self) -> None:
        """Calls in every state, answered by Ada through the desk's own pages."""
        self.app = create_app(self.house.deps)
        self.app.add_url_rule("/broken", view_func=public("a test's own")(_broken))
        self.ada = browser_as(self.house.deps, self.app, self.cast.ada)
        with self.house.deps.unit_of_work(system_actor(Purpose.SETUP, self.cast.lilas)) as uow:
            line = practices.practice(uow, self.cast.lilas).lines[0]
            self.ids["ringing"] = str(calls.ring(uow, Ring(self.cast.lilas, line.id, "CA1", BRUNO_PHONE)))
            uow.commit()
        for name in ("open", "asked", "judged", "vital", "booked", "told", "closed", "lost"):
            self.ids[name] = self.answered(self.cast.ada, FIRST_CALLS.get(name, BRUNO_PHONE))
        self.ids["foreign"] = self.answered(self.cast.ines)
        self.send("asked", "/triage/start", words=BELLY, age="75", sex="F")
        self.send("judged", "/triage/start", words=BELLY, age="75", sex="F")
        self.answer_until_judged()
        for name in ("vital", "lost"):
            self.send(name, "/triage/start", words=PAIN, age="75", sex="F")
            self.say(name, "yes")
        self.send("lost", "/dropped")
        self.book()
        told = {"practitioner_id": self.cast.dr_lune_id, "level": "routine", "text": "Résultats ?"}
        self.send("told", "/message", **told, callback_number=BRUNO_PHONE, number_was=BRUNO_PHONE)
        self.send("closed", "/close", outcome="information")
        with self.house.deps.unit_of_work(self.cast.ada) as uow:
            lost = next(row for row in callbacks.waiting(uow).items if row.vital)
            self.ids["lost"] = str(lost.id)

    def answered(self, who: Actor, number: str = BRUNO_PHONE, practice_id: UUID | None = None) -> str:
        with self.house.deps.unit_of_work(who) as uow:
            _, call_id = calls.open_call(uow, OpenCall(practice_id or self.cast.lilas, from_number=number))
            uow.commit()
        return str(call_id)

    def url(self, name: str, tail: str = "") -> str:
        return f"/desk/calls/{self.cast.lilas}/{self.ids[name]}{tail}"

    def send(self, name: str, tail: str, **form) -> None:
        answer = self.ada.post(self.url(name, tail), form)
        assert answer.status_code in {200, 204, 303}, (tail, answer.text)

    def hidden(self, name: str) -> dict[str, str]:
        page = self.ada.get(self.url(name)).text
        return dict(re.findall(r'name="(session_id|question_id)" value="([^"]*)"', page))

    def say(self, name: str, given: str) -> None:
        self.send(name, "/triage/answer", **self.hidden(name), answer=given)

    def answer_until_judged(self) -> None:
        while "question_id" in self.hidden("judged"):
            self.say("judged", "no")

    def book(self) -> None:
        typed = {"family_name": "Lilas", "given_name": "Paul", "birth_date": "14/03/1961", "sex": "male"}
        self.send("booked", "/patient/register", **typed, view="patient")
        self.send("booked", "/book", **self.hold("booked"), view="booking")

    def hold(self, name: str) -> dict[str, str]:
        """Hold the first slot offered in a call, and return it as a form names it."""
        self.ada.get(self.url(name, "/fresh-slots?view=booking"))
        page = self.ada.get(self.url(name, "?view=booking")).text
        form = re.search(r'id="slot-1">(.*?)</form>', page, re.DOTALL)[1]
        slot = dict(re.findall(r'name="(schedule_id|type|start)" value="([^"]*)"', form))
        self.send(name, "/hold", **slot)
        return slot

    def tell(self) -> None:
        """Two notices of the bulletin, one that has ended."""
        deps, rose = self.house.deps, self.cast.supervisor
        with deps.unit_of_work(rose) as uow:
            until = uow.now() + timedelta(hours=8)
            known(uow, rose)
            ended = bulletin.write(uow, WriteNotice("Garde du Moulin : Dr Brume jusqu’à 22:00.", until))
            text = "Grippe : comptez 30 % d’appels en plus jusqu’à vendredi. Deux renforts de 9:00 à 12:00."
            self.ids["notice"] = str(bulletin.write(uow, WriteNotice(text, until)))
            bulletin.end(uow, ended)
            uow.commit()

    def invite(self) -> None:
        """Somebody new with a link, and a file of patients with one fault, not imported yet."""
        with self.house.deps.unit_of_work(self.cast.supervisor) as uow:
            nour = people.create_person(uow, CreatePerson("nour@telesec.example", "Nour", Role.SECRETARY))
            people.add_membership(uow, AddMembership(self.cast.lilas, nour, Role.SECRETARY))
            uow.commit()
        with self.house.deps.unit_of_work(system_actor(Purpose.SETUP, self.cast.lilas)) as uow:
            self.ids["link"] = people.make_link(uow, nour)
            uow.commit()
        self.ids["nour"] = str(nour)
        self.ids["import"] = self.hand_in(
            "Nom;Prénom;Date de naissance;Tél\nLilas;Luc;14/07/1946;0639980011\n=1+1;Paul;hier;\n"
        )

    def hand_in(self, text: str) -> str:
        rose: Browser = browser_as(self.house.deps, self.app, self.cast.supervisor)
        head = 'Content-Disposition: form-data; name="'
        parts = [f'{head}csrf_token"\r\n\r\n{rose.form_token}', f'{head}kind"\r\n\r\npatients']
        parts.append(f'{head}file"; filename="liste.csv"\r\n\r\n{text}')
        answer = rose.client.post(
            f"/onboarding/{self.cast.lilas}/import",
            data="".join(f"--cut\r\n{part}\r\n" for part in parts).encode() + b"--cut--\r\n",
            content_type="multipart/form-data; boundary=cut",
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]


def _broken() -> str:
    raise RuntimeError


def session_of(world: World, who: str) -> tuple[str, str]:
    """Return the cookie of somebody at work, at rest or locked out."""
    cast = world.cast
    people = {
        "rested": cast.ines,
        "locked": cast.ada,
        "locking": cast.ada,
        "lune": cast.dr_lune,
        "soleil": cast.dr_soleil,
    }
    actor = people.get(who) or (cast.dr_iris if who == "iris" else getattr(cast, who))
    reader = browser_as(world.house.deps, world.app, actor)
    if who == "rested":
        assert reader.post("/desk/break").status_code == 303
    if who == "locked":
        assert reader.post("/lock").status_code == 303
    name = cookie_name(world.house.deps.settings)
    return name, reader.client.get_cookie(name).value
