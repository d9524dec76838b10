"""What a result was measured on: machine, versions and date."""

from __future__ import annotations

import os
import platform
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("newspaper-pipeline", "numpy", "pydantic", "orjson", "OpenCC", "ftfy", "datatrove")


def described(rounds: int, megabytes: float, files: int, sample: float, sampled: int) -> list[str]:
    """The head of the report."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return [
        "# How fast",
        "",
        f"Written by `python -m benchmarks` on {date.today().isoformat()}: {_processor()}, {os.cpu_count()} cores, load {load}"
        f" at the end; Python {platform.python_version()}; {', '.join(map(_with_version, PACKAGES))}.",
        "",
        f"The corpus: {files} pages, {megabytes:.1f} MB of UTF-8, put together from `seeds/`. Rates are of its first {sampled}"
        f" pages, {sample:.1f} MB, medians of {rounds} rounds, one core where the clock is the processor's. The floor reads"
        " and decodes each page, scans it once and writes the same records. The other tools do other work: see"
        " `benchmarks/peers.py`.",
        "",
    ]


def _processor() -> str:
    """The name of the processor, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _with_version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} not installed"
