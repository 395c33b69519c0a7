"""A call to the Lilas that rings for a while, then is answered and ended, or lost."""

from telesec.bootstrap import Deps
from telesec.calls import gone
from telesec.calls import service as calls
from telesec.calls.rules import Outcome
from telesec.calls.service import Ring
from telesec.testing.cast import Cast
from telesec.testing.clock import MovableClock


def rung(deps: Deps, cast: Cast, clock: MovableClock, name: str, seconds: float, *, answer: bool) -> None:
    """Let a call of this name ring; Ada answers and ends it, or the caller hangs up."""
    with deps.unit_of_work(cast.ada) as uow:
        call = cast.lilas, calls.ring(uow, Ring(cast.lilas, None, name))
        uow.commit()
    clock.advance(seconds=seconds)
    with deps.unit_of_work(cast.ada) as uow:
        if answer:
            calls.answer(uow, *call)
            calls.close(uow, *call, Outcome.INFORMATION)
        else:
            gone.gone(uow, *call)
        uow.commit()
