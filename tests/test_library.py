"""The library: what `import pipeline` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import pipeline
from pipeline.errors import SourceError

TEXT = "桥通了\n\n大桥昨日上午通车，两岸的老人走上桥头，\n看了又看。\n"


def test_everything_promised_is_there() -> None:
    for name in pipeline.__all__:
        assert getattr(pipeline, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        pipeline.nonsense  # noqa: B018


def test_importing_it_costs_nothing() -> None:
    code = "import sys, pipeline; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"click", "pydantic", "numpy", "cn2an", "ftfy", "opencc", "orjson", "pipeline.flow"}.isdisjoint(loaded)


def test_one_page_is_read_without_what_a_run_needs() -> None:
    code = "import sys, pipeline; pipeline.clean('桥通了'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "pipeline.flow" in loaded
    assert "pipeline.run" not in loaded


def test_text_and_bytes_are_read_alike() -> None:
    page = pipeline.clean(TEXT)
    assert page.articles[0].title.chars == "桥通了"
    assert pipeline.clean(TEXT.encode()) == page
    assert pipeline.read(TEXT.encode(), "text", pipeline.Settings()) == page


def test_origins_are_offsets_of_the_string() -> None:
    page = pipeline.clean(TEXT)
    (paragraph,) = page.articles[0].sections[0].paragraphs
    assert [TEXT[origin] for origin in paragraph.origins] == list(paragraph.chars)


def test_the_source_names_the_page() -> None:
    assert pipeline.clean(TEXT, source="a/桥.txt").document.source == "a/桥.txt"


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(SourceError, match="桥: half a surrogate pair at offset 1") as caught:
        pipeline.clean("桥\ud800", source="桥")
    assert caught.value.stage == "decode"


@pytest.mark.parametrize("text", ["", "\n" * 1000, "\ufeff"])
def test_an_empty_page_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="no character other than white space"):
        pipeline.clean(text)


def test_a_page_of_marks_is_read() -> None:
    page = pipeline.clean("，。")
    assert sum(len(section.paragraphs) for article in page.articles for section in article.sections) <= 1
