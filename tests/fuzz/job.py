"""One process of fuzzing: `python -m tests.fuzz.job FOLDER ENGINE INPUTS SEED LENGTH`. Findings go to FOLDER, and it goes on.

The engine `atheris` breeds inputs that reach code which none has reached before; `random` draws them evenly over all ways
to make one. The first goes deeper, the second wider.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .target import Finding

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
_TOLD = 5000


def main(folder: Path, engine: str, inputs: int, seed: int, length: int) -> None:
    """Fuzz for so many inputs."""
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    if engine == "random":
        check = _checker(folder, f"random-{seed}", inputs)
        chance = random.Random(seed)
        for _ in range(inputs):
            check(chance.randbytes(chance.randint(1, length)))
        return
    import atheris

    with atheris.instrument_imports(include=[f"pipeline.{name}" for name in _WATCHED]):
        check = _checker(folder, f"atheris-{seed}", inputs)
    options = [
        f"-seed={seed}",
        f"-max_len={length}",
        "-timeout=0",
        "-verbosity=0",
        "-rss_limit_mb=0",
        f"-artifact_prefix={folder}/",
    ]
    atheris.Setup([sys.argv[0], f"-atheris_runs={inputs}", *options, str(folder / "corpus")], check)
    atheris.Fuzz()


def _checker(folder: Path, name: str, inputs: int) -> Callable[[bytes], None]:
    """A function that checks an input, and writes down findings and, now and then, the counts."""
    from .target import Target  # imports the program

    target = Target(Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)))
    seen: set[str] = set()

    def check(data: bytes) -> None:
        finding = target.check(data)
        if finding and finding.key not in seen:
            seen.add(finding.key)
            _note(folder, finding, data)
        if target.counts["inputs"] % _TOLD == 0 or target.counts["inputs"] == inputs:
            (folder / f"counts-{name}.json").write_text(json.dumps(target.counts))

    return check


def _note(folder: Path, finding: Finding, data: bytes) -> None:
    name = blake2b(finding.key.encode(), digest_size=6).hexdigest()
    (folder / f"finding-{name}.bin").write_bytes(data)
    (folder / f"finding-{name}.txt").write_text(f"{finding.what}\n", encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:6]))
