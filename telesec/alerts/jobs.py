"""Background work of alerts: what is due, woken by every new alert, and a clock that was put back."""

from telesec.alerts import flow
from telesec.alerts.rows import SWEEP
from telesec.foundation.jobs import Sweep

SWEEPS = (Sweep(SWEEP, 1.0, flow.deliver), Sweep("alerts.clock", 5.0, flow.follow_clock))
