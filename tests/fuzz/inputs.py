"""A file of an input, from the bytes that a fuzzer gives: the first says how, the rest say what.

Plain random bytes hardly ever get past decoding. So some ways read each byte as a piece of a page (a phrase, a mark, a
line break), others pack what they made and break the packing at one place.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

SEEDS: Final = Path(__file__).parents[2] / "seeds"
SAMPLE: Final = (SEEDS / "02-columns-cut.txt").read_bytes()

# fmt: off
_MARKS: Final = [
    "\n", "\n", "\n\n", "\r\n", "\r", "\t", " ", "  ", "　", "\u2028", "\x0c", "\x85", "\ufeff", "\u200b", "\u00ad", "\u202e",
    "，", "。", "、", "；", "：", "？", "！", "“", "”", "‘", "’", "「", "」", "《", "》", "（", "）", "【", "】", "——", "……", "·",
    ",", ".", ";", ":", "?", "!", '"', "'", "(", ")", "[", "]", "<", ">", "/", "\\", "-", "—", "~", "%", "+", "…", "&", "$", "＄",
    "#", "## ", "* ", "**", "_", "`", "|", "---", "> ", "<b>", "</b>", "<br>", "&amp;", "&#x41;", "&lt", "![", "](",
    "一", "二、", "（三）", "1", "2", "0.5", "3,500", "19.37％", "２０２３", "Ａ", "ﬃ", "①", "½", "万", "亿元", "年", "月", "日",
    "本报记者", "摄", "图为", "通讯员", "责编", "第5版", "2023年8月15日", "星期二", "（记者 ", "□", "■", "●", "△", "◎",
    "讯", "报道", "桥", "大桥通车", "看了又看", "人人夸好", "老 人", "標題", "繁體字", "為", "著", "𠮷", "\U0010ffff", "é", "한",
    "ç", "æ¡¥", "Ã©", "â€œ", "锟斤拷", "\ufffd", "烫烫", "\x00", "\x07", "\x1b[0m", "\u0301", "👨\u200d👩", "\ud800",
]
# fmt: on
_PHRASES: Final = [line[:18] for line in SAMPLE.decode().split("\n") if line][: 256 - len(_MARKS)]
PIECES: Final = [piece.encode("utf-8", "surrogatepass") for piece in (*_MARKS, *_PHRASES)]


def pieces(data: bytes) -> bytes:
    """Each byte a piece of a page."""
    return b"".join(PIECES[byte % len(PIECES)] for byte in data)


def cuts(data: bytes) -> bytes:
    """Each byte a stretch of a sample page, cut wherever it falls."""
    return b"".join(SAMPLE[byte * 9 : byte * 9 + 60] for byte in data[:20])


def rows(data: bytes) -> bytes:
    """Rows of JSONL, now and then a broken one."""
    made = [json.dumps({"text": pieces(row).decode("utf-8", "replace"), "id": len(row)}) for row in data.split(b"\0")]
    return "\n".join(line if len(line) % 7 else line[:-3] for line in made).encode()


def zipped(data: bytes) -> bytes:
    """A zip file of two members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("a.txt"), data)
        archive.writestr(zipfile.ZipInfo(pieces(data[:3]).decode("utf-8", "replace") + ".txt"), data[1:])
    return file.getvalue()


def tarred(data: bytes) -> bytes:
    """A tar file of two members."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in (("a.txt", data), (data[:3].hex() + ".md", data[1:])):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def parquet(data: bytes) -> bytes:
    """A Parquet file of a few rows."""
    import pyarrow
    from pyarrow.parquet import write_table

    file = io.BytesIO()
    write_table(pyarrow.table({"text": data.split(b"\0")}), file, compression="NONE", store_schema=False)
    return file.getvalue()


def zstd(data: bytes) -> bytes:
    """A zstd file."""
    import zstandard

    return zstandard.ZstdCompressor(level=1).compress(data)


def gzipped(data: bytes) -> bytes:
    """A gzip file without a time."""
    return gzip.compress(data, mtime=0)


def whole(data: bytes) -> bytes:
    """What was given."""
    return data


def broken(data: bytes, make: Callable[[bytes], bytes]) -> bytes:
    """What `make` makes of the bytes after the first three; these say where it is broken, and how."""
    made = bytearray(make(data[3:]))
    at = int.from_bytes(data[:2], "big") % (len(made) + 1)
    how = data[2] if len(data) > 2 else 0
    if how < 64:
        return bytes(made[:at])
    if how < 160 and at < len(made):
        made[at] ^= how
    return bytes(made)


Way = tuple[str, Callable[[bytes], bytes]]
_PACKERS: Final[list[Way]] = [
    ("a.txt.gz", gzipped),
    ("a.txt.bz2", bz2.compress),
    ("a.txt.xz", lambda data: lzma.compress(data, preset=0)),
    ("a.txt.zst", zstd),
    ("a.parquet", parquet),
    ("a.jsonl.gz", lambda data: gzipped(rows(data))),
    ("a.zip", zipped),
    ("a.tar", tarred),
    ("a.tgz", lambda data: gzipped(tarred(data))),
]
_DAMAGED: Final[list[Way]] = [(name, lambda data, make=make: broken(data, make)) for name, make in _PACKERS]  # type: ignore[misc]
# A document that is read to its end takes ten times as long as one that is not, so the ways that mostly end early are
# there several times.
WAYS: Final[list[Way]] = [
    *[("a.txt", pieces)] * 3,
    ("a.md", pieces),
    *[("a.txt", whole)] * 12,
    ("a.txt", cuts),
    ("a.txt", lambda data: pieces(data).decode("utf-8", "replace").encode("gb18030")),
    ("a.txt", lambda data: pieces(data).decode("utf-8", "replace").encode("utf-16")),
    ("a.jsonl", rows),
    *[("a.jsonl", whole)] * 4,
    *[(name, whole) for name in ("a.txt.gz", "a.txt.zst", "a.zip", "a.tar", "a.parquet")] * 3,
    *_PACKERS,
    *_DAMAGED * 3,
]


def made(data: bytes) -> tuple[str, bytes]:
    """The name and the content of the file that the bytes stand for."""
    name, way = WAYS[(data[0] if data else 0) % len(WAYS)]
    return name, way(data[1:])
