"""The supervisor keeps its children alive and leaves none behind."""

import os
import signal
import sys
import threading

from telesec.processes.supervisor import Child, supervise

LOOP = [sys.executable, "-c", "import signal; signal.pause()"]


def wait_for(condition):
    pause = threading.Event()
    for _ in range(400):
        if condition():
            return True
        pause.wait(0.05)
    return False


def test_a_killed_child_is_started_again():
    child = Child("loop", LOOP, os.environ)
    stop, ticks = threading.Event(), iter(range(100_000))
    thread = threading.Thread(target=supervise, args=([child], stop), kwargs={"now": lambda: next(ticks)})
    thread.start()
    assert wait_for(lambda: child.process is not None)
    first = child.process.pid

    os.kill(first, signal.SIGKILL)
    revived = wait_for(lambda: child.process is not None and child.process.pid != first)
    stop.set()
    thread.join(30)

    assert revived
    assert child.process.poll() is not None


def test_a_child_that_keeps_dying_is_given_pauses():
    child = Child("dies", [sys.executable, "-c", "raise SystemExit(3)"], os.environ)
    child.start()
    child.process.wait()
    child.revive(0.0)
    child.process.wait()

    child.revive(1.0)

    assert child.process is None
