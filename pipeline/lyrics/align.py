"""ALIGN: from pasted lyrics, and what a transcriber heard, to words in song time.

In: text with its format, the song's length and sections, and heard words if there are any. Out:
Lyrics. Unit of work: one song. Nothing here fails on odd text: what is doubtful gets a low
quality and a warning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from pipeline.lyrics.parse import Format, Sheet, TimedLine, read_sheet
from pipeline.lyrics.words import UNSPACED, split_words, spread
from pipeline.model import Frozen, Lyrics, Seconds, Section, Text, Word
from pipeline.stage import Stage, Workbench
from pipeline.timebase import clock, tidy_s

WORD_TIMED, LINE_TIMED, MATCHED, BETWEEN, GUESSED = 1.0, 0.7, 0.95, 0.5, 0.15
LONGEST_LINE_S = 8.0
WORD_S = 0.45
SILENT_ENERGY = 0.12
FASTEST_WORDS_PER_S = 6.0
COVERED_LEAST = 0.4
MATCH_LEAST = 0.3
QUIET_LABELS = frozenset({"intro", "outro"})
_NOT_LETTERS = re.compile(r"[\W_]+")


class AlignInputs(Frozen):
    """``heard`` are words of a transcription with their times; empty where there is none."""

    text: Text = ""
    format: Format = "text"
    duration_s: Seconds
    sections: tuple[Section, ...] = ()
    heard: tuple[Word, ...] = ()


def align(inputs: AlignInputs, bench: Workbench) -> Lyrics:
    """Words in song time from whatever is known about them."""
    bench.progress(0.1, "reading the lyrics")
    sheet = read_sheet(inputs.text, inputs.format)
    if not sheet.lines:
        return _heard_only(inputs, sheet)
    if sheet.lines[0].start_s is not None:
        source: str = inputs.format
        words, notes = _of_timed(sheet.lines), tuple[str, ...]()
    elif inputs.heard:
        words, source, notes = _of_heard(sheet.lines, inputs)
    else:
        words, source, notes = _of_guess(sheet.lines, inputs)
    kept, beyond = _within(words, inputs.duration_s)
    lines = tuple(line.text for line in sheet.lines)
    doubts = _doubts(kept, sheet, inputs.duration_s)
    return Lyrics(
        words=kept, lines=lines, source=source, warnings=(*sheet.warnings, *notes, *beyond, *doubts)
    )


def _heard_only(inputs: AlignInputs, sheet: Sheet) -> Lyrics:
    """No text was given: what was transcribed is the text, if anything was."""
    words, _ = _within(list(inputs.heard), inputs.duration_s)
    count = 1 + max((word.line for word in words), default=-1)
    lines = tuple(" ".join(w.text for w in words if w.line == index) for index in range(count))
    source = "transcription" if words else "none"
    return Lyrics(words=words, lines=lines, source=source, warnings=sheet.warnings)


def _of_timed(lines: Sequence[TimedLine]) -> list[Word]:
    words: list[Word] = []
    for index, line in enumerate(lines):
        start_s = line.start_s or 0.0
        if line.words:
            words += _of_word_times(line, index)
            continue
        texts = split_words(line.text)
        natural_s = min(LONGEST_LINE_S, max(0.5, WORD_S * len(texts)))
        end_s = start_s + natural_s if line.end_s is None else line.end_s
        end_s = min(end_s, start_s + max(LONGEST_LINE_S, natural_s))
        words += spread(texts, (start_s, end_s), index, LINE_TIMED)
    return sorted(words, key=lambda word: word.start_s)


def _of_word_times(line: TimedLine, index: int) -> list[Word]:
    """Each stamped piece until the next stamp; a piece of several words shares its time."""
    words: list[Word] = []
    starts = [start for _, start in line.words]
    last_end = line.end_s if line.end_s is not None else starts[-1] + 2 * WORD_S
    ends = [*starts[1:], max(last_end, starts[-1] + WORD_S)]
    for (text, start_s), end_s in zip(line.words, ends, strict=True):
        texts = split_words(text)
        quality = WORD_TIMED if len(texts) == 1 else LINE_TIMED
        until = min(max(end_s, start_s), start_s + LONGEST_LINE_S)
        words += spread(texts, (start_s, until), index, quality)
    return words


def _of_heard(
    lines: Sequence[TimedLine], inputs: AlignInputs
) -> tuple[list[Word], str, tuple[str, ...]]:
    """Give pasted words the times of the heard words that they match, in order."""
    wanted = [(text, index) for index, line in enumerate(lines) for text in split_words(line.text)]
    ours = [_bare(text) for text, _ in wanted]
    theirs = [_bare(word.text) for word in inputs.heard]
    times: dict[int, Word] = {}
    for block in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks():
        for step in range(block.size):
            times[block.a + step] = inputs.heard[block.b + step]
    share = len(times) / len(wanted)
    if share < MATCH_LEAST:
        words, source, notes = _of_guess(lines, inputs)
        note = f"Only {share:.0%} of the lyrics were heard in the song; their times are a guess."
        return words, source, (note, *notes)
    return _filled(wanted, times, inputs.duration_s), "transcription", ()


def _bare(text: str) -> str:
    return _NOT_LETTERS.sub("", text.casefold())


def _filled(wanted: list[tuple[str, int]], times: dict[int, Word], duration_s: float) -> list[Word]:
    """Words between two matched ones share the time between them."""
    words: list[Word] = []
    index = 0
    while index < len(wanted):
        text, line = wanted[index]
        if index in times:
            heard = times[index]
            word = Word(
                text=text, start_s=heard.start_s, end_s=heard.end_s, line=line, quality=MATCHED
            )
            words.append(word)
            index += 1
            continue
        last = next((i for i in range(index, len(wanted)) if i in times), len(wanted))
        words += _between(wanted[index:last], words, times.get(last), duration_s)
        index = last
    return words


def _between(
    missing: list[tuple[str, int]], before: list[Word], after: Word | None, duration_s: float
) -> list[Word]:
    natural_s = WORD_S * len(missing)
    if before:
        start_s = before[-1].end_s
        end_s = after.start_s if after else min(duration_s, start_s + natural_s)
    else:
        end_s = after.start_s if after else duration_s
        start_s = max(0.0, end_s - natural_s)
    filled = spread([text for text, _ in missing], (start_s, end_s), 0, BETWEEN)
    return [
        word.model_copy(update={"line": line})
        for word, (_, line) in zip(filled, missing, strict=True)
    ]


def _of_guess(
    lines: Sequence[TimedLine], inputs: AlignInputs
) -> tuple[list[Word], str, tuple[str, ...]]:
    """Spread lines over the parts where singing is likely, in proportion to their length."""
    spans = _singable(inputs)
    total_s = sum(end - start for start, end in spans)
    texts = [split_words(line.text) for line in lines]
    weights = [3.0 + sum(len(text) + 2 for text in words) for words in texts]
    words: list[Word] = []
    at = 0.0
    for index, (line_words, weight) in enumerate(zip(texts, weights, strict=True)):
        share_s = total_s * weight / sum(weights)
        start_s, room_s = _place(spans, at)
        sung_s = min(share_s * 0.9, room_s, max(0.5, 2 * WORD_S * len(line_words)))
        words += spread(line_words, (start_s, start_s + sung_s), index, GUESSED)
        at += share_s
    words.sort(key=lambda word: word.start_s)
    note = (
        "The lyrics have no times, so they are spread evenly over the parts with sound: words "
        "may be many seconds off. Paste .lrc, .srt or .vtt, or use transcription, for real times."
    )
    return words, "guess", (note,)


def _singable(inputs: AlignInputs) -> list[tuple[float, float]]:
    """Stretches with sound, without intro and outro; the whole song if nothing else is left."""
    loud = [s for s in inputs.sections if s.energy >= SILENT_ENERGY and s.end_s > s.start_s]
    inner = [s for s in loud if s.label not in QUIET_LABELS] or loud
    return [(s.start_s, s.end_s) for s in inner] or [(0.0, max(inputs.duration_s, 0.1))]


def _place(spans: list[tuple[float, float]], at_s: float) -> tuple[float, float]:
    """Song time after ``at_s`` seconds of the stretches, and what is left of that stretch."""
    for start_s, end_s in spans:
        if at_s < end_s - start_s:
            return start_s + at_s, end_s - start_s - at_s
        at_s -= end_s - start_s
    start_s, end_s = spans[-1]
    return end_s - 0.1, 0.1


def _within(words: list[Word], duration_s: float) -> tuple[tuple[Word, ...], tuple[str, ...]]:
    """Words of the song; those that begin after its end are left out and said."""
    kept = tuple(
        word if word.end_s <= duration_s else word.model_copy(update={"end_s": tidy_s(duration_s)})
        for word in words
        if word.start_s < duration_s
    )
    lost = len(words) - len(kept)
    if not lost:
        return kept, ()
    return kept, (
        f"{lost} of {len(words)} words have times beyond the end of the song "
        f"({clock(duration_s)}) and are left out; the lyrics may belong to another recording.",
    )


def _doubts(words: tuple[Word, ...], sheet: Sheet, duration_s: float) -> tuple[str, ...]:
    """What looks wrong about lyrics that were read without trouble."""
    found = []
    if words and words[-1].end_s < COVERED_LEAST * duration_s:
        found.append(
            f"The lyrics end at {clock(words[-1].end_s)}, long before the song "
            f"({clock(duration_s)}); they may belong to another recording."
        )
    span_s = words[-1].end_s - words[0].start_s if words else 0.0
    if words and len(words) > FASTEST_WORDS_PER_S * max(span_s, 1.0):
        found.append(f"{len(words)} words in {span_s:.0f} seconds are more than can be sung.")
    if any(UNSPACED.search(line.text) for line in sheet.lines):
        found.append("Lyrics in a script without spaces are timed sign by sign.")
    return tuple(found)


ALIGN = Stage("align", 1, AlignInputs, Lyrics, align)
