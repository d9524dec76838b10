"""Bytes to text: which encoding a document is in.

In goes what stands in the file, out comes a Document whose text has a place in the decoded input behind every
character. The order: byte order mark, strict UTF-8, then UTF-32, UTF-16, GB18030 and Big5 (also line by line, for
files put together from several), scored by how common the characters are that they give. Nothing is ever decoded
with errors ignored or replaced: what no encoding explains is refused, and the error says what to do.

CR and CR LF are left as they are (the lines are cut later); a byte order mark is not part of the decoded input.
"""

from __future__ import annotations

import codecs
import re
from hashlib import sha256
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from pipeline.decode_guess import Guess, guess
from pipeline.document import Document
from pipeline.errors import SourceError
from pipeline.text import Text

STAGE: Final = "decode"
SURROGATE: Final = re.compile(rb"\xed[\xa0-\xbf]")  # how UTF-8 would write one

Encoding = Literal[
    "auto", "utf-8", "gb18030", "gbk", "gb2312", "big5", "big5hkscs", "utf-16", "utf-16-le", "utf-16-be", "utf-32"
]

# The longer marks first: the UTF-16 one begins the UTF-32 one.
MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# What is called by the old names is in fact written in their supersets.
CODECS: Final = {"gbk": "gb18030", "gb2312": "gb18030", "big5": "cp950"}

CONTROL: Final = re.compile("[\x01-\x08\x0b\x0e-\x1f]")

# The first bytes of what is no text at all, and what to do with it.
FORMATS: Final = (
    (b"%PDF-", "a PDF: extract its text first"),
    (b"PK\x03\x04", "a ZIP archive (or a Word or Excel file): unpack or export it as text first"),
    (b"\x1f\x8b", "gzip-compressed: name it *.gz or unpack it"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed: name it *.zst or unpack it"),
    (b"\xfd7zXZ", "xz-compressed: unpack it"),
    (b"\x89PNG", "a PNG image: recognise its text first"),
    (b"\xff\xd8\xff", "a JPEG image: recognise its text first"),
    (b"II*\x00", "a TIFF image: recognise its text first"),
    (b"MM\x00*", "a TIFF image: recognise its text first"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file: export it as text first"),
    (b"{\\rtf", "an RTF file: export it as text first"),
)


class DecodeOptions(BaseModel):
    """How bytes become text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoding: Encoding = Field(default="auto", description="the encoding of every file; auto: find it for each")
    max_bytes: int = Field(default=64 * 2**20, gt=0, description="a document larger than this is quarantined")
    min_confidence: float = Field(default=0.9, ge=0, le=1, description="a guess below this is quarantined")
    mixed: bool = Field(default=True, description="decode line by line a file put together from several encodings")


def decode(data: bytes, source: str, options: DecodeOptions) -> Document:
    """Decode one document. Raises SourceError, saying what to do, where that can't be done for certain."""
    if len(data) > options.max_bytes:
        raise _refusal(source, f"has {len(data)} bytes, more than decode.max_bytes = {options.max_bytes}; split it")
    for magic, what in FORMATS:
        if data.startswith(magic):
            raise _refusal(source, f"is {what}.")
    found = _decoded(data, source, options)
    _check(found.text, source)
    if found.confidence < options.min_confidence:
        raise _refusal(
            source,
            f"is most likely {found.encoding}, but with confidence {found.confidence:.2f} only (decode.min_confidence"
            f" = {options.min_confidence}). Save it as UTF-8 or set decode.encoding.",
        )
    return Document(
        source=source,
        sha256=sha256(data).hexdigest(),
        encoding=found.encoding,
        original=found.text,
        text=Text.source(found.text),
        decode_confidence=found.confidence,
    )


def _decoded(data: bytes, source: str, options: DecodeOptions) -> Guess:
    """The text by the mark, by the encoding that the settings name, or by the best guess."""
    body, marked = _unmarked(data)
    if options.encoding != "auto":
        return _named(body, marked, source, options.encoding)
    if marked:
        try:
            return Guess(body.decode(marked), marked, 1.0)
        except UnicodeDecodeError as error:
            if not marked.startswith("utf-8"):
                raise _undecodable(source, marked, error) from error
    found = guess(body, mixed=options.mixed)
    if found is None:
        raise _refusal(source, _why_not(body))
    return found


def _named(body: bytes, marked: str, source: str, encoding: str) -> Guess:
    """The text by the encoding that the settings name; of UTF-16 and UTF-32 the mark says the byte order."""
    codec = marked if marked.startswith(encoding) else CODECS.get(encoding, encoding)
    if codec in {"utf-16", "utf-32"}:
        codec += "-le"
    try:
        return Guess(body.decode(codec), codec, 1.0)
    except UnicodeDecodeError as error:
        raise _undecodable(source, codec, error) from error


def _unmarked(data: bytes) -> tuple[bytes, str]:
    """The bytes after the byte order mark, and the encoding that the mark names."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data[len(mark) :], encoding
    return data, ""


def _check(text: str, source: str) -> None:
    """Refuse what is no text: empty, binary, or with characters that JSON can't hold."""
    if not text or text.isspace() or not text.strip("\ufeff\u200b \t\r\n"):
        raise _refusal(source, "holds no character other than white space. Remove it from the input.")
    nul = text.find("\0")
    if nul >= 0:
        raise _refusal(
            source, f"holds a NUL character at offset {nul}: it is binary data, or damaged. Extract it again."
        )
    if CONTROL.search(text):
        controls = len(CONTROL.findall(text))
        if controls > 8 and controls * 20 > len(text):
            raise _refusal(source, f"is binary data: {controls} of {len(text)} characters are control characters.")


def _why_not(data: bytes) -> str:
    """Why no encoding fits, as far as one can tell."""
    if b"\0" in data:
        return "is binary data (it holds NUL bytes and is no UTF-16 or UTF-32). Extract its text first."
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        found = data[error.start : error.end].hex(" ")
        if SURROGATE.match(data, error.start):
            return f"holds a lone surrogate at byte {error.start}, which no UTF-8 may. Write it anew with a sound tool."
        if error.end == len(data) and len(data) - error.start < 4 and error.start:
            return f"ends in the middle of a UTF-8 character (byte {error.start}: {found}): cut off? Copy it again."
        return (
            f"is in none of UTF-8, UTF-16, UTF-32, GB18030 and Big5, as a whole or line by line (UTF-8 fails at byte"
            f" {error.start}: {found}). Convert it to UTF-8, or set decode.encoding if you know it."
        )
    return "is in no encoding that this program reads. Convert it to UTF-8."


def _undecodable(source: str, codec: str, error: UnicodeDecodeError) -> SourceError:
    found = error.object[error.start : error.end].hex(" ")
    return _refusal(source, f"is not sound {codec}: byte {error.start} ({found}): {error.reason}. Extract it again.")


def _refusal(source: str, what: str) -> SourceError:
    return SourceError(f"{source} {what}", stage=STAGE)
