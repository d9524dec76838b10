"""One atheris process: `python -m tests.fuzz.job FOLDER RUNS SEED LENGTH`. Findings go to FOLDER, and the run goes on."""

from __future__ import annotations

import json
import sys
import tempfile
from hashlib import blake2b
from pathlib import Path

import atheris

# Not the stages that read the page: all that is new to them is another page, and pages take long.
_WATCHED = [
    "run",
    "decode",
    "decode_guess",
    "repair",
    "mojibake",
    "markup",
    "lines",
    "text",
    "audit",
    "records",
    "flow",
]

with atheris.instrument_imports(include=[f"pipeline.{name}" for name in _WATCHED]):
    import pipeline.flow
    import pipeline.run.work  # noqa: F401

from .target import Finding, Target  # noqa: E402

_TOLD = 5000


def main(folder: Path, runs: int, seed: int, length: int) -> None:
    """Fuzz for so many inputs."""
    target = Target(Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)))
    seen: set[str] = set()

    def one(data: bytes) -> None:
        finding = target.check(data)
        if finding and finding.key not in seen:
            seen.add(finding.key)
            _note(folder, finding, data)
        if target.counts["inputs"] % _TOLD == 0 or target.counts["inputs"] >= runs:
            (folder / f"counts-{seed}.json").write_text(json.dumps(target.counts))

    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    options = [f"-seed={seed}", f"-max_len={length}", "-timeout=0", "-verbosity=0", "-print_final_stats=0"]
    atheris.Setup([sys.argv[0], f"-atheris_runs={runs}", *options, str(folder / "corpus")], one)
    atheris.Fuzz()


def _note(folder: Path, finding: Finding, data: bytes) -> None:
    name = blake2b(finding.key.encode(), digest_size=6).hexdigest()
    (folder / f"finding-{name}.bin").write_bytes(data)
    (folder / f"finding-{name}.txt").write_text(f"{finding.what}\n", encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:5]))
