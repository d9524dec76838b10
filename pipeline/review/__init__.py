"""Looking at what a run did: the inputs read again beside the records, traced, compared, and shown as pages.

Nothing here writes records; `report` writes the review page below `_run/report`, the others only read.
"""

from __future__ import annotations

from importlib.util import find_spec

from pipeline.errors import ConfigError


def check() -> None:
    """Raise ConfigError where what the review page needs is not installed: the extra `report`."""
    missing = [name for name in ("jinja2", "leather") if find_spec(name) is None]
    if missing:
        names = ", ".join(missing)
        raise ConfigError(f"the review page needs {names}: pip install 'newspaper-pipeline[report]'")
