"""A lyrics sheet: lines as they were read, with the times that their format gives."""

from __future__ import annotations

from dataclasses import dataclass, field

LONGEST_LINE = 500


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
