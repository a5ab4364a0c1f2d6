"""From cuts to slots: each slot lasts from its cut to the next."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.lyrics.words import joined
from pipeline.model import Cut, Section, Slot, Word

LYRIC_CHARACTERS = 2_000


@dataclass(frozen=True)
class Hearing:
    """What a slot is told of the music: sections, energy every ``energy_step_s``, words."""

    sections: tuple[Section, ...] = ()
    energy: tuple[float, ...] = ()
    energy_step_s: float = 0.1
    words: tuple[Word, ...] = ()


def slots_of(cuts: Sequence[Cut], end_s: float, hearing: Hearing) -> tuple[Slot, ...]:
    """Slots in order; a word belongs to the one slot in which it begins.

    Args:
        cuts: Sorted by time, the first at the start of the film.
        end_s: Where the last slot ends, in seconds of song time.
        hearing: What the slots are to know of the music.
    """
    ends = [*(cut.time_s for cut in cuts[1:]), end_s]
    words = sorted(hearing.words, key=lambda word: word.start_s)
    starts = [word.start_s for word in words]
    return tuple(
        Slot(
            id=cut.id,
            index=index,
            start_s=cut.time_s,
            end_s=end,
            section=_section(hearing.sections, cut.time_s, end),
            energy=_energy(hearing, cut.time_s, end),
            lyric=_lyric(words[bisect_left(starts, cut.time_s) : bisect_left(starts, end)]),
        )
        for index, (cut, end) in enumerate(zip(cuts, ends, strict=True))
    )


def _section(sections: Sequence[Section], start_s: float, end_s: float) -> str:
    """Label of the section that holds the slot's middle."""
    place = bisect_right([one.start_s for one in sections], (start_s + end_s) / 2) - 1
    return sections[place].label if place >= 0 else ""


def _energy(hearing: Hearing, start_s: float, end_s: float) -> float:
    first = int(start_s / hearing.energy_step_s)
    last = max(first + 1, round(end_s / hearing.energy_step_s))
    heard = hearing.energy[first:last]
    return round(sum(heard) / len(heard), 4) if heard else 0.5


def _lyric(words: Sequence[Word]) -> str:
    """Words with a line break where the song has one."""
    lines = groupby(words, lambda word: word.line)
    texts = (joined([word.text for word in group]) for _, group in lines)
    return "\n".join(texts).strip()[:LYRIC_CHARACTERS]
