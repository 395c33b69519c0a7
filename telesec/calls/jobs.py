"""Background work of calls: whoever rings on a silent line becomes a missed call, with its callback card."""

from telesec.calls import flow
from telesec.foundation.jobs import Sweep

SWEEPS: tuple[Sweep, ...] = (Sweep("calls.end_silent", 10, flow.end_silent),)
