"""Settings: where they come from, what is refused and in which words."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from pipeline.errors import ConfigError
from pipeline.settings import Settings, load, stages, template


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str) -> Path:
    path = Path("own.toml")
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults() -> None:
    assert load() == Settings()


def test_the_order_of_the_stages_is_that_of_the_work() -> None:
    order = "decode repair markup lines roles unwrap stitch articles normalise records run"
    assert list(stages()) == order.split()


def test_pipeline_toml_of_this_folder_is_read() -> None:
    Path("pipeline.toml").write_text("[markup]\nmarkdown = false\n", encoding="utf-8")
    assert not load().markup.markdown


def test_set_goes_over_the_file() -> None:
    path = written("[markup]\nmarkdown = false\n[lines]\ndoubled = false\n")
    settings = load(path, ["markup.markdown=true"])
    assert settings.markup.markdown
    assert not settings.lines.doubled


def test_the_last_set_counts() -> None:
    assert load(sets=["markup.markdown=true", "markup.markdown=false"]).markup.markdown is False


def test_a_bare_string_needs_no_quotes() -> None:
    assert load(sets=["decode.encoding=gb18030"]).decode == load(sets=['decode.encoding="gb18030"']).decode


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("markdown=false", "--set markdown=false: write it as stage.option=value"),
        ("markup.markdown", "write it as stage.option=value"),
        ("markupp.markdown=false", "'markupp' is no table. Did you mean 'markup'?"),
        ("zzz.markdown=false", "'zzz' is no table. There are: decode, repair,"),
        ("markup.markdwon=false", "'markdwon' is no option of [markup]. Did you mean 'markdown'?"),
        ("markup.markdown=perhaps", "markup.markdown = 'perhaps': it should be a valid boolean"),
        ("markup.markdown=1", "markup.markdown = 1: it should be a valid boolean"),
        ("decode.encoding=koi8", "decode.encoding = 'koi8': it should be 'auto', 'utf-8'"),
    ],
)
def test_a_wrong_set(assignment: str, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        load(sets=[assignment])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "\n[markup]\n\nmarkdwon = true\n",
            "own.toml:4: 'markdwon' is no option of [markup]. Did you mean 'markdown'?",
        ),
        ("[markup]\n[lines]\nmarkdown = true\n", "own.toml:3: 'markdown' is no option of [lines]"),
        ("# stages\n[markups]\n", "own.toml:2: 'markups' is no table. Did you mean 'markup'?"),
        ("markup = 3\n", "own.toml:1: markup is a table: write [markup] and its options under it"),
        ("[markup]\nmarkdown = 'yes'\n", "own.toml:2: markup.markdown = 'yes': it should be a valid boolean"),
        ("markup.markdown = 2020-01-01\n", "own.toml:1: markup.markdown = '2020-01-01': it should be"),
        ("[markup\n", "own.toml: is not valid TOML"),
    ],
)
def test_a_wrong_file(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        load(written(text))


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: can't be read .* `pipeline init`"):
        load(Path("none.toml"))


def test_a_file_that_is_not_utf8() -> None:
    Path("own.toml").write_bytes("# 设置".encode("gb18030"))
    with pytest.raises(ConfigError, match="is not UTF-8"):
        load(Path("own.toml"))


def test_settings_can_not_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().markup = Settings().markup  # type: ignore[misc]


def test_the_template_shows_the_defaults() -> None:
    assert load(written(template())) == Settings()


def test_the_template_names_every_option_with_its_default() -> None:
    options = re.sub(r"^# (?=\w+ = )", "", template(), flags=re.MULTILINE)
    path = written(options)
    assert load(path) == Settings()
    shown = tomllib.loads(options)
    for name, model in stages().items():
        unset = {option for option, value in model().model_dump().items() if value is None}
        assert set(shown[name]) | unset == set(model.model_fields), name


@pytest.mark.parametrize("model", stages().values(), ids=lambda model: model.__name__)
def test_every_option_is_described_and_refuses_strangers(model: type[BaseModel]) -> None:
    assert all(field.description for field in model.model_fields.values())
    assert model.model_config.get("extra") == "forbid"
    assert model.model_config.get("frozen")


def test_the_fingerprint_follows_what_changes_the_records() -> None:
    usual = Settings().fingerprint()
    assert re.fullmatch("[0-9a-f]{16}", usual)
    assert load(sets=["markup.markdown=true"]).fingerprint() == usual
    assert load(sets=["markup.markdown=false"]).fingerprint() != usual
    assert load(sets=["run.text_column=body"]).fingerprint() != usual
    assert load(sets=["run.parts=3"]).fingerprint() == usual
    assert load(sets=["run.time_limit=3"]).fingerprint() == usual
