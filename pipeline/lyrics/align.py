"""ALIGN: from pasted lyrics, and what a transcriber heard, to words in song time.

In: text with its format, the song's length and sections, words that were heard or found, and
starts that a person set. Out: Lyrics. Unit of work: one song. Nothing here fails on odd text:
what is doubtful gets a low quality and a warning.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pipeline.lyrics.parse import Format, read_sheet
from pipeline.lyrics.placing import WORD_S, filled, guess, led, shifted
from pipeline.lyrics.sheet import Sheet, TimedLine
from pipeline.lyrics.words import UNSPACED, joined, split_words, spread
from pipeline.model import Frozen, Lyrics, LyricsText, Seconds, Section, Word
from pipeline.stage import Stage, Workbench
from pipeline.timebase import clock, tidy_s

WORD_TIMED, LINE_TIMED, MATCHED = 1.0, 0.7, 0.95
LONGEST_LINE_S = 8.0
FASTEST_WORDS_PER_S = 6.0
COVERED_LEAST = 0.4
MATCH_LEAST = 0.3
FOUND_HERE = "alignment"
GUESS_NOTE = (
    "The lyrics have no times, so they are spread evenly over the parts with sound: words may be "
    "many seconds off. Paste .lrc, .srt or .vtt, or have the words timed, for real times."
)
_NOT_LETTERS = re.compile(r"[\W_]+")


class AlignInputs(Frozen):
    """What the words' times follow from.

    ``heard`` are words of a transcription and ``located`` words of the text that were found in the
    song, both with their times and empty where there are none; ``starts_s`` are starts of lines
    set by hand, by the line's number.
    """

    text: LyricsText = ""
    format: Format = "text"
    duration_s: Seconds
    sections: tuple[Section, ...] = ()
    heard: tuple[Word, ...] = ()
    located: tuple[Word, ...] = ()
    notes: tuple[str, ...] = ()
    starts_s: dict[str, Seconds] = {}


@dataclass(frozen=True)
class Timed:
    """Words in song time, where the times come from, and what there is to say of them."""

    words: list[Word]
    source: str
    notes: tuple[str, ...] = ()


def align(inputs: AlignInputs, bench: Workbench) -> Lyrics:
    """Words in song time from whatever is known about them."""
    bench.progress(0.1, "reading the lyrics")
    sheet = read_sheet(inputs.text, inputs.format)
    if not sheet.lines:
        return _heard_only(inputs, sheet)
    found = _timed(sheet.lines, inputs)
    words = _by_hand(found.words, inputs)
    kept, beyond = _within(words, inputs.duration_s)
    doubts = _doubts(kept, sheet, inputs.duration_s, short=not beyond)
    return Lyrics(
        words=kept,
        lines=tuple(line.text for line in sheet.lines),
        source=found.source,
        warnings=(*sheet.warnings, *found.notes, *beyond, *doubts),
    )


def untimed_lines(text: str, form: Format) -> tuple[str, ...]:
    """The sung lines of lyrics that have no times; none where there are times, or no words."""
    lines = read_sheet(text, form).lines
    if not lines or lines[0].start_s is not None:
        return ()
    return tuple(line.text for line in lines)


def _timed(lines: Sequence[TimedLine], inputs: AlignInputs) -> Timed:
    """By the best that is known: times of the file, a transcription, what was found here."""
    if lines[0].start_s is not None:
        return Timed(_of_timed(lines), inputs.format)
    notes: tuple[str, ...] = ()
    if inputs.heard:
        matched = _of_heard(lines, inputs)
        if isinstance(matched, Timed):
            return matched
        notes = (matched,)
    guessed = guess([split_words(line.text) for line in lines], inputs.sections, inputs.duration_s)
    known: dict[int, list[Word]] = {}
    for word in inputs.located:
        known.setdefault(word.line, []).append(word)
    if known:
        return Timed(led(guessed, known, inputs.duration_s), FOUND_HERE, (*notes, *inputs.notes))
    return Timed(guessed, "guess", (*notes, *inputs.notes, GUESS_NOTE))


def _by_hand(words: list[Word], inputs: AlignInputs) -> list[Word]:
    """Lines that a person placed; a guess follows them."""
    lines: dict[int, list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    starts = {int(line): at_s for line, at_s in inputs.starts_s.items() if line.isdigit()}
    starts = {line: at_s for line, at_s in starts.items() if line in lines}
    if not starts:
        return words
    others = [starts.get(line, mine[0].start_s) for line, mine in lines.items()]
    known = {
        line: shifted(lines[line], at_s, min((o for o in others if o > at_s), default=math.inf))
        for line, at_s in starts.items()
    }
    return led(words, known, inputs.duration_s)


def _heard_only(inputs: AlignInputs, sheet: Sheet) -> Lyrics:
    """No text was given: what was transcribed is the text, if anything was."""
    words, _ = _within(list(inputs.heard), inputs.duration_s)
    count = 1 + max((word.line for word in words), default=-1)
    lines = tuple(joined([w.text for w in words if w.line == index]) for index in range(count))
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


def _of_heard(lines: Sequence[TimedLine], inputs: AlignInputs) -> Timed | str:
    """Give pasted words the times of the heard words that they match, in order; or say why not."""
    wanted = [(text, index) for index, line in enumerate(lines) for text in split_words(line.text)]
    ours = [_bare(text) for text, _ in wanted]
    theirs = [_bare(word.text) for word in inputs.heard]
    times: dict[int, Word] = {}
    for block in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks():
        for step in range(block.size):
            heard = inputs.heard[block.b + step]
            times[block.a + step] = heard.model_copy(update={"quality": MATCHED})
    share = len(times) / len(wanted)
    if share < MATCH_LEAST:
        return f"Only {share:.0%} of the lyrics were heard in the song; their times are a guess."
    return Timed(filled(wanted, times, inputs.duration_s), "transcription")


def _bare(text: str) -> str:
    return _NOT_LETTERS.sub("", text.casefold())


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


def _doubts(
    words: tuple[Word, ...], sheet: Sheet, duration_s: float, *, short: bool
) -> tuple[str, ...]:
    """What looks wrong about lyrics that were read without trouble.

    ``short``: whether to say that they end early; not where some lie beyond the end.
    """
    found = []
    if short and words and words[-1].end_s < COVERED_LEAST * duration_s:
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


ALIGN = Stage("align", 2, AlignInputs, Lyrics, align)
