"""How fast is the program, and what does it need? One command, one table, in benchmarks/RESULTS.md.

    python -m benchmarks [--megabytes 64] [--sample 1] [--rounds 5] [--out benchmarks/RESULTS.md]

Builds its own corpus from seeds/ (`corpus.py`) and measures the whole path and each stage in this process, in processor
time, on the first `--sample` megabytes; `pipeline run` over as much with one worker and with all, and once over the whole
corpus, in wall clock; then a night in which nothing is new, small files, and start-up. All but the run over the whole corpus are
medians of `--rounds` rounds. For the other tools: `pip install '.[bench]'`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import corpus, peers, stages, timing
from benchmarks.machine import described
from pipeline.settings import Settings

SMALL = 500  # files of three lines


@dataclass(frozen=True, slots=True)
class Rate:
    """So many megabytes of UTF-8 in so many seconds, of the processor or by the clock."""

    name: str
    megabytes: float
    seconds: float
    clock: str = "processor"

    @property
    def speed(self) -> float:
        """Megabytes a second."""
        return self.megabytes / self.seconds


def sample_of(files: list[Path], megabytes: float) -> list[Path]:
    """The first files that hold so many megabytes."""
    some, left = [], megabytes * 1e6
    for file in files:
        if left <= 0:
            break
        some.append(file)
        left -= file.stat().st_size
    return some


def size(files: Iterable[Path]) -> float:
    """Megabytes of files."""
    return sum(file.stat().st_size for file in files) / 1e6


def in_process(files: list[Path], rounds: int) -> list[Rate]:
    """The whole path, its stages, the floor and the peers, in processor time."""
    pages, megabytes = [(file.name, file.read_bytes()) for file in files], size(files)
    settings = Settings()
    made = [[*one.articles, *one.sections, *one.removed] for one in stages.read(pages, settings)]
    rates = [Rate("whole path", megabytes, timing.of_call(lambda: stages.read(pages, settings), rounds))]
    took = stages.by_stage(pages, rounds)
    rates += (Rate(f"– {stage}, {spent / sum(took.values()):.0%}", megabytes, spent) for stage, spent in took.items())
    rates.append(Rate("floor", megabytes, timing.of_call(peers.floor(files, made), rounds)))
    for name, call in peers.peers([data.decode() for _, data in pages]).items():
        if call:
            rates.append(Rate(name, megabytes, timing.of_call(call, rounds)))
    return rates


def runs(files: list[Path], some: list[Path], folder: Path, rounds: int) -> tuple[list[Rate], list[tuple[str, str]]]:
    """`pipeline run` by the clock: one worker and all, the whole corpus, a night without news, small files, start-up."""
    cores = os.cpu_count() or 1
    out, listed = folder / "out", folder / "sample.list"
    listed.write_text("".join(f"{file}\n" for file in some), encoding="utf-8")
    rates = []
    for workers in sorted({1, cores}):
        took = []
        for _ in range(rounds):
            shutil.rmtree(out, ignore_errors=True)
            took.append(timing.pipeline("run", "--files-from", listed, "--out", out, "--workers", workers, "--quiet"))
        ran = timing.median_of(took)
        rates.append(Rate(f"pipeline run, workers: {workers}", size(some), ran.seconds, "wall"))
        rates.append(Rate(f"pipeline run, workers: {workers}", size(some), ran.processor))
    shutil.rmtree(out)
    whole = timing.pipeline("run", folder / "pages", "--out", out, "--workers", cores, "--quiet")
    rates.append(Rate(f"pipeline run, whole corpus, workers: {cores}, once", size(files), whole.seconds, "wall"))
    rates.append(Rate(f"pipeline run, whole corpus, workers: {cores}, once", size(files), whole.processor))
    night = [timing.pipeline("run", folder / "pages", "--out", out, "--quiet") for _ in range(rounds)]
    corpus.build_small(folder / "small", SMALL)
    small = []
    for _ in range(rounds):
        shutil.rmtree(folder / "out-small", ignore_errors=True)
        small.append(timing.pipeline("run", folder / "small", "--out", folder / "out-small", "--workers", 1, "--quiet"))
    one = timing.median_of([timing.pipeline("clean", files[0]) for _ in range(rounds)]).seconds
    helped = timing.median_of([timing.pipeline("--help") for _ in range(rounds)]).seconds
    return rates, [
        ("peak memory of the parent, whole corpus", f"{whole.parent:.0f} MB"),
        ("peak memory of a worker, whole corpus", f"{whole.worker:.0f} MB"),
        (f"a night without news, {len(files)} files", f"{timing.median_of(night).seconds:.2f} s"),
        (
            f"a small document, of {SMALL} files of three lines",
            f"{1000 * timing.median_of(small).seconds / SMALL:.1f} ms",
        ),
        ("`pipeline --help`", f"{helped:.2f} s"),
        ("`pipeline clean` of one page", f"{one:.2f} s"),
    ]


def table(rates: list[Rate]) -> list[str]:
    """The rates as Markdown, with their ratios to the whole path and to the floor."""
    by_name = {rate.name: rate for rate in rates}
    whole, floor = by_name["whole path"].speed, by_name["floor"].speed
    return [
        "| | MB/s | times the whole path | times the floor | MB | clock |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
        *(
            f"| {r.name} | {r.speed:.3g} | {r.speed / whole:.3g} | {r.speed / floor:.3g} | {r.megabytes:.1f} | {r.clock} |"
            for r in rates
        ),
    ]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=64, help="the corpus")
    parser.add_argument("--sample", type=float, default=1, help="megabytes of it that are measured in rounds")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/RESULTS.md"))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = corpus.build(folder / "pages", args.megabytes)
        some = sample_of(files, args.sample)
        rates = in_process(some, args.rounds)
        more, needs = runs(files, some, folder, args.rounds)
        report = [
            *described(args.rounds, size(files), len(files), size(some), len(some)),
            *table([*rates, *more]),
            "",
            "| | |",
            "| --- | ---: |",
            *(f"| {what} | {figure} |" for what, figure in needs),
        ]
    args.out.write_text("\n".join(report) + "\n", encoding="utf-8")
    print("\n".join(report))


if __name__ == "__main__":
    main()
