"""Times, dates and numbers as a reader sees them, on the wall clock of one practice.

Compact forms are for lists (``10:42``, ``mer. 25``); spoken ones are read aloud to a caller
(``mercredi 25 à 9 h 15``). Ages are counted from the server's clock, never from the browser's.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from telesec.foundation.language import say
from telesec.practices.numbers import read_aloud
from telesec.web.language import render

MINUTE, HOUR, DAY = 60, 3_600, 86_400
NARROW = "\u202f"
HOUSE_ZONE = "Europe/Paris"
"""What lists across practices are timed in."""

TODAY = say("today")
SPOKEN = say("%(day)s at %(time)s")


@dataclass(frozen=True)
class Wording:
    """How one reader reads the times of one practice at one moment."""

    language: str
    zone: ZoneInfo
    now: datetime

    def time(self, at: datetime) -> str:
        """Return ``9:05``: hours are not padded, minutes are."""
        local = at.astimezone(self.zone)
        return f"{local.hour}:{local.minute:02}"

    def second(self, at: datetime) -> str:
        """Return ``10:42:07``, for what must be proved."""
        local = at.astimezone(self.zone)
        return f"{local.hour}:{local.minute:02}:{local.second:02}"

    def long_day(self, at: datetime) -> str:
        """Return ``mardi 24 nov.``."""
        return self._format(at, "EEEE d MMM" if self.language == "fr" else "EEEE, MMM d")

    def day(self, at: datetime) -> str:
        """Return ``auj.`` for today, else ``mer. 25``; beyond this month with the month."""
        local, today = at.astimezone(self.zone).date(), self.now.astimezone(self.zone).date()
        if local == today:
            return render(TODAY, self.language)
        return self._format(at, "EEE d" if (local - today).days < 28 else "EEE d MMM")

    def calendar_day(self, on: date) -> str:
        """Return a day of the practice's calendar: ``jeu. 24 déc.``."""
        return str(format_date(on, "EEE d MMM", locale=self.language))

    @property
    def midnight(self) -> datetime:
        """The instant at which the present day began."""
        return self.now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)

    @property
    def next_midnight(self) -> datetime:
        """The instant at which the next day begins: 23, 24 or 25 hours after :attr:`midnight`."""
        return self.midnight + timedelta(days=1)

    def local_day(self, at: datetime) -> date:
        """Return the practice's own calendar day of an instant."""
        return at.astimezone(self.zone).date()

    def moment(self, at: datetime) -> str:
        """Return ``10:42`` for today, else the day with it."""
        same = at.astimezone(self.zone).date() == self.now.astimezone(self.zone).date()
        return self.time(at) if same else f"{self.day(at)} {self.time(at)}"

    def spoken(self, at: datetime) -> str:
        """Return a day and time to be said aloud: ``mercredi 25 novembre à 9 h 15``."""
        day = self._format(at, "EEEE d MMMM" if self.language == "fr" else "EEEE, MMMM d")
        return render(say(SPOKEN.msgid, day=day, time=self._spoken_time(at)), self.language)

    def called(self, name: str) -> str:
        """Return a name to be said aloud: French says ``le docteur Lune`` where it writes ``Dr Lune``."""
        return f"le docteur {name[3:]}" if self.language == "fr" and name.startswith("Dr ") else name

    def since(self, at: datetime) -> str:
        """Return how long ago: ``8 s``, ``14 min``, ``1 h 05``, ``3 j``."""
        return self.length(int((self.now - at).total_seconds()))

    def until(self, at: datetime) -> str:
        """Return in how long, as :meth:`since`."""
        return self.length(int((at - self.now).total_seconds()))

    def length(self, seconds: int) -> str:
        """Return a stretch of time in at most two parts."""
        seconds = max(0, seconds)
        if seconds < MINUTE:
            return f"{seconds}{NARROW}s"
        if seconds < HOUR:
            return f"{seconds // MINUTE}{NARROW}min"
        if seconds < DAY and seconds % HOUR < MINUTE:
            return f"{seconds // HOUR}{NARROW}h"
        if seconds < DAY:
            return f"{seconds // HOUR}{NARROW}h{NARROW}{seconds % HOUR // MINUTE:02}"
        return f"{seconds // DAY}{NARROW}{'j' if self.language == 'fr' else 'd'}"

    def timer(self, at: datetime) -> str:
        """Return a running time as ``1:08``, with hours when there are some."""
        return clock_face(int((self.now - at).total_seconds()))

    def born(self, born: date | None) -> str:
        """Return a birth date day first, as its field takes it; empty when nobody said it."""
        return f"{born:%d/%m/%Y}" if born else ""

    def dated(self, on: date) -> str:
        """Return a day with its year: ``26/11/2026``, in English ``26 Nov 2026``."""
        return f"{on:%d/%m/%Y}" if self.language == "fr" else str(format_date(on, "d MMM y", locale="en"))

    def age_months(self, born: date) -> int:
        """Return completed months today at the practice."""
        today = self.now.astimezone(self.zone).date()
        months = (today.year - born.year) * 12 + today.month - born.month
        return max(0, months - (today.day < born.day))

    def phone(self, number: str) -> str:
        """Return a number as it is read aloud: French ones in pairs, others as E.164."""
        return read_aloud(number)

    def _spoken_time(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        if self.language != "fr":
            return self.time(at)
        return f"{local.hour} h" if local.minute == 0 else f"{local.hour} h {local.minute:02}"

    def _format(self, at: datetime, pattern: str) -> str:
        return str(format_date(at.astimezone(self.zone), pattern, locale=self.language))


def clock_face(seconds: int) -> str:
    """Return seconds as ``m:ss`` or ``h:mm:ss``."""
    seconds = max(0, seconds)
    if seconds < HOUR:
        return f"{seconds // MINUTE}:{seconds % MINUTE:02}"
    return f"{seconds // HOUR}:{seconds % HOUR // MINUTE:02}:{seconds % MINUTE:02}"


def wording(language: str, time_zone: str, now: datetime) -> Wording:
    """Return how a reader of ``language`` reads a practice's times at ``now``."""
    return Wording(language, ZoneInfo(time_zone), now)
