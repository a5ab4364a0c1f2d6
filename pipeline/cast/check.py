"""Judging many descriptions, one JSON object a line, for the command line and for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.cast.judging import judge
from pipeline.cast.verdict import Verdict
from pipeline.errors import BadInput, OutOfBounds
from pipeline.model import CharacterKind

MAX_LINE = 200_000
MAX_LINES = 100_000
MAX_ID = 200


def check_lines(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """A verdict for every line that holds a description; blank lines are passed over.

    Args:
        lines: JSON objects with ``text``, and optionally ``id``, ``name`` and ``kind``. A kind
            that is not known is guessed from the text.

    Yields:
        ``id``, ``verdict``, ``reasons`` and ``missing``; also ``kind`` and ``language_judged``.

    Raises:
        BadInput: A line is not such an object; the message names its number, counted from 1.
    """
    for number, line in enumerate(lines, start=1):
        if number > MAX_LINES:
            raise OutOfBounds(
                f"The file has more than {MAX_LINES} lines.", "Split it and check the parts."
            )
        if line.strip("\ufeff \t\r\n"):
            yield _checked(_parsed(line, number), number)


def _parsed(line: str, number: int) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise OutOfBounds(f"Line {number} is longer than {MAX_LINE} characters.", "Shorten it.")
    try:
        entry = json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError) as broken:
        raise BadInput(
            f"Line {number} is not valid JSON.", "Write one JSON object on every line."
        ) from broken
    if not isinstance(entry, dict):
        raise BadInput(f"Line {number} is not a JSON object.", 'Write {"id": ..., "text": ...}.')
    return entry


def _checked(entry: dict[str, Any], number: int) -> dict[str, Any]:
    text, name = entry.get("text"), entry.get("name")
    if not isinstance(text, str):
        raise BadInput(f"Line {number} has no text.", 'Give the description as a string "text".')
    if name is not None and not isinstance(name, str):
        raise BadInput(f"Line {number} has a name that is not text.", 'Write "name" as a string.')
    ident = entry.get("id", number)
    if not isinstance(ident, str | int) or len(str(ident)) > MAX_ID:
        raise BadInput(f"Line {number} has an unusable id.", "Use a short text or a number.")
    verdict = judge(text, name=name or "", kind=_kind(entry.get("kind")))
    return {"id": ident, **as_json(verdict)}


def _kind(value: object) -> CharacterKind | None:
    known = {kind.value: kind for kind in CharacterKind}
    return known.get(value.strip().lower()) if isinstance(value, str) else None


def as_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict as plain data."""
    return {
        "verdict": verdict.verdict,
        "kind": verdict.kind.value,
        "language_judged": verdict.language_judged,
        "reasons": [
            {
                "code": item.code,
                "level": item.level,
                "quote": item.quote,
                "start": item.start,
                "end": item.end,
                "message": item.message,
                "fix": item.fix,
            }
            for item in verdict.reasons
        ],
        "missing": [
            {
                "slot": gap.slot,
                "required": gap.required,
                "question": gap.question,
                "examples": list(gap.examples),
            }
            for gap in verdict.missing
        ],
    }
