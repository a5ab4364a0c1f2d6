"""Judging many descriptions, one JSON object a line, for the command line and for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipeline.cast.judging import judge
from pipeline.cast.verdict import Verdict
from pipeline.errors import BadInput
from pipeline.model import CharacterKind

MAX_LINE = 200_000
MAX_ID = 200
SNIFFED = 65_536
WAY_OUT = "Name a text file with one JSON object a line, in UTF-8."


def check_file(path: Path) -> Iterator[dict[str, Any]]:
    """The verdicts on a file's lines, as :func:`check_lines` gives them.

    Raises:
        BadInput: There is no such file, it is a folder, cannot be read, or is not text at all.
    """
    if path.is_dir():
        raise BadInput(f"{path} is a folder, not a file.", WAY_OUT)
    try:
        with path.open("rb") as file:
            if b"\0" in file.read(SNIFFED):
                raise BadInput(f"{path} is not a UTF-8 text file.", WAY_OUT)
            file.seek(0)
            yield from check_lines(_bounded(file))
    except FileNotFoundError as error:
        raise BadInput(f"There is no file {path}.", WAY_OUT) from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}.", WAY_OUT) from error


def _bounded(file: Any) -> Iterator[bytes]:
    """Lines of a binary file; of an endless one no more is held than shows that it is too long."""
    while line := file.readline(MAX_LINE + 1):
        rest = line
        while rest and not rest.endswith(b"\n") and len(line) > MAX_LINE:
            rest = file.readline(MAX_LINE)
        yield line


def check_lines(lines: Iterable[str | bytes]) -> Iterator[dict[str, Any]]:
    """A verdict for every line, in order; only blank lines are passed over.

    Args:
        lines: JSON objects with ``text``, and optionally ``id``, ``name`` and ``kind``. A kind
            that is not known is guessed from the text.

    Yields:
        ``id``, ``verdict``, ``reasons`` and ``missing``; also ``kind`` and ``language_judged``.
        A line that holds no description gets the verdict error with the reason in words; where
        it has no id of its own, its number, counted from 1, stands for it.
    """
    for number, line in enumerate(lines, start=1):
        text = line if isinstance(line, str) else line.decode("utf-8", "replace")
        if text.strip("\ufeff \t\r\n"):
            yield _checked(line, number)


def _checked(line: str | bytes, number: int) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    try:
        entry = _parsed(line)
        text, name = _described(entry)
    except BadInput as broken:
        return {"id": _ident(entry, number), **_unreadable(number, broken)}
    verdict = judge(text, name=name, kind=_kind(entry.get("kind")))
    return {"id": _ident(entry, number), **as_json(verdict)}


def _parsed(line: str | bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise BadInput(f"is longer than {MAX_LINE} characters", "Shorten it.")
    try:
        text = line.decode("utf-8") if isinstance(line, bytes) else line
        entry = json.loads(text.lstrip("\ufeff"))
    except UnicodeDecodeError as broken:
        raise BadInput("is not UTF-8", "Save the file as UTF-8.") from broken
    except (ValueError, RecursionError) as broken:
        raise BadInput("is not valid JSON", "Write one JSON object on every line.") from broken
    if not isinstance(entry, dict):
        raise BadInput("is not a JSON object", 'Write {"id": ..., "text": ...}.')
    return entry


def _described(entry: dict[str, Any]) -> tuple[str, str]:
    text, name, ident = entry.get("text"), entry.get("name"), entry.get("id")
    if text is None:
        raise BadInput("has no text", 'Give the description as a string "text".')
    if not isinstance(text, str):
        raise BadInput("has a text that is not a string", 'Write "text" as a string.')
    if name is not None and not isinstance(name, str):
        raise BadInput("has a name that is not a string", 'Write "name" as a string.')
    if ident is not None and not _usable(ident):
        raise BadInput("has an id that cannot be used", "Use a short text or a number.")
    return text, name or ""


def _usable(ident: object) -> bool:
    return (
        isinstance(ident, str | int) and not isinstance(ident, bool) and len(str(ident)) <= MAX_ID
    )


def _ident(entry: dict[str, Any], number: int) -> str | int:
    ident = entry.get("id")
    return ident if isinstance(ident, str | int) and _usable(ident) else number


def _unreadable(number: int, broken: BadInput) -> dict[str, Any]:
    """The place of a verdict for a line that holds no description."""
    return {
        "verdict": "error",
        "kind": None,
        "language_judged": False,
        "reasons": [
            {
                "code": "unreadable_line",
                "level": "error",
                "quote": "",
                "start": 0,
                "end": 0,
                "message": f"Line {number} {broken.message}.",
                "fix": broken.way_out,
            }
        ],
        "missing": [],
    }


def written(verdict: dict[str, Any]) -> str:
    """One line of JSON, in ASCII: a text may hold half a character, which no encoding takes."""
    return json.dumps(verdict)


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
