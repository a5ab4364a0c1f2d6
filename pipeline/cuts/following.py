"""What a person did to the cuts, carried over to other beats, another pace, another excerpt.

    cuts as they stand ──kept_by_hand──> what is a person's ──follow(beats)──> fixed points
                                                         └─ the partition finds the rest anew

A locked cut stays to the frame. A cut that a person set on a beat goes where its beat goes; one
set off the beat stays. A slot that a person joined stays whole, with both its ends.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.cuts.edits import SAME_TIME_S, CutContext, place_of
from pipeline.cuts.limits import SLACK_S
from pipeline.model import Cut
from pipeline.timebase import nearest

Cuts = tuple[Cut, ...]


@dataclass(frozen=True)
class Beats:
    """How a correction moves the beats.

    Args:
        before_s: Beats until now, sorted seconds.
        after_s: Beats from now on.
        later_s: By how much the whole grid was moved, in seconds.
        later_beats: By how much of a beat until now it was moved besides: 0.5, 0 or -0.5.
    """

    before_s: tuple[float, ...]
    after_s: tuple[float, ...]
    later_s: float = 0.0
    later_beats: float = 0.0

    def home_of(self, time_s: float) -> float | None:
        """Where the beat that lies at a time is from now on; None for a time off the beat."""
        at = nearest(self.before_s, time_s)
        if at is None or abs(at - time_s) > SAME_TIME_S or len(self.before_s) < 2:
            return None
        place = min(bisect_left(self.before_s, at), len(self.before_s) - 2)
        gap_s = self.before_s[place + 1] - self.before_s[place]
        return nearest(self.after_s, at + self.later_s + self.later_beats * gap_s)


@dataclass(frozen=True)
class Carried:
    """A person's cuts as fixed points for a new partition, and what became of them.

    ``kept`` stay to the frame, ``moved`` went with their beats, ``dropped`` found no room and
    are left to the partition.
    """

    fixed: Cuts
    kept: int = 0
    moved: int = 0
    dropped: int = 0


def kept_by_hand(cuts: Cuts) -> Cuts:
    """The cuts that a person set, locked or is bound to keep as an end of a joined slot."""
    before = (None, *cuts[:-1])
    return tuple(
        cut
        for cut, left in zip(cuts, before, strict=True)
        if cut.locked or cut.whole or (left is not None and (cut.by_hand or left.whole))
    )


def follow(cuts: Cuts, beats: Beats | None, context: CutContext) -> Carried:
    """A person's cuts on the new grid, each at least a shortest slot from its neighbours.

    Args:
        cuts: Of :func:`kept_by_hand`, sorted.
        beats: How the grid moved; None when it did not.
        context: The film's span, limits and what lies where from now on.
    """
    inside = [cut for cut in cuts if _is_inside(cut, context)]
    placed = sorted(cut.time_s for cut in inside if cut.locked)
    fixed = [_seen_anew(cut, context) for cut in inside if cut.locked]
    kept, moved = len(fixed), 0
    for cut in inside:
        if cut.locked:
            continue
        room = _Room(context, placed, _least_s(cut, inside, context))
        time_s = room.for_(cut, beats)
        if time_s is None:
            continue
        if _is_persons(cut):
            moved, kept = (moved + 1, kept) if time_s != cut.time_s else (moved, kept + 1)
        insort(placed, time_s)
        fixed.append(_seen_anew(cut.model_copy(update={"time_s": time_s}), context))
    fixed.sort(key=lambda cut: cut.time_s)
    lost = sum(_is_persons(cut) for cut in cuts) - kept - moved
    return Carried(tuple(fixed), kept, moved, lost)


def _is_persons(cut: Cut) -> bool:
    """Whether a person did something here; the right end of a joined slot only goes with it."""
    return cut.locked or cut.by_hand or cut.whole


def _is_inside(cut: Cut, context: CutContext) -> bool:
    is_start = cut.time_s == context.start_s and (cut.whole or cut.locked)
    return is_start or context.start_s < cut.time_s < context.end_s


@dataclass(frozen=True)
class _Room:
    """Where a cut may be placed: this far from the edges and from what is placed already."""

    context: CutContext
    placed: Sequence[float]
    least_s: float

    def for_(self, cut: Cut, beats: Beats | None) -> float | None:
        """With its beat, else where it is, else nowhere."""
        if cut.time_s == self.context.start_s:
            return cut.time_s
        home = beats.home_of(cut.time_s) if beats else None
        wanted = (time_s for time_s in (home, cut.time_s) if time_s is not None)
        return next((time_s for time_s in wanted if self.holds(time_s)), None)

    def holds(self, time_s: float) -> bool:
        marks = (self.context.start_s, self.context.end_s, *self.placed)
        within = self.context.start_s < time_s < self.context.end_s
        return within and all(abs(mark - time_s) >= self.least_s - SLACK_S for mark in marks)


def _least_s(cut: Cut, cuts: Sequence[Cut], context: CutContext) -> float:
    """The shortest slot beside a cut: a slot as short as it was may stay so."""
    marks = (context.start_s, context.end_s, *(one.time_s for one in cuts if one.id != cut.id))
    nearest_s = min(abs(mark - cut.time_s) for mark in marks)
    return max(1 / context.fps, min(context.limits.min_s, nearest_s))


def _seen_anew(cut: Cut, context: CutContext) -> Cut:
    """The cut with what lies under it now; its time stays to the last digit."""
    if cut.time_s == context.start_s:
        return cut.model_copy(update={"on": "start"})
    _, on = place_of(cut.time_s, context)
    return cut.model_copy(update={"on": on})
