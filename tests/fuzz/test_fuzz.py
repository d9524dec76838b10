"""A short run of the fuzzers; `python -m tests.fuzz` is the long one."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.inputs import WAYS, made
from fuzz.target import Finding, Target
from pipeline.errors import LawBroken

pytest.importorskip("pyarrow")
pytest.importorskip("zstandard")


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Target:
    return Target(tmp_path_factory.mktemp("fuzz"))


@given(st.integers(0, len(WAYS) - 1), st.binary(max_size=60))
def test_any_input_keeps_the_promises(target: Target, way: int, data: bytes) -> None:
    assert target.check(bytes([way]) + data) is None


def test_a_broken_promise_is_found_and_made_small(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fuzzers would be worth nothing if their target could not fail."""
    from fuzz.__main__ import smaller

    real = target.cleaner.clean

    def clean(data: bytes, source: str) -> object:
        if b"x" in data:
            raise LawBroken(f"{source}: an x was lost", stage="audit")
        return real(data, source)

    monkeypatch.setattr(target.cleaner, "clean", clean)
    way = next(n for n, (name, make) in enumerate(WAYS) if name == "a.txt" and make(b"\xff\xfe") == b"\xff\xfe")
    data = bytes([way]) + b"some text x and more"
    found = target.check(data)
    assert found == Finding("LawBroken in audit: a.txt: an x was lost")
    assert smaller(data, found.key, target) == bytes([way]) + b"x"
    monkeypatch.setattr(target.cleaner, "clean", lambda data, source: 1 // 0)
    assert "ZeroDivisionError" in str(target.check(data))


def test_inputs_are_made_alike_each_time() -> None:
    for way in range(len(WAYS)):
        data = bytes([way]) + bytes(range(60))
        assert made(data) == made(data)


@pytest.mark.parametrize("engine", ["random", "atheris"])
def test_the_engines_run(tmp_path: Path, engine: str) -> None:
    if engine == "atheris" and not importlib.util.find_spec("atheris"):
        pytest.skip("atheris is not installed")
    command = [sys.executable, "-m", "tests.fuzz", "--engine", engine, "--inputs", "300", "--jobs", "1"]
    root = Path(__file__).parents[2]
    done = subprocess.run([*command, "--folder", str(tmp_path)], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((tmp_path / f"counts-{engine}-1.json").read_text())["inputs"] == 300
