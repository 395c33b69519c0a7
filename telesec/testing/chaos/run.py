"""One run: everybody works while things break; then the outside world is mended and the truth looked for."""

import shutil
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import click

from telesec.bootstrap import build_deps
from telesec.settings import read_settings
from telesec.testing.chaos.ledger import Findings, Ledger
from telesec.testing.chaos.people import Day
from telesec.testing.chaos.trouble import Trouble
from telesec.testing.chaos.truth import Truth
from telesec.testing.demo.running import RunningDemo

FINISH_SECONDS = 75
"""How long a program repeats what got no answer, once nobody begins anything new."""


@dataclass(frozen=True)
class Plan:
    """How hard a run is.

    Args:
        seconds: How long things break.
        seed: Decides who does what and what breaks when.
        programs, desks: How many work at once.
        pause_seconds: Between two troubles, on the average.
    """

    seconds: float
    seed: int
    programs: int
    desks: int
    pause_seconds: float


@dataclass(frozen=True)
class Result:
    """What came of it."""

    operations: int
    findings: Findings
    broke: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """Return what the last line says."""
        found = self.findings
        return {
            "operations": self.operations,
            "lost": len(found.lost),
            "doubled": len(found.doubled),
            "disagreements": len(found.disagreements),
        }


def run(plan: Plan, log: Path | None = None) -> Result:
    """Run it in a folder that is thrown away.

    Args:
        plan: How hard.
        log: Where what the demo said is kept; nowhere when nothing is said.
    """
    with tempfile.TemporaryDirectory(prefix="telesec-chaos-", ignore_cleanup_errors=True) as name:
        demo = RunningDemo(Path(name) / "data").start()
        try:
            result = in_demo(demo, plan)
        finally:
            ended = demo.ended()
            if log is not None:
                shutil.copy(demo.log, log)
        if not ended:
            result.findings.disagreements.append("the demo does not end when it is told to")
        return result


def in_demo(demo: RunningDemo, plan: Plan) -> Result:
    """Run it in a demo that runs."""
    ledger, findings = Ledger(), Findings()
    day, trouble = Day(demo, ledger, plan.seed), Trouble(demo, plan.seed)
    deps = build_deps(read_settings({"TELESEC_DATA_DIR": str(demo.data), "TELESEC_PUBLIC_URL": demo.url}))
    try:
        day.begin(plan.programs, plan.desks)
        stop = threading.Event()
        timer = threading.Timer(plan.seconds, stop.set)
        timer.start()
        trouble.until(stop, plan.pause_seconds)
        trouble.mend(findings)
        click.echo("Everything outside is mended; everybody finishes what they began ...")
        day.end(FINISH_SECONDS)
        click.echo(f"Nobody begins anything new. {len(ledger)} acts were acknowledged; looking for each ...")
        Truth(demo, ledger, deps, findings).check(day.program, day.desk)
    finally:
        day.leave()
        trouble.leave()
        deps.close()
    findings.disagreements += day.broken
    return Result(len(ledger), findings, tuple(trouble.said))
