"""Background work of scheduling; each sweep finds its own rows and may run anywhere, any number of times."""

from telesec.foundation.jobs import Sweep
from telesec.scheduling import flow

SWEEPS: tuple[Sweep, ...] = (
    Sweep("scheduling.free_holds", 5, flow.free_due_holds),
    Sweep("scheduling.settle", 5, flow.settle_due),
    Sweep("scheduling.offer_freed", 5, flow.offer_due),
    Sweep("scheduling.refresh", 10, flow.refresh_due),
)
