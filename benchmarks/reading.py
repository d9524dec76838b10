"""How fast are pages read? Processor time of the whole path from bytes to records, one process.

    python -m benchmarks.reading [FILE_OR_FOLDER ...] [--rounds 5]        default: seeds

Prints the median over the rounds in MB of input a second, and in milliseconds a page.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import median
from time import process_time

from pipeline.flow import read
from pipeline.records import records
from pipeline.settings import Settings
from pipeline.vectors import shipped as vectors


def pages(paths: list[Path]) -> list[tuple[str, bytes]]:
    """The name and the bytes of each file; those of a folder, sorted."""
    files = [file for path in paths for file in (sorted(path.iterdir()) if path.is_dir() else [path]) if file.is_file()]
    return [(file.name, file.read_bytes()) for file in files]


def timed(inputs: list[tuple[str, bytes]], settings: Settings) -> float:
    """Seconds of processor time to read all pages and to write their records."""
    vectors().remembered.clear()  # or the second round would be spared what the first one looked up
    start = process_time()
    for name, data in inputs:
        records(read(data, name, settings), settings)
    return process_time() - start


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", type=Path, nargs="*", default=[Path("seeds")])
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    inputs, settings = pages(args.paths), Settings()
    timed(inputs[:1], settings)
    took = median(timed(inputs, settings) for _ in range(args.rounds))
    size = sum(len(data) for _, data in inputs)
    print(
        f"{len(inputs)} pages, {size / 1e6:.2f} MB: {size / 1e6 / took:.3f} MB/s, {1000 * took / len(inputs):.1f} ms a page"
    )


if __name__ == "__main__":
    main()
