"""What the driver of a run costs alone: shards a second and memory, with work that does nothing. Figures of docs/cluster.md.

    python -m benchmarks.cluster [PARTS ...]        default: 1000 10000 200000
    python -m benchmarks.cluster --s3 [PARTS ...]   default: 2000; into a server of S3 on this machine (moto): it is the bottleneck

Each size is a process of its own. Half as many documents again as parts are found, so most parts have one.
"""

from __future__ import annotations

import argparse
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from unittest.mock import patch

from benchmarks.runs import stand_in
from pipeline.run import run
from pipeline.run.engines import Setup
from pipeline.run.receipts import Head, Output
from pipeline.run.stores import opened
from pipeline.run.work import At, Done, Outcome, Shard, Task
from pipeline.run_options import RunOptions
from pipeline.settings import Settings


def nothing(tasks: Iterable[Task], setup: Setup, at: At) -> Iterator[Done]:
    """An engine whose workers take no time at all: each part says that it wrote two files."""
    counts = {"documents": 1, "cleaned": 1, "articles": 1, "sections": 1}
    for task in tasks:
        if isinstance(task, Shard):
            names = [f"{kind}/part-{task.part:04d}.jsonl" for kind in ("articles", "sections")]
            outputs = tuple(Output(name, 1, f"{task.part:064x}", 1) for name in names)
            yield Outcome(Head(task.part, task.stamp, counts, outputs, 1), counts)


def one(parts: int) -> None:
    """One size, in this process."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(parts * 3 // 2):
            path = folder / "in" / f"{number // 1000:04d}" / f"{number:07d}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        before = resource.getrusage(resource.RUSAGE_SELF)
        start = time.perf_counter()
        with patch("pipeline.run.runner.engine_of", lambda *_: nothing):
            settings = Settings(run=RunOptions(parts=parts))
            report = run([str(folder / "in")], folder / "out", settings, make_cleaner=stand_in)
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_SELF)
    shards = report.parts["work"]
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{shards} shards of {parts * 3 // 2} inputs: {wall:.1f} s, {processor:.1f} s of processor time,"
        f" {shards / processor:.0f} shards a second; largest memory {after.ru_maxrss / 1024:.0f} MB"
    )


def into_s3(parts: int) -> None:
    """One size into a bucket, with a stand-in that works in this process; then again with nothing to do."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as name:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
        made = Path(name)
        for number in range(parts):
            (made / f"{number:06d}.txt").write_bytes(b"x")
        free.close()
        os.environ |= {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port], stderr=subprocess.DEVNULL
        )
        try:
            store = opened("s3://benchmark/out")
            while not _is_up(int(port)):
                time.sleep(0.1)
            store.files.mkdir("benchmark")
            for what in ("work", "nothing to do"):
                before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
                settings = Settings(run=RunOptions(parts=parts))
                report = run([name], store.uri, settings, workers=0, make_cleaner=stand_in)
                wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
                processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                shards = report.parts["work"] + report.parts["keep"]
                print(
                    f"{what}: {shards} shards in {wall:.1f} s, {processor:.1f} s of processor time here;"
                    f" {shards / wall:.0f} shards a second; largest memory {after.ru_maxrss / 1024:.0f} MB"
                )
        finally:
            server.kill()
            server.wait()


def _is_up(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", type=int, nargs="*")
    parser.add_argument("--s3", action="store_true", help="into a bucket of a server on this machine")
    parser.add_argument("--here", action="store_true", help="measure one size in this very process")
    args = parser.parse_args()
    for parts in args.parts or ([2000] if args.s3 else [1000, 10000, 200_000]):
        if args.here:
            into_s3(parts) if args.s3 else one(parts)
        else:
            flags = ["--here", *(["--s3"] if args.s3 else [])]
            subprocess.run([sys.executable, "-m", "benchmarks.cluster", *flags, str(parts)], check=True)


if __name__ == "__main__":
    main()
