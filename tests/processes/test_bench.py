"""``telesec bench`` runs and writes its figures; how fast they are is not a test's business."""

import json
import os
import subprocess
import sys


def test_it_writes_every_figure_with_its_goal(tmp_path):
    out = tmp_path / "bench.json"

    subprocess.run(
        [sys.executable, "-m", "telesec", "bench", "--rounds", "5", "--rows", "1", "--out", str(out)],
        check=True, env=os.environ, timeout=120,
    )  # fmt: skip

    figures = json.loads(out.read_text())
    assert len(figures) == 6
    assert all(set(row) == {"name", "value", "unit", "goal", "ok"} and row["value"] > 0 for row in figures)
