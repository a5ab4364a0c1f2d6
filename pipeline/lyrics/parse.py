"""Reading .lrc, .srt, .vtt and plain text into timed lines.

All of it comes from people and other programs: sizes are bounded, mark-up is dropped, and what
cannot be read is counted and said. Only a file that is no text at all is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Literal

from pipeline.errors import BadInput
from pipeline.lyrics.lrc import read_lrc
from pipeline.lyrics.sheet import LONGEST_LINE, Sheet, TimedLine

Format = Literal["text", "lrc", "srt", "vtt"]
MOST_LINES = 2000
_HEADING = re.compile(r"^[\[(][^\])]*[\])]:?$")
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_MARKUP = re.compile(r"<[^>]*>")
_MANY_NULLS = 0.2
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\ufffd]")
SAMPLED_LETTERS, MOST_CONTROLS = 4000, 0.02


def decoded(data: bytes) -> str:
    """The text of a lyrics file, whatever program wrote it.

    UTF-8 and UTF-16 with or without a mark; what is neither is read as Windows' Latin.

    Raises:
        BadInput: It is no text, but a sound or a picture.
    """
    text = _read(data)
    sample = text[:SAMPLED_LETTERS]
    if len(_CONTROLS.findall(sample)) > MOST_CONTROLS * len(sample):
        raise BadInput(
            "That file holds no text that could be lyrics.",
            "Choose a .txt, .lrc, .srt or .vtt file, or paste the words.",
        )
    return text


def _read(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    sample = data[:2000]
    if sample.count(0) > _MANY_NULLS * len(sample):
        little = sample[1::2].count(0) > sample[0::2].count(0)
        return data.decode("utf-16-le" if little else "utf-16-be", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def guessed_format(text: str) -> Format:
    """The format of pasted words, by what their lines look like."""
    lines = [line.strip() for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if lines and lines[0].startswith("WEBVTT"):
        return "vtt"
    if any("-->" in line for line in lines[:6]):
        return "srt"
    timed = sum(line.startswith("[") and line[1:2].isdigit() for line in lines)
    return "lrc" if lines and timed * 2 > len(lines) else "text"


def read_sheet(text: str, form: Format) -> Sheet:
    """Timed or plain lines of a lyrics text, in order of time where there is one."""
    text = _LONE_SURROGATES.sub("\ufffd", text).lstrip("\ufeff").replace("\0", "")
    readers: dict[str, Callable[[str], Sheet]] = {
        "lrc": read_lrc,
        "srt": lambda words: _subtitles(words, "srt"),
        "vtt": lambda words: _subtitles(words, "vtt"),
    }
    if form not in readers:
        return _bounded(_plain(text))
    sheet = readers[form](text)
    if sheet.lines or not text.strip():
        return _bounded(sheet)
    note = f"No line of this .{form} text has a time that can be read; it is taken as plain text."
    plain = _plain(text)
    return _bounded(Sheet(plain.lines, (note, *sheet.warnings)))


def _bounded(sheet: Sheet) -> Sheet:
    if len(sheet.lines) <= MOST_LINES:
        return sheet
    note = f"Only the first {MOST_LINES} of {len(sheet.lines):,} lines of the lyrics are used."
    return Sheet(sheet.lines[:MOST_LINES], (*sheet.warnings, note))


def _plain(text: str) -> Sheet:
    """Lines without times; headings such as “[Chorus]” are not sung."""
    lines = (line.strip()[:LONGEST_LINE] for line in text.splitlines())
    return Sheet(tuple(TimedLine(line) for line in lines if line and not _HEADING.match(line)))


def _subtitles(text: str, form: Literal["srt", "vtt"]) -> Sheet:
    """SRT or WebVTT through pysubs2; mark-up is dropped."""
    import pysubs2

    try:
        events = pysubs2.SSAFile.from_string(text, format_=form).events
    except (pysubs2.exceptions.Pysubs2Error, ValueError, IndexError) as error:
        return Sheet((), (f"The .{form} text could not be read ({type(error).__name__}).",))
    lines = []
    for event in sorted(events, key=lambda event: event.start):
        bare = _MARKUP.sub(" ", event.plaintext)
        words = " ".join((unescape(bare) if form == "vtt" else bare).split())[:LONGEST_LINE]
        if words:
            lines.append(TimedLine(words, max(0, event.start) / 1000, max(0, event.end) / 1000))
    return Sheet(tuple(lines))
