"""Names of sections from repetition, energy and place; letters where that says too little."""

from __future__ import annotations

from collections import Counter
from string import ascii_uppercase

LOUDER = 0.04
EDGE_SHARE = 0.25
BRIDGE_AFTER = 0.45


def name_sections(
    groups: list[int], energy: list[float], spans_s: list[tuple[float, float]]
) -> list[str]:
    """A label for each section.

    A chorus is the loudest group that comes back, a verse a quieter one that comes back, a
    bridge something that is heard once in the second half. Without a group that comes back and
    is louder than the rest, sections get letters by group, since nothing more can be known.

    Args:
        groups: Number per section; equal numbers sound alike.
        energy: Mean energy per section, 0..1.
        spans_s: Start and end of each section in seconds.
    """
    letters = [ascii_uppercase[group % 26] for group in groups]
    counts = Counter(groups)
    repeated = [group for group, count in counts.items() if count > 1]
    if len(groups) < 3 or not repeated:
        return letters
    loudness = {
        g: _mean([e for e, h in zip(energy, groups, strict=True) if h == g]) for g in counts
    }
    chorus = max(repeated, key=loudness.__getitem__)
    if loudness[chorus] < _mean(energy) + LOUDER:
        return letters
    verse = _verse(groups, repeated, chorus, loudness)
    return [_name(index, groups, (chorus, verse), spans_s, letters) for index in range(len(groups))]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _verse(
    groups: list[int], repeated: list[int], chorus: int, loudness: dict[int, float]
) -> int | None:
    """The group before the choruses: one that comes back, else the one before the first."""
    others = [g for g in repeated if g != chorus and loudness[g] < loudness[chorus]]
    if others:
        return max(others, key=lambda g: groups.count(g))
    first = groups.index(chorus)
    return groups[first - 1] if first > 1 else None


def _name(
    index: int,
    groups: list[int],
    known: tuple[int, int | None],
    spans_s: list[tuple[float, float]],
    letters: list[str],
) -> str:
    chorus, verse = known
    group, last = groups[index], len(groups) - 1
    total = spans_s[-1][1]
    start_s, end_s = spans_s[index]
    if group == chorus:
        return "chorus"
    short = end_s - start_s < EDGE_SHARE * total
    if index == 0 and short:
        return "intro"
    if index == last and short:
        return "outro"
    if group == verse:
        return "verse"
    if groups.count(group) == 1 and start_s > BRIDGE_AFTER * total:
        return "bridge"
    return letters[index]
