"""Reading .lrc, .srt, .vtt and plain text into timed lines.

All of it comes from people and other programs: sizes are bounded, mark-up is dropped, and what
cannot be read is counted and said, never raised.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Format = Literal["text", "lrc", "srt", "vtt"]
MOST_LINES = 2000
LONGEST_LINE = 500
_STAMP = r"(\d{1,3}):(\d{1,2}(?:[.:]\d{1,3})?)"
_LINE_STAMP = re.compile(rf"\[{_STAMP}\]")
_WORD_STAMP = re.compile(rf"<{_STAMP}>")
_TAG = re.compile(r"^\[([a-zA-Z#]+):(.*)\]$")
_HEADING = re.compile(r"^[\[(][^\])]*[\])]:?$")


@dataclass(frozen=True)
class TimedLine:
    """One sung line. Times are seconds; None where the format gives none.

    ``words`` holds (text, start) pairs where the format times words.
    """

    text: str
    start_s: float | None = None
    end_s: float | None = None
    words: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Sheet:
    """What was read, and sentences on what could not be."""

    lines: tuple[TimedLine, ...]
    warnings: tuple[str, ...] = field(default=())


def read_sheet(text: str, form: Format) -> Sheet:
    """Timed or plain lines of a lyrics text, in order of time where there is one."""
    reader = {"lrc": _lrc, "srt": _subtitles, "vtt": _subtitles}.get(form)
    if reader is None:
        return _bounded(_plain(text))
    sheet = reader(text, form)
    if sheet.lines or not text.strip():
        return _bounded(sheet)
    note = f"No line of this .{form} text has a time that can be read; it is taken as plain text."
    plain = _plain(text)
    return _bounded(Sheet(plain.lines, (note, *sheet.warnings)))


def _bounded(sheet: Sheet) -> Sheet:
    if len(sheet.lines) <= MOST_LINES:
        return sheet
    note = f"Only the first {MOST_LINES} lines of the lyrics are used."
    return Sheet(sheet.lines[:MOST_LINES], (*sheet.warnings, note))


def _plain(text: str) -> Sheet:
    """Lines without times; headings such as “[Chorus]” are not sung."""
    lines = (line.strip()[:LONGEST_LINE] for line in text.lstrip("\ufeff").splitlines())
    return Sheet(tuple(TimedLine(line) for line in lines if line and not _HEADING.match(line)))


def _seconds(minutes: str, rest: str) -> float:
    return int(minutes) * 60 + float(rest.replace(":", "."))


def _lrc(text: str, _: Format) -> Sheet:
    """LRC, with several stamps a line, word stamps, and the offset tag (milliseconds)."""
    found: list[TimedLine] = []
    offset_s, skipped = 0.0, 0
    for raw in text.lstrip("\ufeff").splitlines():
        line = raw.strip()[: LONGEST_LINE * 4]
        stamps = list(_LINE_STAMP.finditer(line))
        if not stamps:
            tag = _TAG.match(line)
            offset_s = _offset(tag, offset_s)
            skipped += bool(line) and tag is None
            continue
        body = line[stamps[-1].end() :]
        for stamp in stamps:
            found.append(_lrc_line(body, _seconds(*stamp.groups()) - offset_s))
    warnings = (f"{skipped} lines of the lyrics have no time and were left out.",) * bool(skipped)
    timed = sorted(found, key=lambda line: line.start_s or 0.0)
    return Sheet(_with_ends(timed), warnings)


def _offset(tag: re.Match[str] | None, known_s: float) -> float:
    """A positive offset shows lyrics sooner, as LRC players understand it."""
    if tag is None or tag.group(1).lower() != "offset":
        return known_s
    try:
        return int(tag.group(2)) / 1000
    except ValueError:
        return known_s


def _lrc_line(body: str, start_s: float) -> TimedLine:
    pieces = _WORD_STAMP.split(body)
    words = []
    for minutes, rest, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        if text.strip():
            words.append((text.strip(), _seconds(minutes, rest)))
    text = " ".join(_WORD_STAMP.sub(" ", body).split())[:LONGEST_LINE]
    return TimedLine(text, max(0.0, start_s), None, tuple(words))


def _with_ends(lines: list[TimedLine]) -> tuple[TimedLine, ...]:
    """Each line ends where the next begins; empty lines only end the one before."""
    ended = []
    for index, line in enumerate(lines):
        after = lines[index + 1].start_s if index + 1 < len(lines) else None
        if line.text:
            ended.append(TimedLine(line.text, line.start_s, after, line.words))
    return tuple(ended)


def _subtitles(text: str, form: Format) -> Sheet:
    """SRT or WebVTT through pysubs2; mark-up is dropped."""
    import pysubs2

    try:
        events = pysubs2.SSAFile.from_string(text, format_=form).events
    except (pysubs2.exceptions.Pysubs2Error, ValueError, IndexError) as error:
        return Sheet((), (f"The .{form} text could not be read ({type(error).__name__}).",))
    lines = []
    for event in sorted(events, key=lambda event: event.start):
        words = " ".join(re.sub(r"<[^>]*>", " ", event.plaintext).split())[:LONGEST_LINE]
        if words:
            lines.append(TimedLine(words, max(0, event.start) / 1000, max(0, event.end) / 1000))
    return Sheet(tuple(lines))
