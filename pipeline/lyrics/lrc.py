"""LRC and its relatives: several stamps a line, stamps of single words, and the offset tag.

Word stamps stand in angle brackets (the A2 extension) or in square ones inside the line; both
are read. The offset moves lines and words alike, wherever in the file it stands.
"""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.lyrics.sheet import LONGEST_LINE, Sheet, TimedLine

_STAMP = r"(\d{1,3}):(\d{1,2}(?:[.:]\d{1,3})?)"
_LINE_STAMPS = re.compile(rf"(?:\[{_STAMP}\]\s*)+")
_LINE_STAMP = re.compile(rf"\[{_STAMP}\]")
_WORD_STAMP = re.compile(rf"[<\[]{_STAMP}[>\]]")
_TAG = re.compile(r"^\[([a-zA-Z#]+):(.*)\]$")
MOST_REPEATS = 64


def read_lrc(text: str) -> Sheet:
    """Lines in order of time; what has no time is counted and left out."""
    found: list[TimedLine] = []
    offset_s, skipped = 0.0, 0
    for raw in text.splitlines():
        line = raw.strip()[: LONGEST_LINE * 4]
        stamps = _LINE_STAMPS.match(line)
        if stamps:
            found += _repeats(line[: stamps.end()], line[stamps.end() :])
            continue
        tag = _TAG.match(line)
        offset_s = _offset(tag, offset_s)
        skipped += bool(line) and tag is None
    warnings = (f"{skipped} lines of the lyrics have no time and were left out.",) * bool(skipped)
    timed = sorted((_moved(line, -offset_s) for line in found), key=lambda line: line.start_s or 0)
    return Sheet(_with_ends(timed), warnings)


def _repeats(stamps: str, body: str) -> list[TimedLine]:
    """A line once for each of its stamps; the words of a repeat keep their rhythm."""
    starts = [_seconds(*stamp.groups()) for stamp in _LINE_STAMP.finditer(stamps)][:MOST_REPEATS]
    first = _line(body, starts[0])
    return [_moved(first, start_s - starts[0]) for start_s in starts]


def _line(body: str, start_s: float) -> TimedLine:
    pieces = _WORD_STAMP.split(body)
    text = " ".join(" ".join(pieces[0::3]).split())[:LONGEST_LINE]
    if len(pieces) == 1:
        return TimedLine(text, start_s)
    timed = [(pieces[0].strip(), start_s)]
    for minutes, rest, piece in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        timed.append((piece.strip(), _seconds(minutes, rest)))
    # A last stamp without a word says where the last word ends.
    end_s = None if timed[-1][0] else timed[-1][1]
    return TimedLine(text, start_s, end_s, tuple(word for word in timed if word[0]))


def _moved(line: TimedLine, by_s: float) -> TimedLine:
    if not by_s:
        return line
    return replace(
        line,
        start_s=max(0.0, (line.start_s or 0.0) + by_s),
        end_s=None if line.end_s is None else max(0.0, line.end_s + by_s),
        words=tuple((text, max(0.0, start_s + by_s)) for text, start_s in line.words),
    )


def _with_ends(lines: list[TimedLine]) -> tuple[TimedLine, ...]:
    """Each line ends where the next begins; empty lines only end the one before."""
    ended = []
    for index, line in enumerate(lines):
        after = lines[index + 1].start_s if index + 1 < len(lines) else None
        if line.text:
            ended.append(line if line.end_s is not None else replace(line, end_s=after))
    return tuple(ended)


def _offset(tag: re.Match[str] | None, known_s: float) -> float:
    """A positive offset (milliseconds) shows lyrics sooner, as LRC players understand it."""
    if tag is None or tag.group(1).lower() != "offset":
        return known_s
    try:
        return int(tag.group(2)) / 1000
    except ValueError:
        return known_s


def _seconds(minutes: str, rest: str) -> float:
    return int(minutes) * 60 + float(rest.replace(":", "."))
