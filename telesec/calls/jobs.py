"""Background work of calls: callers on a silent line, and those whose alert nobody took, are called back."""

from telesec.calls import flow, unanswered
from telesec.foundation.jobs import Sweep

SWEEPS: tuple[Sweep, ...] = (
    Sweep("calls.end_silent", 10, flow.end_silent),
    Sweep("calls.untaken", 10, unanswered.call_back_untaken),
)
