"""Words without times of their own: guessed, between known ones, or led by lines that are known."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from pipeline.lyrics.words import spread
from pipeline.model import Section, Word
from pipeline.timebase import tidy_s

GUESSED, BY_HAND = 0.15, 0.75
BETWEEN = 0.5
WORD_S = 0.45
SILENT_ENERGY = 0.12
# A guess that is pushed to the end of the song stays this far inside.
LAST_S = 0.1
QUIET_LABELS = frozenset({"intro", "outro"})
Span = tuple[float, float]


def guess(
    lines: Sequence[Sequence[str]], sections: Sequence[Section], duration_s: float
) -> list[Word]:
    """Spread lines over the parts where singing is likely, in proportion to their length.

    Args:
        lines: The words of each line.
        sections: Parts of the song; loud ones that are no intro or outro are sung.
        duration_s: Length of the song.
    """
    spans = _singable(sections, duration_s)
    total_s = sum(end - start for start, end in spans)
    weights = [3.0 + sum(len(text) + 2 for text in words) for words in lines]
    words: list[Word] = []
    at = 0.0
    for index, (line_words, weight) in enumerate(zip(lines, weights, strict=True)):
        share_s = total_s * weight / sum(weights)
        start_s, room_s = _place(spans, at)
        sung_s = min(share_s * 0.9, room_s, max(0.5, 2 * WORD_S * len(line_words)))
        words += spread(line_words, (start_s, start_s + sung_s), index, GUESSED)
        at += share_s
    return sorted(words, key=lambda word: word.start_s)


def _singable(sections: Sequence[Section], duration_s: float) -> list[Span]:
    """Stretches with sound, without intro and outro; the whole song if nothing else is left."""
    loud = [s for s in sections if s.energy >= SILENT_ENERGY and s.end_s > s.start_s]
    inner = [s for s in loud if s.label not in QUIET_LABELS] or loud
    return [(s.start_s, s.end_s) for s in inner] or [(0.0, max(duration_s, 0.1))]


def _place(spans: Sequence[Span], at_s: float) -> Span:
    """Song time after ``at_s`` seconds of the stretches, and what is left of that stretch."""
    for start_s, end_s in spans:
        if at_s < end_s - start_s:
            return start_s + at_s, end_s - start_s - at_s
        at_s -= end_s - start_s
    start_s, end_s = spans[-1]
    return end_s - 0.1, 0.1


def filled(
    wanted: Sequence[tuple[str, int]], times: Mapping[int, Word], duration_s: float
) -> list[Word]:
    """All wanted words: with the times of those that are known, the others between them.

    Args:
        wanted: Words with their lines.
        times: Where a wanted word is, by its index.
        duration_s: Length of the song.
    """
    words: list[Word] = []
    index = 0
    while index < len(wanted):
        text, line = wanted[index]
        if index in times:
            words.append(times[index].model_copy(update={"text": text, "line": line}))
            index += 1
            continue
        last = next((i for i in range(index, len(wanted)) if i in times), len(wanted))
        words += _between(wanted[index:last], words, times.get(last), duration_s)
        index = last
    return words


def _between(
    missing: Sequence[tuple[str, int]], before: list[Word], after: Word | None, duration_s: float
) -> list[Word]:
    natural_s = WORD_S * len(missing)
    if before:
        start_s = before[-1].end_s
        end_s = after.start_s if after else min(duration_s, start_s + natural_s)
    else:
        end_s = after.start_s if after else duration_s
        start_s = max(0.0, end_s - natural_s)
    spaced = spread([text for text, _ in missing], (start_s, end_s), 0, BETWEEN)
    return [
        word.model_copy(update={"line": line})
        for word, (_, line) in zip(spaced, missing, strict=True)
    ]


def led(
    words: Sequence[Word], known: Mapping[int, Sequence[Word]], duration_s: float
) -> list[Word]:
    """Put known lines in their places; guessed ones keep their place among them.

    Args:
        words: All words; those of quality up to ``BETWEEN`` may move.
        known: The words of some lines, where they really are, by line.
        duration_s: Length of the song; guessed lines stay inside.
    """
    lines = _by_line(words)
    anchors = sorted(
        (pair for line, there in known.items() for pair in _corners(lines[line], there)),
    )
    moved = [
        word if word.quality > BETWEEN else _moved(word, anchors, duration_s)
        for line, mine in lines.items()
        if line not in known
        for word in mine
    ]
    return sorted([*moved, *(word for line in known for word in known[line])], key=_when)


def shifted(words: Sequence[Word], start_s: float, until_s: float) -> list[Word]:
    """A line moved so that it begins at a time, and made shorter where it would pass another."""
    first_s, last_s = words[0].start_s, max(word.end_s for word in words)
    room_s = until_s - start_s
    scale = min(1.0, room_s / (last_s - first_s)) if room_s > 0 and last_s > first_s else 1.0

    def there(time_s: float) -> float:
        return tidy_s(start_s + (time_s - first_s) * scale)

    return [
        word.model_copy(
            update={
                "start_s": there(word.start_s),
                "end_s": there(word.end_s),
                "quality": max(word.quality, BY_HAND),
            }
        )
        for word in words
    ]


def _by_line(words: Sequence[Word]) -> dict[int, list[Word]]:
    lines: dict[int, list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    return lines


def _corners(old: Sequence[Word], new: Sequence[Word]) -> tuple[Span, Span]:
    """Where a line's start and end were thought to be, each with where it is."""
    return (old[0].start_s, new[0].start_s), (old[-1].end_s, max(word.end_s for word in new))


def _moved(word: Word, anchors: Sequence[Span], duration_s: float) -> Word:
    most_s = max(0.0, duration_s - LAST_S)
    start_s, end_s = (min(most_s, _mapped(at, anchors)) for at in (word.start_s, word.end_s))
    longest_s = 2 * (word.end_s - word.start_s)
    return word.model_copy(
        update={
            "start_s": tidy_s(start_s),
            "end_s": tidy_s(min(max(start_s, end_s), start_s + longest_s)),
            "quality": min(word.quality, GUESSED),
        }
    )


def _mapped(at_s: float, anchors: Sequence[Span]) -> float:
    """Between two anchors in proportion; outside of all, moved like the nearest."""
    right = bisect_right(anchors, at_s, key=lambda pair: pair[0])
    if right in (0, len(anchors)):
        old_s, new_s = anchors[max(0, right - 1)]
        return max(0.0, at_s - old_s + new_s)
    (a_s, new_a_s), (b_s, new_b_s) = anchors[right - 1], anchors[right]
    share = (at_s - a_s) / max(b_s - a_s, 1e-9)
    return new_a_s + share * max(0.0, new_b_s - new_a_s)


def _when(word: Word) -> tuple[float, int]:
    return word.start_s, word.line
