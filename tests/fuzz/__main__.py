"""Fuzz the whole path, in processes side by side, and make what is found small.

python -m tests.fuzz [--engine atheris|random] [--inputs 1000000] [--jobs 2] [--length 60] [--seed 1] [--folder FOLDER]

Prints how many inputs there were, what became of them, and each kind of finding with its smallest input. Exit code 1
where there is a finding. The folder keeps the corpus, so that a later call with the same folder goes on from it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from .inputs import made
from .target import Target


def smaller(data: bytes, key: str, target: Target) -> bytes:
    """The input without all that its finding does not need."""
    step = max(1, len(data) // 2)
    while step:
        at = 1  # the first byte says how the file is made
        while at < len(data):
            shorter = data[:at] + data[at + step :]
            found = target.check(shorter)
            if found and found.key == key:
                data = shorter
            else:
                at += step
        step //= 2
    return data


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=["atheris", "random"], default="atheris")
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--length", type=int, default=60, help="bytes of an input at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=None)
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="fuzz-"))
    runs = -(-args.inputs // args.jobs)
    command = [sys.executable, "-m", f"{__package__}.job", str(folder), args.engine, str(runs)]
    jobs = [subprocess.Popen([*command, str(args.seed + n), str(args.length)]) for n in range(args.jobs)]
    codes = [job.wait() for job in jobs]
    counts: Counter[str] = Counter()
    for path in folder.glob("counts-*.json"):
        counts.update(json.loads(path.read_text()))
    print(f"{folder}: {dict(counts)}, exit codes {codes}")
    target = Target(folder / "scratch")
    found = sorted(folder.glob("finding-*.bin"))
    for path in found:
        finding = target.check(path.read_bytes())
        if finding:
            data = smaller(path.read_bytes(), finding.key, target)
            print(f"{path.name}: {finding.what}\n    {data!r}, which is {made(data)!r}")
        else:
            print(f"{path.name}: {path.with_suffix('.txt').read_text()}    not seen again")
    return 1 if found or any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
