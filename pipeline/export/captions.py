"""The lyrics as SRT, VTT and LRC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.errors import BadInput
from pipeline.export.inputs import ExportInputs
from pipeline.lyrics.words import joined

LONGEST_S = 7.0
SHORTEST_S = 0.7


@dataclass(frozen=True)
class Cue:
    """One line of words; seconds of song time."""

    start_s: float
    end_s: float
    text: str


def cues(inputs: ExportInputs) -> list[Cue]:
    """The sung lines in order; none overlaps the next.

    Raises:
        BadInput: The song has no words with times.
    """
    lines: dict[int, list[tuple[float, float, str]]] = {}
    for word in inputs.lyrics.words:
        lines.setdefault(word.line, []).append((word.start_s, word.end_s, word.text))
    if not lines:
        raise BadInput(
            "The song has no words with times, so there are no captions.",
            "Add lyrics on the song page first.",
        )
    found = [_cue(line) for line in lines.values()]
    return list(_apart(sorted(found, key=lambda cue: cue.start_s)))


def srt(inputs: ExportInputs) -> str:
    """SubRip in film time; words before the film's beginning and after its end are left out."""
    blocks = (
        f"{number}\n{_stamp(cue.start_s, ',')} --> {_stamp(cue.end_s, ',')}\n{cue.text}\n"
        for number, cue in enumerate(_in_film(inputs), 1)
    )
    return "\n".join(blocks)


def vtt(inputs: ExportInputs) -> str:
    """WebVTT in film time."""
    blocks = (
        f"{_stamp(cue.start_s, '.')} --> {_stamp(cue.end_s, '.')}\n{_escaped(cue.text)}\n"
        for cue in _in_film(inputs)
    )
    return "\n".join(["WEBVTT\n", *blocks])


def lrc(inputs: ExportInputs) -> str:
    """LRC in song time, since it travels with the song."""
    lines = [f"[ti:{inputs.title.replace(']', ' ')}]"]
    for cue in cues(inputs):
        minutes, seconds = divmod(round(cue.start_s * 100), 6000)
        lines.append(f"[{minutes:02d}:{seconds // 100:02d}.{seconds % 100:02d}]{cue.text}")
    return "\n".join(lines) + "\n"


def _cue(words: list[tuple[float, float, str]]) -> Cue:
    ordered = sorted(words)
    text = joined([" ".join(text.split()) for _start, _end, text in ordered])
    return Cue(ordered[0][0], max(end for _start, end, _text in ordered), text)


def _apart(ordered: list[Cue]) -> Iterator[Cue]:
    """Each line ends before the next begins, and stays long enough to be read."""
    for index, cue in enumerate(ordered):
        following_s = ordered[index + 1].start_s if index + 1 < len(ordered) else float("inf")
        wanted_s = min(max(cue.end_s, cue.start_s + SHORTEST_S), cue.start_s + LONGEST_S)
        end_s = min(wanted_s, following_s)
        if end_s > cue.start_s and cue.text:
            yield Cue(cue.start_s, end_s, cue.text)


def _in_film(inputs: ExportInputs) -> Iterator[Cue]:
    """Lines in film time, cut to the film."""
    begin_s, finish_s = inputs.film.slots[0].start_s, inputs.film.end_s
    for cue in cues(inputs):
        start_s, end_s = max(cue.start_s, begin_s), min(cue.end_s, finish_s)
        if end_s > start_s:
            yield Cue(start_s - begin_s, end_s - begin_s, cue.text)


def _stamp(time_s: float, point: str) -> str:
    whole = round(time_s * 1000)
    hours, rest = divmod(whole, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
