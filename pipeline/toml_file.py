"""Files of a user in TOML: what they hold, or one line that says what is wrong with one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError


def toml_file(path: Path, advice: str) -> tuple[dict[str, Any], str]:
    """What a TOML file holds, and its text. `advice` says what to do where there is no such file.

    Raises ConfigError where it can't be read, is not UTF-8 or no TOML.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text), text
    except OSError as error:
        raise ConfigError(f"{path}: can't be read ({error.strerror}). {advice}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8. Save it as UTF-8 and try again.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}.") from error
