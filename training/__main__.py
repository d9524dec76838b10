"""Learn all weights of the reading from labelled pages, in their order.

    python -m training PAGES_DIR [--folds build/folds [--reuse]]

One run of the scripts: role weights of three folds, those of the package, then what is learnt on top of them. The models
that are made from prose alone (`training.seams`, `training.seam_net`, `training.vectors`, `training.openings`) are not made anew.
"""

from __future__ import annotations

import argparse
import subprocess
import sys


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages")
    parser.add_argument("--folds", default="build/folds", help="where the role weights of the folds go")
    parser.add_argument("--reuse", action="store_true", help="take the role weights of the folds from an earlier run")
    args = parser.parse_args()
    reused = ["--folds", args.folds, "--reuse"]
    steps = [
        ("stitch", args.pages, "--folds", args.folds, *(["--reuse"] if args.reuse else [])),
        ("roles", args.pages),
        ("headline", args.pages, *reused),
        ("headings", args.pages),
        ("confidence", "--folds", args.folds),
    ]
    for step, *rest in steps:
        print("learn", step, flush=True)
        subprocess.run([sys.executable, "-m", f"training.{step}", *rest], check=True)


if __name__ == "__main__":
    main()
