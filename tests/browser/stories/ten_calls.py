"""Ten calls in a row, as one secretary takes them with the keyboard alone; each leaves the desk as it was.

Keys are counted from the answered call; letters of typed text apart.
"""

from telesec.testing.demo.outside import OutsidePhone
from telesec.testing.demo.secretary import (
    Booking,
    answer,
    choose_known,
    close,
    say_chest_pain,
    say_yes,
    sit_down,
)
from telesec.testing.installation import wait_for

LUNE = "+33639980001"
BRUNO, ANNE, PAUL, LISE, LOU = (f"+336399800{n}" for n in (10, 11, 13, 15, 20))
LILAS, SAULES = "Cabinet médical des Lilas", "kinésithérapie des Saules"


class TenCalls:
    """One secretary, her desk, and whoever calls.

    Args:
        ada: Her browser, before an empty queue.
        caller: Lets a phone call a practice's line.
        demo: What runs.
        album: Keeps pictures, when somebody wants them.
    """

    def __init__(self, people, caller, demo, album):
        self.ada = sit_down(people, demo)
        self._caller, self._demo, self._album = caller, demo, album
        self._phone = None

    def take(self, number, greeting=LILAS, practice="Lilas"):
        """A phone rings, she answers."""
        self._phone = self._caller(number, practice)
        answer(self.ada, greeting)

    def end(self, digit):
        """She closes the call with how it ended; the caller hangs up."""
        close(self.ada, digit)
        self._phone.hang_up()

    def booking(self, practice="Lilas"):
        return Booking(self.ada, self._demo.practice(practice), self._album)

    def books_a_new_patient(self):
        """Nobody knows the number: search, register, slot, confirm; return the keys that took."""
        self.take(LOU)
        calendar = self.booking()
        self.ada.press("F3")
        self.ada.see("#born:focus")
        self.ada.type("04071990")
        self.ada.press("Enter")
        self.ada.see("#family:focus")
        self.ada.type("Frêne")
        self.ada.press("Tab")
        self.ada.type("Lou")
        self.ada.press("Enter")
        self.ada.see("#patient .name", "FRÊNE")
        self.book_a_slot()
        keys = self.ada.keys
        assert len(calendar.added()) == 1
        self.end("1")
        return keys

    def book_a_slot(self):
        """Hold one of the first slots, none that is about to begin, and confirm it until it is green."""
        self.ada.press("F4")
        self.ada.see("#slots button[aria-keyshortcuts='5']")
        self.ada.press("5")
        self.ada.see("#booking .confirm button:focus")
        self.ada.press("Enter")
        self.ada.see(".verdict-ok", "C’est noté")

    def moves_it(self):
        """The same caller wants another time: in this later call it turns green too."""
        self.take(LOU)
        choose_known(self.ada, "FRÊNE")
        calendar = self.booking()
        self.ada.press("F4")
        self.ada.see("#booking .ahead")
        calendar.move()
        assert len(calendar.added()) == 1
        self.end("1")

    def cancels_it(self):
        """And then none."""
        self.take(LOU)
        choose_known(self.ada, "FRÊNE")
        self.ada.press("F4")
        self.ada.see("#booking .ahead")
        self.booking().cancel()
        self.end("1")

    def triages_to_the_15(self):
        """A vital sign: the words, the alert, the transfer."""
        self.take(ANNE)
        doctor = self.alarm()
        self.doctor_takes(doctor)
        self.ada.press("Enter")
        self.ada.see("#taken")
        self.ada.press("t")
        self.ada.see("#bar", "F10")
        self.end("6")

    def hears_a_refusal(self):
        """The caller refuses the 15: the doctor is told, and a card says to call back."""
        self.take(PAUL)
        doctor = self.alarm()
        self.ada.press("r")
        self.ada.see("#taken")
        self.doctor_takes(doctor)
        self.ada.press("t")
        self.ada.see("#bar", "F10")
        self.end("6")
        self.ada.see("#resume .urgent", "Rappeler tout de suite")

    def alarm(self):
        """Words and one yes; return the doctor's phone, which rings."""
        doctor = OutsidePhone(self._demo, LUNE)
        say_chest_pain(self.ada)
        say_yes(self.ada)
        doctor.rings()
        return doctor

    def doctor_takes(self, doctor):
        doctor.press(doctor.hear_code())
        self.ada.see(".ladder .ack", "Dr Lune l’a prise")
        doctor.press("1")
        assert wait_for(lambda: "patient appelé. Merci." in doctor.words()), doctor.fresh()

    def leaves_a_message(self):
        """A note becomes a sealed message."""
        self.take(BRUNO)
        self.ada.press("F9")
        self.ada.see("textarea[data-note]:focus")
        self.ada.type("Souhaite le résultat de sa prise de sang.")
        self.ada.press("Control+Enter")
        self.ada.see("#note[data-filed='1']")
        self.end("2")

    def promises_a_callback(self):
        """A time is promised, and stands in the list."""
        self.take(BRUNO)
        self.ada.press("F7")
        self.ada.see("#promise-at:focus")
        self.ada.type("23:30")
        self.ada.press("Enter")
        self.ada.see("#callbacks .when", "23:30")
        self.end("4")

    def corrects_a_wrong_patient(self):
        """Two people share the number; the first one chosen was the wrong one."""
        self.take(BRUNO)
        self.ada.press("F3")
        row = self.ada.see("#search .row", "VERDIER Bruno")
        self.ada.see("#search .row:focus")
        self.ada.press(row.get_attribute("aria-keyshortcuts"))
        self.ada.see("#patient .name", "VERDIER Bruno")
        self.ada.press("F3")
        self.ada.see("#born:focus")
        self.ada.type("14031951")
        self.ada.press("Enter")
        self.ada.see("#search .row:focus", "VERDIER Zoé")
        self.ada.press("1")
        self.ada.see("#patient .name", "VERDIER Zoé")
        self.end("3")

    def ends_an_abusive_call(self):
        """The words to say, then a break, ended by one key."""
        self.take(PAUL)
        self.ada.press("F10")
        self.ada.see("#outcome")
        self.ada.press("a")
        self.ada.see("#abuse button:focus")
        self.ada.press("Enter")
        self.ada.see("h1", "En pause depuis")
        self._phone.hang_up()
        self.ada.press("p")
        self.ada.see("h1", "Rien n’attend")

    def books_a_known_patient_elsewhere(self):
        """Another practice, another greeting, another calendar; return the keys to the green light."""
        self.take(LISE, SAULES, "Kinésithérapie des Saules")
        calendar = self.booking("Kinésithérapie des Saules")
        choose_known(self.ada, "HOUX")
        self.book_a_slot()
        keys = self.ada.keys
        assert len(calendar.added()) == 1
        calendar.cancel()
        assert calendar.added() == []
        self.end("1")
        return keys
