"""The seam model: a tiny one is trained here from a few sentences, and the one shipped is asked a few things."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ConfigError
from pipeline.learn.model import train
from pipeline.learn.table import build_table
from pipeline.seam_steps import Texts
from pipeline.seams import BOUNDARY, DIGIT, EDGE, FIRST_CHARACTER, LATIN, UNKNOWN, SeamModel, SeamModelError, shipped
from training.seams import LeftOut, is_law, is_report, squeeze

SENTENCES = (
    "白芦河大桥昨日通车，两岸居民走上桥头。",
    "大桥通车以后，两岸居民往来只要三分钟。",
    "居民说，从前过河要等渡船，一等就是半天。",
    "渡船停了，渡口的老人把船修好，送给了学校。",
    "学校的孩子走上大桥，第一次不用等渡船。",
    "老人说，大桥是两岸居民等了一辈子的大桥。",
)


@pytest.fixture(scope="module")
def model_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "tiny.bin"
    path.write_bytes(train(SENTENCES * 3, order=4, max_ngrams=10_000))
    return path


@pytest.fixture(scope="module")
def model(model_file):
    return SeamModel.load(model_file)


def probabilities(model, context):
    """P of every id after the context."""
    ids = np.arange(len(model.unigrams), dtype=np.uint16)
    each = np.arange(len(ids))
    texts = Texts(model._lefts(model._tails([context]), 1), model._rights(ids[None, :]))
    joins = model.scores(texts, np.zeros_like(each), each)
    return np.exp((joins + model.unigrams).astype(np.float64))


def sums(model):
    """The sum of the probabilities after each piece of the text, of none to three characters."""
    text = "".join(SENTENCES)
    contexts = {text[at : at + length] for at in range(0, 100) for length in range(model.order)}
    return np.array([probabilities(model, context).sum() for context in sorted(contexts)])


def test_probabilities_sum_to_one(model):
    # Rounding to six bits moves a sum a little; noise that passes a fingerprint (one look-up in 1,024) adds to a few.
    found = sums(model)
    assert np.median(found) == pytest.approx(1, abs=0.005)
    assert (abs(found - 1) < 0.03).mean() > 0.9
    assert found.min() > 0.97


def test_true_continuation_beats_others(model):
    lefts = ["昨日通车，两岸", "从前过河要等", "渡口的老人把"]
    rights = ["居民走上桥头", "渡船，一等就是", "船修好，送给"]
    scores = model.matrix(lefts, rights)
    assert scores.argmax(axis=1).tolist() == [0, 1, 2]
    assert (scores.diagonal() > 0).all()


def test_matrix_is_joins_of_all_pairs(model):
    lefts, rights = ["两岸", "大桥昨日通", "", "的"], ["居民", "车", "", "老人说大桥", "龘"]
    pairs = [(left, right) for left in lefts for right in rights]
    aligned = model.joins([left for left, _ in pairs], [right for _, right in pairs])
    assert aligned.dtype == np.float32
    assert np.array_equal(model.matrix(lefts, rights).ravel(), aligned)


def test_a_table_is_the_scores_of_all_pairs_of_some_texts(model):
    lefts, rights = ["两岸", "大桥昨日通", "", "的"], ["居民", "车", "", "老人说大桥", "龘", EDGE]
    texts = model.texts(lefts, rights)
    some, others = np.array([3, 0, 1]), np.array([5, 0, 3, 2])
    pairs = model.scores(texts, some.repeat(len(others)), np.tile(others, len(some)))
    assert np.array_equal(model.table(texts, some, others).ravel(), pairs)
    assert np.array_equal(model.table(texts, some.repeat(3000), others)[::3000].ravel(), pairs)  # in more than one pass


def test_scores_do_not_hang_on_the_batch(model):
    lefts, rights = ["两岸"] * 9000, ["居民"] * 8999 + ["渡船"]
    scores = model.joins(lefts, rights)
    assert scores[-1] == model.joins(["两岸"], ["渡船"])[0]
    assert (scores[:-1] == scores[0]).all()


def test_without_text_there_is_no_evidence(model):
    assert model.joins(["", "大桥"], ["大桥", ""]).tolist() == [0, 0]
    assert model.joins([], []).shape == (0,)
    assert model.matrix([], ["大桥"]).shape == (0, 1)
    assert model.joins(["大桥"], ["通车"], reach=0).tolist() == [0]


def test_pairs_must_be_pairs(model):
    with pytest.raises(ValueError, match="2 left texts, 1 right"):
        model.joins(["大", "桥"], ["河"])


def test_paragraphs_end_and_start_where_they_did(model):
    ends = model.ends(["等渡船。", "两岸居"])
    assert ends[0] > ends[1]
    starts = model.starts(["大桥通车以后", "民走上"])
    assert starts[0] > 0 > starts[1]


def test_characters_are_folded(model):
    assert model.encode("3７").tolist() == [DIGIT, DIGIT]
    assert model.encode("aＺ").tolist() == [LATIN, LATIN]
    assert model.encode("龘\U00020000").tolist() == [UNKNOWN, UNKNOWN]
    assert np.array_equal(model.encode("兩岸學校,"), model.encode("两岸学校，"))
    assert (model.encode("大桥") >= FIRST_CHARACTER).all()
    assert BOUNDARY not in model.encode("。\n\0")


def test_the_file_is_mapped_not_read(model):
    # An array over a map has no memory of its own, and can't be written to.
    for array in (model.grams.cells, model.contexts.cells, model.unigrams):
        assert not array.flags.owndata
        assert not array.flags.writeable


def test_training_is_repeatable(model_file):
    assert model_file.read_bytes() == train(SENTENCES * 3, order=4, max_ngrams=10_000)


def test_pruned_probabilities_still_sum_to_one(tmp_path):
    path = tmp_path / "small.bin"
    path.write_bytes(train(SENTENCES, order=3, max_ngrams=60))
    found = sums(SeamModel.load(path))
    assert (abs(found - 1) < 0.03).mean() > 0.9
    assert found.min() > 0.97


def test_probabilities_learnt_from_runs_sum_to_one(tmp_path):
    path = tmp_path / "runs.bin"
    path.write_bytes(train(SENTENCES * 3, paragraphs=False))
    found = sums(SeamModel.load(path))
    assert np.median(found) == pytest.approx(1, abs=0.005)
    assert (abs(found - 1) < 0.03).mean() > 0.9
    assert found.min() > 0.97


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: b"", "cannot read"),
        (lambda data: b"PK\x03\x04" + data, "not a seam model"),
        (lambda data: data[:-1], "cut short"),
        (lambda data: data[:40], "damaged"),
        (lambda data: data[:12] + b"\xff" + data[13:], "damaged"),
    ],
)
def test_a_bad_file_is_told(tmp_path, model_file, damage, message):
    path = tmp_path / "bad.bin"
    path.write_bytes(damage(model_file.read_bytes()))
    with pytest.raises(SeamModelError, match=message):
        SeamModel.load(path)


def test_a_missing_file_is_told():
    with pytest.raises(ConfigError, match=r"nowhere\.bin: cannot read the seam model"):
        SeamModel.load(Path("nowhere.bin"))


def test_table_gives_back_what_was_put_in():
    keys = np.unique(np.random.default_rng(5).integers(0, 1 << 63, 5000, dtype=np.uint64))
    values = (keys % np.uint64(64)).astype(np.uint8)
    found, got = build_table(keys, values, 6).find(keys)
    assert found.all()
    assert np.array_equal(got, values)
    strangers = keys + np.uint64(1)
    assert build_table(keys, values, 6).find(strangers)[0].mean() < 0.005  # one in 1,024


def test_shipped_model_knows_its_language():
    assert SeamModel.load() is shipped()
    scores = shipped().matrix(["他指出，要坚持中国特色社", "患者的病情得到了有"], ["会主义道路", "效控制。"])
    assert scores.argmax(axis=1).tolist() == [0, 1]
    assert (scores.diagonal() > 5).all()


def test_what_is_left_out_of_the_training():
    gold = "大桥昨日通车，两岸居民走上桥头，看河水流过（今年水大），孩子们唱歌。老人笑了。"
    left_out = LeftOut([gold])
    assert gold.replace("，", ", ").replace("（", "(") in left_out
    assert "又及。" + gold[:36] in left_out  # the long sentence in common
    assert "又及。老人笑了。" not in left_out
    assert squeeze("第一， 第二") == "第一,第二"


def test_laws_and_reports_are_told_by_their_make_up():
    assert is_law(["船舶应当依照本条例的规定停靠，不得占用航道。"] * 9)
    assert not is_law(["船舶应当依照本条例的规定停靠，不得占用航道。"] * 3)  # news of a law
    speech = ["各位代表：现在报告政府工作。"] + ["我们要推进改革，加快发展，加强建设，提高水平。" * 10] * 30
    assert is_report(speech)
    assert not is_report(speech[:4])
    assert not is_law(list(SENTENCES) * 3)
