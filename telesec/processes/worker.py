"""The worker process: every sweep at its interval, and at once when a wake-up arrives.

SIGTERM lets each running round finish; ``kill -9`` loses nothing, since rows and not this process
hold what is due.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Mapping

import procrastinate
import structlog

from telesec.bootstrap import Deps
from telesec.foundation.jobs import QUEUE, TASK, Sweep, SweepRunner

log = structlog.get_logger(__name__)
STALLED_SECONDS = 30


def run_worker(deps: Deps, sweeps: Mapping[str, Sweep]) -> None:
    """Work until SIGTERM or SIGINT."""
    runner = SweepRunner(sweeps, deps)
    runner.start()
    log.info("worker.started", count=len(sweeps), pid=os.getpid())
    try:
        asyncio.run(_listen(deps.database.url, runner))
    finally:
        runner.stop()
        log.info("worker.stopped", pid=os.getpid())


async def _listen(url: str, runner: SweepRunner) -> None:
    """Turn wake-ups into rounds; a lost database is waited for, the sweeps go on meanwhile."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    while not stop.is_set():
        worker = asyncio.create_task(_take_wake_ups(url, runner))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({worker, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not worker.done():
            worker.cancel()
        result = (await asyncio.gather(worker, return_exceptions=True))[0]
        if isinstance(result, Exception):
            log.warning("worker.wake_ups_lost", error=type(result).__name__)
            await asyncio.wait({stopping}, timeout=1.0)
        stopping.cancel()


async def _take_wake_ups(url: str, runner: SweepRunner) -> None:
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=4))

    @app.task(name=TASK, queue=QUEUE)
    async def sweep(sweep: str) -> None:
        runner.wake(sweep)

    async with app.open_async():
        await _forget_stalled(app)
        await app.run_worker_async(
            queues=[QUEUE], concurrency=4, install_signal_handlers=False, delete_jobs="always",
            update_heartbeat_interval=5, stalled_worker_timeout=STALLED_SECONDS,
        )  # fmt: skip


async def _forget_stalled(app: procrastinate.App) -> None:
    """Retry wake-ups a killed worker left as ``doing``; they are hints, so one round too many is fine."""
    stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS)
    for job in stalled:
        await app.job_manager.retry_job(job)


def stop_event() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set; for processes without a loop."""
    event = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: event.set())
    return event
