"""How well are pages read? Scores the program on labelled pages.

    python -m benchmarks.accuracy [--bench ../shared/bench] [--part all|learn|score] [--worst N] [--show PAGE] [--set ...]
    python -m benchmarks.accuracy --gate       fails if a family is below benchmarks/gate.json
    python -m benchmarks.accuracy --keep       also adds the scores to benchmarks/history.jsonl

Runs the program over the typeset pages (by family) and the real pages, with the scorer of the bench. `--part score` is the
quarter of the pages that nothing is learnt from (training/pages.py); look only at differences of the others.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import subprocess
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path
from types import ModuleType

import orjson

from pipeline.flow import read
from pipeline.records import records
from pipeline.settings import Settings, load
from training.pages import held_out

GATE = Path("benchmarks/gate.json")
HISTORY = Path("benchmarks/history.jsonl")


def scorer(bench: Path) -> ModuleType:
    """The scorer of the bench as a module."""
    spec = importlib.util.spec_from_file_location("score", bench / "score.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def predicted(path: Path, settings: Settings) -> tuple[list[dict], list[str]]:  # type: ignore[type-arg]
    """The articles of a page in gold's form, and the removed texts."""
    page = read(path.read_bytes(), path.name, settings)
    made = records(page, settings)
    sections = defaultdict(list)
    for line in made.sections:
        section = orjson.loads(line)
        sections[section["article_id"]].append(section)
    found = []
    for line in made.articles:
        article = orjson.loads(line)
        parts = sections[article["id"]]
        found.append(
            {
                **{key: article[key] for key in ("kicker", "title", "subtitle", "bylines", "captions")},
                "sections": [
                    {
                        "heading": s["heading"],
                        "level": s["level"],
                        "paragraphs": [p for p in s["text"].split("\n\n") if p],
                    }
                    for s in parts
                ],
            }
        )
    return found, [orjson.loads(line)["text"] for line in made.removed]


def scored(score: ModuleType, gold: dict, path: Path, settings: Settings) -> dict:  # type: ignore[type-arg]
    """One page's row."""
    found, removed = predicted(path, settings)
    row = score.score(gold["articles"], found)
    before = score.letters_of(path)
    if before is not None:
        text = [
            t
            for a in found
            for t in [
                a["kicker"], a["title"], a["subtitle"], score.reading(a), *a["captions"],
                *(b["role"] for b in a["bylines"]), *(n for b in a["bylines"] for n in b["names"]),
            ]
        ]  # fmt: skip
        after = score.letters("".join(text) + "".join(removed))
        row["lost"] = sum((before - after).values())
        row["made"] = sum((after - before).values())
    return row


def table(score: ModuleType, bench: Path, part: str, settings: Settings) -> dict[str, dict]:  # type: ignore[type-arg]
    """A row for each page of the part, and for the real pages."""
    rows = {}
    pairs = [(bench / "pages" / "gold", bench / "pages" / "raw"), (bench / "seeds" / "gold", bench.parent / "seeds")]
    for golds, raws in pairs:
        for path in sorted(golds.glob("*.json")):
            gold = json.loads(path.read_text(encoding="utf-8"))
            name = gold["source"]
            if golds.parent.name == "pages" and part != "all" and held_out(name) != (part == "score"):
                continue
            rows[name] = scored(score, gold, raws / name, settings)
    return rows


def family(name: str) -> str:
    """The family of a page by its name; the real pages are one of their own."""
    kind = re.sub(r"^\d+_|\.\w+$", "", name)
    return kind if "_" in kind or kind == "ocr" else "real"


def show(score: ModuleType, rows: dict[str, dict], worst: int) -> dict[str, float]:  # type: ignore[type-arg]
    """Print the table by family and the worst pages; the scores by family."""
    groups = defaultdict(list)
    for name, row in rows.items():
        groups[family(name)].append(row)
    names = [*score.COLUMNS, "lost", "made"]
    print(f"{'':<28}" + "".join(f"{c:>11}" for c in [*names, "score"]))
    result = {}
    for name, group in sorted(groups.items()):
        mean = score.average(group)
        result[name] = round(mean["score"], 4)
        print(score.line(f"{name} ({len(group)})", mean, names))
    pages = [row for name, row in rows.items() if family(name) != "real"]
    if pages:
        mean = score.average(pages)
        result["pages"] = round(mean["score"], 4)
        print(score.line(f"all pages ({len(pages)})", mean, names))
    apart = [row for name, row in rows.items() if family(name) != "real" and held_out(name)]
    if apart:
        mean = score.average(apart)
        result["held_out"] = round(mean["score"], 4)
        print(score.line(f"held out ({len(apart)})", mean, names))
    ranked = sorted((score.average([row])["score"], name) for name, row in rows.items())
    for name in [n for n in rows if family(n) == "real"] + [n for _, n in ranked[:worst]]:
        print(score.line(name, score.average([rows[name]]), names))
    return result


def difference(bench: Path, name: str, settings: Settings) -> None:
    """Print gold and found of a page, block by block, as a unified diff."""
    import difflib

    folder = bench / "pages" if (bench / "pages" / "raw" / name).exists() else None
    raw = folder / "raw" / name if folder else bench.parent / "seeds" / name
    gold_path = (folder or bench / "seeds") / "gold" / (Path(name).stem + ".json")
    gold = json.loads(gold_path.read_text(encoding="utf-8"))
    found, _ = predicted(raw, settings)
    for line in difflib.unified_diff(flat(gold["articles"]), flat(found), "gold", "found", n=1, lineterm=""):
        print(line if len(line) < 130 else line[:70] + " … " + line[-50:])


def flat(articles: list[dict]) -> list[str]:  # type: ignore[type-arg]
    """Articles as lines, one a block."""
    out = []
    for a in articles:
        out += [f"ARTICLE {a['kicker'] or ''} | {a['title'] or ''} | {a['subtitle'] or ''}"]
        out += [f"BYLINE {b['role'] or ''} {' '.join(b['names'])}" for b in a["bylines"]]
        for s in a["sections"]:
            out += [f"H{s['level']} {s['heading'] or ''}", *(f"P {p}" for p in s["paragraphs"])]
        out += sorted(f"CAPTION {c}" for c in a["captions"])
    return out


def check(result: dict[str, float], rows: dict[str, dict]) -> int:  # type: ignore[type-arg]
    """Compare with the gate; 1 if a family is below it, or a page has lost or made up a character."""
    gate = json.loads(GATE.read_text(encoding="utf-8"))
    low = {name: (result.get(name, 0.0), least) for name, least in gate.items() if result.get(name, 0.0) < least}
    for name, (now, least) in low.items():
        print(f"gate: {name} has {now}, at least {least} is asked", file=sys.stderr)
    wrong = {name for name, row in rows.items() if row.get("lost") or row.get("made")}
    for name in sorted(wrong):
        print(
            f"gate: {name} has lost {rows[name]['lost']} and made up {rows[name]['made']} characters", file=sys.stderr
        )
    return 1 if low or wrong else 0


def keep(part: str, result: dict[str, float]) -> None:
    """Add the scores to the history, and print what changed since the last ones of the same part."""
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=True)
    entry = {"date": f"{date.today():%Y-%m-%d}", "commit": commit.stdout.strip(), "part": part, **result}
    lines = HISTORY.read_text(encoding="utf-8").splitlines() if HISTORY.exists() else []
    before = next((one for one in map(json.loads, reversed(lines)) if one["part"] == part), {})
    for name, now in result.items():
        print(f"{name:<12}{before.get(name, 0.0):>8.4f} -> {now:.4f}")
    HISTORY.write_text("".join(f"{line}\n" for line in [*lines, json.dumps(entry)]), encoding="utf-8")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=Path("../shared/bench"))
    parser.add_argument("--part", choices=("all", "learn", "score"), default="all")
    parser.add_argument("--worst", type=int, default=0)
    parser.add_argument("--show")
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--set", dest="sets", action="append", default=[], metavar="STAGE.OPTION=VALUE")
    args = parser.parse_args()
    settings = load(None, args.sets)
    if args.show:
        difference(args.bench, args.show, settings)
        return 0
    score = scorer(args.bench)
    rows = table(score, args.bench, args.part, settings)
    result = show(score, rows, args.worst)
    if args.keep:
        keep(args.part, result)
    return check(result, rows) if args.gate else 0


if __name__ == "__main__":
    sys.exit(main())
