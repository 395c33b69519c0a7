"""The wall's chart of a day by half hours, as numbers for an SVG: no style, no script, no library.

Answered is a filled bar, missed an outlined one on top of it: told apart without any colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from telesec.desk.service_day import HALF_HOUR, HalfHour, ServiceDay
from telesec.desk.wording import Wording

WIDTH, HEIGHT, BASE, TOP = 1260, 180, 154, 24
GAP = 3
LEAST = 8
"""So high is anything that is not nothing."""
USUAL = (8, 19)
"""Hours of the clock the chart shows on any day; more where somebody called, and up to now."""


@dataclass(frozen=True)
class Bar:
    """One half hour, in units of the chart from its top left corner; ``hour`` stands under a full one.

    Args:
        answered: Height of the filled part, from the base up.
        missed: Height of the outlined part on it; enough to be seen, taken from the part below.
    """

    half: HalfHour
    x: int
    width: int
    answered: int
    missed: int
    hour: str
    now: bool

    @property
    def middle(self) -> int:
        """Where the count stands."""
        return self.x + self.width // 2

    @property
    def answered_top(self) -> int:
        """Where the filled part ends."""
        return BASE - self.answered

    @property
    def top(self) -> int:
        """Where both end."""
        return self.answered_top - self.missed


@dataclass(frozen=True)
class Chart:
    """Bars from the first half hour shown to the last; ``peak`` is the fullest one, None on an empty day."""

    bars: tuple[Bar, ...]
    peak: HalfHour | None
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE

    @property
    def called(self) -> tuple[HalfHour, ...]:
        """Half hours in which a call was offered, for who reads a table."""
        return tuple(bar.half for bar in self.bars if bar.half.offered)


def chart(day: ServiceDay, words: Wording) -> Chart:
    """Return the chart of a day as it stands at the reader's moment."""
    shown = _shown(day.halves, words)
    most = max((half.offered for half in shown), default=0)
    peak = max(shown, key=lambda half: half.offered) if most else None
    step = WIDTH / max(1, len(shown))
    bars = [
        _bar(half, (round(number * step) + GAP, round(step) - 2 * GAP), most, words)
        for number, half in enumerate(shown)
    ]
    return Chart(tuple(bars), peak)


def _bar(half: HalfHour, place: tuple[int, int], most: int, words: Wording) -> Bar:
    full = max(LEAST, round(half.offered * (BASE - TOP) / most)) if half.offered else 0
    missed = min(full, max(LEAST, round(full * half.missed / half.offered))) if half.missed else 0
    local = half.start.astimezone(words.zone)
    return Bar(
        half,
        *place,
        answered=full - missed,
        missed=missed,
        hour="" if local.minute else words.time(half.start),
        now=half.start <= words.now < half.start + HALF_HOUR,
    )


def _shown(halves: Sequence[HalfHour], words: Wording) -> Sequence[HalfHour]:
    """Return the usual hours, widened to now and to every half hour in which somebody called."""
    first, last = USUAL
    wanted = [
        number
        for number, half in enumerate(halves)
        if half.offered
        or half.start <= words.now < half.start + HALF_HOUR
        or first <= half.start.astimezone(words.zone).hour < last
    ]
    return halves[wanted[0] : wanted[-1] + 1]
