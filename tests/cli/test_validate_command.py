"""`pipeline validate` finds what is wrong with records."""

from __future__ import annotations

import json
import re
from pathlib import Path

from cli.called import call


def test_validate_finds_figures_that_are_not_there(pages: Path) -> None:
    assert call("run", pages, "--figures").exit_code == 0
    path = next(path for path in Path("out/sections").iterdir() if b'"figures":[{' in path.read_bytes())
    path.write_text(
        path.read_text(encoding="utf-8").replace('"figures":[{"start":', '"figures":[{"start":1'), encoding="utf-8"
    )
    assert "does not stand at 1" in call("validate").stderr
    path.write_text(re.sub(r',"figures":.*', "}", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert "figures: Field required" in call("validate").stderr


def test_validate_finds_what_is_wrong(pages: Path) -> None:
    assert call("run", pages).exit_code == 0
    path = next(path for path in sorted(Path("out/articles").iterdir()) if path.stat().st_size)
    good = path.read_text(encoding="utf-8")
    article = json.loads(good.split("\n")[0])
    article["sections"][0]["start"] = 1
    for bad, message in [
        (good + good, "stands twice"),
        (good[:-1], "cut short"),
        (good + "{}\n", "Field required"),
        (good + "nonsense\n", "is no JSON"),
        ("", "there is no article"),
        (json.dumps(article, ensure_ascii=False) + "\n", "begins at 1"),
        (good.replace('"text":"', '"text":"甲', 1), "sections end at"),
    ]:
        path.write_text(bad, encoding="utf-8")
        result = call("validate")
        assert result.exit_code == 1
        assert message in result.stderr
        assert "problems" in result.stdout
    path.write_text(good, encoding="utf-8")
    assert call("validate").exit_code == 0


def test_validate_finds_what_does_not_belong(pages: Path) -> None:
    assert call("run", pages).exit_code == 0
    Path("out/articles/notes.txt").write_text("x")
    Path("out/articles/.part-0000.jsonl.tmp-123").write_text("x")
    Path("out/photos").mkdir()
    (part, *_) = sorted(Path("out/sections").iterdir())
    part.rename("out/sections/part-9999.jsonl")
    found = call("validate").stderr
    assert "notes.txt: is no file of records" in found
    assert ".tmp-123: was left by a run that did not end" in found
    assert "photos: does not belong into an output folder" in found
    assert f"sections/{part.name} is listed, but not there" in found
    assert "sections/part-9999.jsonl is not listed" in found
    Path("out/_run/manifest.json").unlink()
    assert "manifest.json: can't be read: the run did not end" in call("validate").stderr
