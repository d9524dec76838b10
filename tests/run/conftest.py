"""What the tests of runs share."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pipeline.run
from pipeline.run import stores
from pipeline.run.report import Report
from pipeline.run.stores import Store, opened
from pipeline.run_options import RunOptions
from run import run_fakes
from run.run_outputs import SECRET, Run


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder of twelve pages, some in folders below."""
    folder = tmp_path / "pages"
    for number in range(12):
        path = folder / ("" if number % 3 else "1954/09") / f"{number:02d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"第{number}版\n{'remove' if number % 4 == 0 else '正文'}\n", encoding="utf-8")
        os.utime(path, ns=(0, 10**18 + number))
    return folder


@pytest.fixture
def run(tmp_path: Path, pages: Path) -> Run:
    """Run over the pages, in this process unless told otherwise."""

    def call(*inputs: str | Path, out: Path | str | None = None, mark: str = "a", **wishes: Any) -> Report:
        options = wishes.pop("options", {})
        settings = run_fakes.FakeSettings(mark=mark, run=RunOptions(**{"parts": 4, **options}))
        wishes = {"workers": 0, "make_cleaner": run_fakes.make, **wishes}
        named = [str(one) for one in inputs] or ([] if wishes.get("files_from") else [str(pages)])
        return pipeline.run.run(named, out or tmp_path / "out", settings, **wishes)

    return call


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A server of S3 on this machine. Gives its address."""
    s3fs = pytest.importorskip("s3fs")
    moto_server = pytest.importorskip("moto.server")
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        s3fs.S3FileSystem.clear_instance_cache()  # it remembers the server of other tests, which is gone
        stores._files.cache_clear()
        yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, tmp_path: Path) -> Store:
    """A bucket of one's own."""
    name = "b" + hashlib.sha256(str(tmp_path).encode()).hexdigest()[:20]
    store = opened(f"s3://{name}/corpus")
    store.files.mkdir(name)
    return store
