"""Names of cuts. The slot that begins at a cut carries the cut's name for life."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from functools import lru_cache

from pipeline.model import Cut
from pipeline.timebase import to_microseconds

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# Half a beat of slow music: a nudge, a swing correction or a shift by half a beat.
SAME_CUT_S = 0.5


def cut_id(time_s: float, taken: Collection[str] = ()) -> str:
    """The name of a new cut: its time in microseconds, base 36, made unique among ``taken``.

    The editor's script computes the same names, so it can go on working with a cut that was
    split a moment ago and is not yet stored.
    """
    plain = _plain(time_s)
    name, copy = plain, 2
    while name in taken:
        name, copy = f"{plain}z{copy}", copy + 1
    return name


@lru_cache(maxsize=16_384)
def _plain(time_s: float) -> str:
    """The name alone: the editor asks for those of all cuts after each edit."""
    return "c" + _base36(to_microseconds(time_s)).rjust(6, "0")


def born_at_s(name: str) -> float | None:
    """The time that a cut's name was made from; None for a name of another make."""
    digits = name[1:]
    # Any song's time takes six or seven digits; what is longer ends in a copy's number.
    plain = digits if len(digits) < 8 else digits.rpartition("z")[0]
    if not name.startswith("c") or not 6 <= len(plain) <= 7:
        return None
    return int(plain, 36) / 1_000_000


def carry_ids(
    old: Sequence[Cut], new: Sequence[Cut], within_s: float, spoken_for: Collection[str] = ()
) -> tuple[Cut, ...]:
    """New cuts that take over the names of old ones at nearly the same time.

    After a correction of the grid every cut moves a little; with its name kept, each slot keeps
    its shot and its paid takes. Names are taken in order of time, each at most once.

    Args:
        old: Cuts whose names are to live on, sorted.
        new: Cuts found anew, sorted.
        within_s: How far apart two cuts may lie and still be the same one, in seconds.
        spoken_for: Names of new cuts that are right already.
    """
    keep = set(spoken_for)
    old = [cut for cut in old if cut.id not in keep]
    heirs: dict[int, str] = {}
    times, used = [cut.time_s for cut in old], set[int]()
    for index, cut in enumerate(new):
        if cut.id in keep:
            heirs[index] = cut.id
            continue
        first = bisect_left(times, cut.time_s - within_s)
        last = bisect_right(times, cut.time_s + within_s)
        near = [place for place in range(first, last) if place not in used]
        if near:
            best = min(near, key=lambda place: abs(times[place] - cut.time_s))
            used.add(best)
            heirs[index] = old[best].id
    taken = set(heirs.values())
    named = []
    for index, cut in enumerate(new):
        name = heirs.get(index) or cut_id(cut.time_s, taken)
        taken.add(name)
        named.append(cut.model_copy(update={"id": name}))
    return tuple(named)


def _base36(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text or "0"
