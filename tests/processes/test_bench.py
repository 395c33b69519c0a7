"""``telesec bench`` runs and writes its figures; how fast they are is not a test's business."""

import json
import os
import subprocess
import sys

from benchmarks.commands import BEGIN, END


def test_it_writes_its_figures_with_their_goals_and_renews_the_table(tmp_path):
    out, page = tmp_path / "bench.json", tmp_path / "figures.md"
    page.write_text(f"Before.\n{BEGIN}\nold\n{END}\nAfter.\n", encoding="utf-8")

    subprocess.run(
        [sys.executable, "-m", "telesec", "bench", "--rounds", "10", "--only", "pure", "--out", str(out),
         "--markdown", str(page)],
        check=True, env=os.environ, timeout=300,
    )  # fmt: skip

    figures, written = json.loads(out.read_text()), page.read_text(encoding="utf-8")
    assert figures
    assert all(set(row) == {"name", "value", "unit", "goal", "ok"} and row["value"] > 0 for row in figures)
    assert all(row["name"] in written for row in figures)
    assert "old" not in written
    assert (written[:7], written[-7:]) == ("Before.", "After.\n")
