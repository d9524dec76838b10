"""Calling the command line: in this process, or in one of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from pipeline.cli import main

SEEDS = Path(__file__).parent.parent.parent / "seeds"
SEED = SEEDS / "01-lost-indents.txt"
PDF = b"%PDF-1.7\n\x00\xff"  # what no stage can read


def call(*args: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], input=stdin)


def shell(*args: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, check=False)
