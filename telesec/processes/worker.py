"""The worker process: every sweep at its interval, and at once when a wake-up arrives.

SIGTERM lets each running round finish; ``kill -9`` loses nothing, since rows and not this process
hold what is due.
"""

import asyncio
import os
import signal
from collections.abc import Mapping
from contextlib import suppress

import click
import procrastinate
import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from telesec.bootstrap import SWEEPS, Deps
from telesec.foundation.jobs import QUEUE, TASK, Sweep, SweepRunner
from telesec.processes.parts import BuildsDeps

log = structlog.get_logger(__name__)
STALLED_SECONDS = 30
GOODBYE_SECONDS = 3
"""How long the queue may take to say goodbye; it waits for ever for a database that left before us."""


@click.command()
@click.pass_obj
def worker(lazy: BuildsDeps) -> None:
    """Deliver alerts, settle calendars and seal the audit until SIGTERM."""
    deps = lazy.build()
    try:
        run_worker(deps, SWEEPS)
    finally:
        deps.close()


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
        for _ in range(2):
            if not worker.done():
                worker.cancel()
                await asyncio.wait({worker}, timeout=GOODBYE_SECONDS)
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
        stalled = asyncio.create_task(_take_stalled(app, runner))
        try:
            await app.run_worker_async(
                queues=[QUEUE], concurrency=4, install_signal_handlers=False, delete_jobs="always",
                update_heartbeat_interval=5, stalled_worker_timeout=STALLED_SECONDS,
            )  # fmt: skip
        finally:
            stalled.cancel()
            await asyncio.gather(stalled, return_exceptions=True)


async def _take_stalled(app: procrastinate.App, runner: SweepRunner) -> None:
    """Take over, again and again, the wake-ups a killed worker left as ``doing``.

    The sweep runs and the job is forgotten rather than queued again: another wake-up of the same sweep may
    wait already, and only one may.
    """
    while True:
        with suppress(ConnectorException):
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
                runner.wake(str(job.task_kwargs.get("sweep")))
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
        await asyncio.sleep(STALLED_SECONDS)
