"""What a run costs beyond reading the pages, and how far it grows: figures of docs/runs.md.

    python -m benchmarks.runs workers PAGES_FOLDER [--pages 2000]     two workers against one, real cleaner
    python -m benchmarks.runs overhead [--documents 10000]            parts, receipts and fsync, 12 KB each
    python -m benchmarks.runs nightly [--documents 100000]            a night in which nothing changed
    python -m benchmarks.runs pieces [PAGES_FOLDER] [--mb 500]        two workers against one on a single JSONL file
    python -m benchmarks.runs memory files|rows|zst|parquet [--mb 500]   the largest memory of parent and worker

`--folder` names a place for what is made (default: a temporary one). All but `workers` and `pieces PAGES_FOLDER` read by a
stand-in that makes a record of each document without a look at it: what is measured is the run. Wall times wait for others, so
have a quiet machine.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from statistics import median

from pydantic import JsonValue

from pipeline.run import run
from pipeline.run.cleaner import Cleaned, Cleaner, from_settings
from pipeline.run_options import RunOptions
from pipeline.settings import Settings

SENTENCE = "大桥昨日上午通车，两岸的老人走上桥头，看了又看，久久不肯离去。\n"
TWELVE_KB = (SENTENCE * (12_000 // len(SENTENCE.encode()))).encode()
OLD = (10**9, 10**9)


@dataclass(frozen=True, slots=True)
class StandIn:
    """A cleaner that knows no text: one article of a document, as large as the document is."""

    def clean(self, data: bytes, source: str) -> Cleaned:
        """One record."""
        line = json.dumps({"id": f"{source}#a1", "text": data.decode("utf-8", "replace")}, ensure_ascii=False).encode()
        return Cleaned({"articles": [line], "sections": [line]}, {"kept": len(data)})

    def quarantined(self, source: str, error: BaseException, sha256: str) -> bytes:
        """A record of what failed."""
        return json.dumps({"source": source, "message": str(error)}).encode()

    def schema(self, kind: str) -> Mapping[str, JsonValue]:
        """The keys of its records."""
        names = ("source", "message") if kind == "quarantine" else ("id", "text")
        return {"properties": {name: {"type": "string"} for name in names}}


def stand_in(settings: Settings) -> Cleaner:
    """Makes the stand-in, in workers too."""
    return StandIn()


def folder_of(documents: int, folder: Path) -> Path:
    """A folder of documents of 12 KB, in folders of a thousand; each is another one."""
    for number in range(documents):
        path = folder / f"{number // 1000:04d}" / f"{number:06d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"{number}\n".encode() + TWELVE_KB)
        os.utime(path, OLD)
    return folder


@contextmanager
def timed(times: dict[str, list[float]], name: str) -> Iterator[None]:
    """Note the seconds that the block takes."""
    start = time.perf_counter()
    yield
    times.setdefault(name, []).append(time.perf_counter() - start)


def workers(args: argparse.Namespace) -> None:
    """One worker and two in turn, over copies of real pages."""
    pages = sorted(path for path in args.pages_folder.iterdir() if path.is_file())
    made = args.folder / "pages"
    made.mkdir()
    for number in range(args.pages):
        page = pages[number % len(pages)]
        (made / f"{number:05d}-{page.name}").write_bytes(page.read_bytes())
        os.utime(made / f"{number:05d}-{page.name}", OLD)
    times: dict[str, list[float]] = {}
    for _ in range(args.rounds):
        for count in (1, 2):
            with timed(times, str(count)):
                run([str(made)], args.folder / "out", Settings(), workers=count, full=True, make_cleaner=from_settings)
    ratios = [one / two for one, two in zip(times["1"], times["2"], strict=True)]
    print(f"{args.pages} pages, seconds {times}: two workers {median(ratios):.2f} times one (pairs {ratios})")


def pieces(args: argparse.Namespace) -> None:
    """One worker and two in turn, over one file of rows: real pages and cleaner, or made up ones and the stand-in."""
    path = args.folder / "rows.jsonl"
    with path.open("wb") as file:
        if args.pages_folder:
            _write_pages(file, args.pages_folder, args.mb << 20)
        else:
            _write_rows(file, args.mb << 20)
    os.utime(path, OLD)
    settings = Settings(run=RunOptions(split_mb=args.split))
    make_cleaner = from_settings if args.pages_folder else import_module("benchmarks.runs").stand_in  # not of __main__
    times: dict[str, list[float]] = {}
    for _ in range(args.rounds):
        for count in (1, 2):
            with timed(times, str(count)):
                run([str(path)], args.folder / "out", settings, workers=count, full=True, make_cleaner=make_cleaner)
    ratios = [one / two for one, two in zip(times["1"], times["2"], strict=True)]
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(
        f"{args.mb} MB in pieces of {args.split} MB, seconds {times}: two workers {median(ratios):.2f} times one"
        f" (pairs {ratios}); largest memory: parent {own} MB, worker {worker} MB"
    )


def _write_pages(file: io.BufferedIOBase, folder: Path, size: int) -> None:
    """Rows of real pages, over and over."""
    texts = [path.read_text("utf-8", "replace") for path in sorted(folder.iterdir()) if path.is_file()]
    written = number = 0
    while written < size:
        line = json.dumps({"text": texts[number % len(texts)]}, ensure_ascii=False).encode() + b"\n"
        written += file.write(line)
        number += 1
    file.flush()


def overhead(args: argparse.Namespace) -> None:
    """A run against the same reading and cleaning without parts, receipts and fsync."""
    made = folder_of(args.documents, args.folder / "in")
    cleaner, times = StandIn(), dict[str, list[float]]()
    for _ in range(args.rounds):
        shutil.rmtree(args.folder / "out", ignore_errors=True)
        with timed(times, "run"):
            run([str(made)], args.folder / "out", Settings(), workers=0, make_cleaner=stand_in)
        with timed(times, "bare"), (args.folder / "bare.jsonl").open("wb") as articles:
            for path in sorted(made.rglob("*.txt")):
                cleaned = cleaner.clean(path.read_bytes(), path.name)
                for lines in cleaned.records.values():
                    articles.writelines(line + b"\n" for line in lines)
    extra = median(times["run"]) - median(times["bare"])
    start = time.process_time()
    for number in range(args.samples):
        from_settings(Settings()).clean(f"{number}\n".encode() + TWELVE_KB, "a.txt")
    reading = (time.process_time() - start) / args.samples * args.documents
    print(
        f"{args.documents} documents of 12 KB: run {median(times['run']):.2f} s, bare loop {median(times['bare']):.2f} s,"
        f" so {extra:.2f} s of overhead; cleaning them for real takes {reading:.0f} s: {100 * extra / reading:.2f} %"
    )


def nightly(args: argparse.Namespace) -> None:
    """A run that finds nothing changed, as a process of its own."""
    made = folder_of(args.documents, args.folder / "in")
    run([str(made)], args.folder / "out", Settings(), workers=0, make_cleaner=stand_in)
    code = (
        "import sys; from pathlib import Path; from pipeline.run import run; from pipeline.settings import Settings\n"
        "assert not run([sys.argv[1]], Path(sys.argv[2]), Settings(), workers=2).worked"
    )
    times: dict[str, list[float]] = {}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(args.rounds):
        with timed(times, "wall"):
            subprocess.run([sys.executable, "-c", code, str(made), str(args.folder / "out")], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / args.rounds
    print(f"{args.documents} documents: {median(times['wall']):.1f} s ({processor:.1f} s of processor time)")


def memory(args: argparse.Namespace) -> None:
    """The largest memory of parent and worker over a generated input, at a tenth of the size and at the size."""
    for size in (args.mb // 10, args.mb):
        made = args.folder / f"in-{size}"
        made.mkdir()
        GENERATORS[args.what](made, size << 20)
        code = (
            "import re, resource, sys; from pathlib import Path; from pipeline.run_options import RunOptions\n"
            "from benchmarks.runs import Settings, run, stand_in\n"
            "settings = Settings(run=RunOptions(ratio=10**6))\n"
            "done = run([sys.argv[1]], Path(sys.argv[2]), settings, workers=1, make_cleaner=stand_in)\n"
            "own = re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]\n"
            "worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
            "print(done.documents, 'documents,', done.quarantined, 'failed: parent', int(own) >> 10, 'MB, worker',"
            " worker >> 10, 'MB,', f'{done.seconds:.0f} s')\n"
        )
        print(f"{args.what}, {size} MB unpacked: ", end="", flush=True)
        subprocess.run([sys.executable, "-c", code, str(made), str(args.folder / f"out-{size}")], check=True)


def _files(folder: Path, size: int) -> None:
    folder_of(max(1, size // len(TWELVE_KB)), folder)


def _row(number: int) -> bytes:
    return json.dumps({"id": number, "text": f"{number}\n{SENTENCE * 40}"}, ensure_ascii=False).encode() + b"\n"


def _rows(folder: Path, size: int) -> None:
    with (folder / "rows.jsonl").open("wb") as file:
        _write_rows(file, size)


def _zst(folder: Path, size: int) -> None:
    import zstandard

    with (
        (folder / "rows.jsonl.zst").open("wb") as file,
        zstandard.ZstdCompressor(level=1).stream_writer(file) as packed,
    ):
        _write_rows(io.BufferedWriter(packed), size)


def _parquet(folder: Path, size: int) -> None:
    """One row group, the worst that a writer can do."""
    import pyarrow
    from pyarrow.parquet import write_table

    count = size // len(_row(0))
    text = [f"{number}\n{SENTENCE * 40}" for number in range(count)]
    write_table(pyarrow.table({"text": text}), folder / "rows.parquet", row_group_size=count, use_dictionary=False)


def _write_rows(file: io.BufferedIOBase, size: int) -> None:
    written = number = 0
    while written < size:
        written += file.write(_row(number))
        number += 1
    file.flush()


GENERATORS = {"files": _files, "rows": _rows, "zst": _zst, "parquet": _parquet}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--rounds", type=int, default=3)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("workers")
    one.add_argument("pages_folder", type=Path)
    one.add_argument("--pages", type=int, default=2000)
    one.set_defaults(measure=workers)
    one = commands.add_parser("pieces")
    one.add_argument("pages_folder", type=Path, nargs="?")
    one.add_argument("--mb", type=int, default=500)
    one.add_argument("--split", type=int, default=RunOptions().split_mb)
    one.set_defaults(measure=pieces)
    one = commands.add_parser("overhead")
    one.add_argument("--documents", type=int, default=10_000)
    one.add_argument("--samples", type=int, default=20)
    one.set_defaults(measure=overhead)
    one = commands.add_parser("nightly")
    one.add_argument("--documents", type=int, default=100_000)
    one.set_defaults(measure=nightly)
    one = commands.add_parser("memory")
    one.add_argument("what", choices=GENERATORS)
    one.add_argument("--mb", type=int, default=500)
    one.set_defaults(measure=memory)
    args = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # of workers, as by the command line
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        args.folder = Path(folder)
        args.measure(args)


if __name__ == "__main__":
    main()
