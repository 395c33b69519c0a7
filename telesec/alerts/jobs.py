"""Background work of alerts: one sweep each second, woken by every new alert."""

from telesec.alerts import flow
from telesec.alerts.rows import SWEEP
from telesec.foundation.jobs import Sweep

SWEEPS = (Sweep(SWEEP, 1.0, flow.deliver),)
