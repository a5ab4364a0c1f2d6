"""LOCATE: where the words of pasted lyrics are sung, found on this machine.

In: the song and its lines. Out: times of the words of every line whose place is believable, and
sentences on the rest. Unit of work: one song. Words that are not English, a song that is too
long, and music that drowns the voice are normal outcomes, said in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from pipeline.lyrics.judging import (
    Found,
    accompanied,
    believable,
    in_order,
    lines_of,
    oddness,
    quality_of,
    settled,
    spoken,
    usual_pace,
)
from pipeline.lyrics.words import split_words
from pipeline.model import Blob, Frozen, Text, Word
from pipeline.stage import Stage, Workbench
from pipeline.timebase import tidy_s

if TYPE_CHECKING:
    from pipeline.lyrics.transcriber import Aligner, Pcm

MOST_WORDS = 3000
LONGEST_S = 20 * 60.0
PEAK = 26_000.0
ENGLISH_SHARE = 0.6
# The second look is into a stretch between lines that were found; a little of both is added.
MARGIN_S = 0.3
SHORTEST_LOOK_S = 0.5
# Room for singing beyond its letters, and for a breath after each line, where a look is short.
ROOM, PAUSE_S = 1.6, 1.5
FIRST = (0.02, 0.68)
"""Where the first look begins in the stage's progress, and its share of it."""
ROUNDS, ROUND = 3, 0.1
"""How often it is looked again, each time with fewer lines, and a round's share of the progress."""


class LocateInputs(Frozen):
    """``lines`` are the sung lines as they were read, without headings."""

    song: Blob
    lines: tuple[Text, ...]


class Located(Frozen):
    """Words of the lines that were found, in the order of the text, with ``line`` their line."""

    words: tuple[Word, ...] = ()
    notes: tuple[str, ...] = ()


def locate(inputs: LocateInputs, bench: Workbench) -> Located:
    """Lay the words over the song, believe what is plausible, and look again for the rest.

    Raises:
        InternalFault: The optional part is not installed here.
    """
    from pipeline.providers.align_pocketsphinx import PocketSphinxAligner

    aligner = PocketSphinxAligner()
    texts = [(text, line) for line, whole in enumerate(inputs.lines) for text in split_words(whole)]
    words = [Found(index, text, line) for index, (text, line) in enumerate(texts)]
    refusal = _refusal(aligner, words)
    if refusal:
        return Located(notes=(refusal,))
    bench.progress(0.02, "reading the song")
    sound = _sound(inputs.song, aligner.rate_hz, bench)
    if sound.size > LONGEST_S * aligner.rate_hz:
        most = f"{LONGEST_S / 60:.0f} minutes"
        return Located(notes=(f"Words are found on this machine in songs of up to {most}.",))
    return _told(Search(aligner, sound, bench).run(words), len(inputs.lines))


def _refusal(aligner: Aligner, words: Sequence[Found]) -> str:
    """Why these words are not looked for; empty when they are."""
    if len(words) > MOST_WORDS:
        return f"{len(words):,} words are more than any song has; none was looked for."
    spelled = [one.text for one in words if any(sign.isalpha() for sign in one.text)]
    known = sum(aligner.knows(text) for text in spelled)
    if known < ENGLISH_SHARE * max(1, len(spelled)):
        return (
            f"Only {known} of {len(spelled)} words are English ones, and the finder on this machine"
            " knows English alone. Paste lyrics with times (.lrc, .srt), or use transcription."
        )
    return ""


def _sound(song: Blob, rate_hz: int, bench: Workbench) -> Pcm:
    """The mean of the channels, which favours a voice in the centre; never clipped.

    Masking what lies beside the centre was measured to lose words: it leaves noise of its own.
    """
    from pipeline.media.decode import mono_blocks

    parts, count = [], 0
    for block in mono_blocks(bench.path(song), rate_hz):
        parts.append(np.nan_to_num(block, posinf=0.0, neginf=0.0))
        count += block.size
        if count > LONGEST_S * rate_hz:
            break
    sound = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    loudest = float(np.abs(sound).max(initial=0.0))
    return np.asarray(sound * (PEAK / max(loudest, 1e-6)), dtype=np.int16)


@dataclass(frozen=True)
class Search:
    """Lays words over a sound: all at first, then what is missing beside what was found."""

    aligner: Aligner
    sound: Pcm
    bench: Workbench

    def run(self, words: Sequence[Found]) -> list[Found]:
        """The words of believable lines, with their places."""
        whole_s = self.sound.size / self.aligner.rate_hz
        found = self._laid(words, (0.0, whole_s), FIRST)
        usual_s = usual_pace(found)
        good = believable(found, usual_s)
        for number in range(ROUNDS):
            gaps = list(_gaps(found, settled(good, words), whole_s))
            for missing, stretch_s in gaps:
                again = self._best_look(missing, stretch_s, usual_s, sum(FIRST) + number * ROUND)
                better = believable(again, usual_s)
                good |= better
                found = _replaced(found, [one for one in again if one.line in better])
            if not gaps:
                break
        sure = accompanied(good, words)
        return in_order([one for one in found if one.line in sure])

    def _best_look(
        self,
        missing: Sequence[Found],
        stretch_s: tuple[float, float],
        usual_s: float,
        done: float,
    ) -> list[Found]:
        places = _looks(missing, stretch_s, usual_s)
        looks = [self._laid(missing, place, (done, 0.0)) for place in places]
        return max(looks, key=lambda look: _worth(look, usual_s))

    def _laid(
        self, words: Sequence[Found], stretch_s: tuple[float, float], told: tuple[float, float]
    ) -> list[Found]:
        """Words with their places in a stretch; without one where they do not fit at all."""
        base, scale = told
        first, last = (int(at_s * self.aligner.rate_hz) for at_s in stretch_s)
        spans = self.aligner.align(
            self.sound[first:last],
            [one.text for one in words],
            lambda share: self.bench.progress(base + scale * share, "finding the words"),
        )
        laid = spans or (None,) * len(words)
        return [one.moved(span, stretch_s[0]) for one, span in zip(words, laid, strict=True)]


def _gaps(
    found: Sequence[Found], good: frozenset[int], end_s: float
) -> Iterator[tuple[list[Found], tuple[float, float]]]:
    """Runs of lines that were not found, with the stretch between the found ones around them."""
    runs = [(key, list(run)) for key, run in groupby(found, lambda one: one.line in good)]
    if len(runs) < 2:
        return
    for index, (is_good, run) in enumerate(runs):
        if is_good:
            continue
        before = spoken(runs[index - 1][1]) if index else []
        after = spoken(runs[index + 1][1]) if index + 1 < len(runs) else []
        start_s = max(0.0, before[-1].end_s - MARGIN_S) if before else 0.0
        until_s = min(end_s, after[0].start_s + MARGIN_S) if after else end_s
        if until_s - start_s >= SHORTEST_LOOK_S:
            yield run, (start_s, until_s)


def _looks(
    missing: Sequence[Found], stretch_s: tuple[float, float], usual_s: float
) -> list[tuple[float, float]]:
    """Where to look in a stretch: near its ends, as lines are sung close to their neighbours.

    A long stretch without a voice swallows words; a look that leaves it out finds them.
    """
    start_s, end_s = stretch_s
    letters = sum(one.letters for one in missing)
    lines = len(lines_of(missing))
    natural_s = ROOM * letters * usual_s + PAUSE_S * lines
    if end_s - start_s <= natural_s:
        return [stretch_s]
    return [(end_s - natural_s, end_s), (start_s, start_s + natural_s)]


def _worth(look: Sequence[Found], usual_s: float) -> tuple[int, float]:
    """How many lines of a look can be believed, and then how usual their pace is."""
    good = believable(look, usual_s)
    lines = lines_of(look)
    return len(good), -sum(oddness(lines[line], usual_s) for line in good)


def _replaced(found: Sequence[Found], again: Sequence[Found]) -> list[Found]:
    better = {one.index: one for one in again}
    return [better.get(one.index, one) for one in found]


def _told(found: Sequence[Found], lines: int) -> Located:
    """Words of the believed lines; one that was not placed lies between its neighbours."""
    usual_s = usual_pace(found)
    words: list[Word] = []
    for members in lines_of(found).values():
        quality = quality_of(members, usual_s)
        words += [
            _word(one, span, quality) for one, span in zip(members, _filled(members), strict=True)
        ]
    missing = lines - len({word.line for word in words})
    if not words:
        note = "No line could be found in the song: the music may be louder than the voice."
    elif missing:
        note = (
            f"{missing} of {lines} lines could not be found in the song; their times are a guess."
        )
    else:
        return Located(words=tuple(words))
    return Located(words=tuple(words), notes=(note,))


def _filled(words: Sequence[Found]) -> list[tuple[float, float]]:
    """Start and end of each word of a line; a gap is left where one has no sound of its own."""
    spans = [one.span for one in words]
    known = [span for span in spans if span is not None]
    filled, at_s = [], known[0].start_s
    for span in spans:
        if span is not None:
            filled.append((span.start_s, span.end_s))
            at_s = span.end_s
        else:
            filled.append((at_s, at_s))
    return filled


def _word(one: Found, span_s: tuple[float, float], quality: float) -> Word:
    start_s, end_s = span_s
    return Word(
        text=one.text,
        start_s=tidy_s(start_s),
        end_s=tidy_s(max(start_s, end_s)),
        line=one.line,
        quality=quality,
    )


LOCATE = Stage("locate", 2, LocateInputs, Located, locate)
