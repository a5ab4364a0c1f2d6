"""The pure reducer of the boundary editor: cuts and an operation in, new cuts out.

Python owns the truth. Every rule is checked here, on the result: what the browser showed while
dragging is only a courtesy. A refusal changes nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from pydantic import Field

from pipeline.cuts.identity import cut_id
from pipeline.cuts.limits import SLACK_S, SlotLimits
from pipeline.cuts.operations import (
    CutOperation,
    Lock,
    Merge,
    Move,
    Nudge,
    Revert,
    Shift,
    Split,
)
from pipeline.errors import RefusedEdit
from pipeline.model import Cut, Frozen, Seconds
from pipeline.timebase import clock, frame_at, nearest, tidy_s

Snap = Literal["beat", "bar", "section", "lyric", "off"]
Cuts = tuple[Cut, ...]

# A cut this close to a beat is on it, and takes the beat's own time.
SAME_TIME_S = 5e-4


class CutContext(Frozen):
    """What an edit is judged by: the film's span in song time, limits, and where snaps lie.

    All tuples are sorted; ``fps`` is the film's rate, ``sections_s`` are section starts and
    ``lyrics_s`` starts of words. ``song_s`` is the song's length, 0 where that is ``end_s``.
    """

    start_s: Seconds
    end_s: Seconds
    limits: SlotLimits
    fps: int = Field(gt=0)
    beats_s: tuple[Seconds, ...] = ()
    bars_s: tuple[Seconds, ...] = ()
    sections_s: tuple[Seconds, ...] = ()
    lyrics_s: tuple[Seconds, ...] = ()
    song_s: Seconds = 0.0

    def times(self, to: Snap) -> tuple[float, ...]:
        return {
            "beat": self.beats_s,
            "bar": self.bars_s,
            "section": self.sections_s,
            "lyric": self.lyrics_s,
            "off": (),
        }[to]


def apply(operation: CutOperation, cuts: Cuts, context: CutContext) -> Cuts | None:
    """Cuts after one operation; None means that the analysis decides again.

    Raises:
        RefusedEdit: The operation would move a locked cut, name an unknown one, change the
            order of cuts, make a slot of no length, or bring one beyond the limits.
    """
    if isinstance(operation, Revert):
        return None
    if isinstance(operation, Lock):
        return _locked(operation, cuts)
    if isinstance(operation, Split):
        changed = _split(operation, cuts, context)
    elif isinstance(operation, Merge):
        changed = _merged(operation, cuts)
    else:
        changed = _moved(operation, cuts, context)
    _check(changed, cuts, context)
    return changed


def apply_all(operations: Iterable[CutOperation], cuts: Cuts, context: CutContext) -> Cuts | None:
    """Cuts after all operations in order, or a refusal of all of them.

    Raises:
        RefusedEdit: As for :func:`apply`; also when anything follows a revert, whose cuts are
            not known here.
    """
    result: Cuts | None = cuts
    for operation in operations:
        if result is None:
            raise RefusedEdit(
                "The cuts were just given back to the analysis.", "Try the last step again."
            )
        result = apply(operation, result, context)
    return result


def _moved(operation: Move | Shift | Nudge, cuts: Cuts, context: CutContext) -> Cuts:
    ids = (operation.id,) if isinstance(operation, Move) else operation.ids
    chosen = set(_movable(ids, cuts))
    target = _target(operation, context)
    return tuple(_at(cut, target(cut.time_s), context) if cut.id in chosen else cut for cut in cuts)


def _target(operation: Move | Shift | Nudge, context: CutContext) -> Callable[[float], float]:
    if isinstance(operation, Move):
        time_s = operation.time_s
        return lambda _old: time_s
    by_s = operation.delta_s if isinstance(operation, Shift) else operation.frames / context.fps
    return lambda old: old + by_s


def _movable(ids: Sequence[str], cuts: Cuts) -> Sequence[str]:
    known = {cut.id: cut for cut in cuts}
    for one in ids:
        if one not in known:
            raise RefusedEdit(
                "That cut is no longer there.", "The view now shows the cuts as they are."
            )
        if one == cuts[0].id:
            raise RefusedEdit(
                "The first cut is where the film begins, so it stays.",
                "Change the excerpt to begin elsewhere.",
            )
        if known[one].locked:
            raise RefusedEdit(
                f"The cut at {clock(known[one].time_s)} is locked.", "Unlock it first."
            )
    return ids


def _at(cut: Cut, time_s: float, context: CutContext) -> Cut:
    _inside(time_s, context)
    exact, on = place_of(max(0.0, time_s), context)
    return cut.model_copy(update={"time_s": exact, "on": on, "by_hand": True})


def _inside(time_s: float, context: CutContext) -> None:
    """Refuse a time outside the film in the words of the song: where its end is."""
    if context.start_s <= time_s <= context.end_s:
        return
    began, end = clock(context.start_s), clock(context.end_s)
    song_s = context.song_s or context.end_s
    if time_s > song_s:
        why = f"{clock(time_s)} is past the end of the song, which is at {clock(song_s)}."
    elif time_s > context.end_s:
        why = f"{clock(time_s)} is past the end of the film, which ends at {end} of the song."
    else:
        why = f"{clock(time_s)} is before the film, which begins at {began} of the song."
    raise RefusedEdit(why, f"Choose a time between {began} and {end}.")


def place_of(time_s: float, context: CutContext) -> tuple[float, str]:
    """The exact time, and the strongest thing that lies there."""
    kinds: tuple[tuple[Snap, str], ...] = (
        ("section", "section"),
        ("bar", "bar"),
        ("beat", "beat"),
        ("lyric", "lyric"),
    )
    for kind, on in kinds:
        found = nearest(context.times(kind), time_s)
        if found is not None and abs(found - time_s) <= SAME_TIME_S:
            return found, on
    return tidy_s(time_s), "free"


def _split(operation: Split, cuts: Cuts, context: CutContext) -> Cuts:
    _inside(operation.time_s, context)
    time_s, on = place_of(operation.time_s, context)
    if not context.start_s < time_s < context.end_s:
        raise RefusedEdit("A split must lie inside the film.", "Choose a time between two cuts.")
    fresh = Cut.model_validate(
        {
            "id": cut_id(time_s, {cut.id for cut in cuts}),
            "time_s": time_s,
            "on": on,
            "by_hand": True,
        }
    )
    home = max(0, bisect_right([cut.time_s for cut in cuts], time_s) - 1)
    divided = cuts[home].model_copy(update={"whole": False})
    return (*cuts[:home], divided, fresh, *cuts[home + 1 :])


def _merged(operation: Merge, cuts: Cuts) -> Cuts:
    gone = set(_movable(operation.ids, cuts))
    left: list[Cut] = []
    for cut in cuts:
        if cut.id in gone:
            left[-1] = left[-1].model_copy(update={"whole": True})
        else:
            left.append(cut)
    return tuple(left)


def _locked(operation: Lock, cuts: Cuts) -> Cuts:
    chosen = set(operation.ids)
    if not chosen <= {cut.id for cut in cuts}:
        raise RefusedEdit(
            "That cut is no longer there.", "The view now shows the cuts as they are."
        )
    return tuple(
        cut.model_copy(update={"locked": operation.locked}) if cut.id in chosen else cut
        for cut in cuts
    )


def _check(changed: Cuts, before: Cuts, context: CutContext) -> None:
    """Refuse a broken partition, or one that is further beyond the limits than before.

    Only slots that are not as they were are looked at: a song of an hour has a thousand.
    """
    was = {cut.id: (cut.time_s, end_s) for cut, end_s in _spans(before, context.end_s)}
    starts = [cut.time_s for cut in before]
    fresh = [
        (cut, end_s)
        for cut, end_s in _spans(changed, context.end_s)
        if was.get(cut.id) != (cut.time_s, end_s)
    ]
    for cut, end_s in fresh:
        _check_order(cut, end_s, context)
    for cut, end_s in fresh:
        home = before[max(0, bisect_right(starts, cut.time_s) - 1)].id
        old_start_s, old_end_s = was[cut.id if cut.id in was else home]
        _check_length(cut, end_s - cut.time_s, old_end_s - old_start_s, context.limits)


def _spans(cuts: Cuts, end_s: float) -> Iterable[tuple[Cut, float]]:
    """Each cut with the end of its slot."""
    return zip(cuts, [*(cut.time_s for cut in cuts[1:]), end_s], strict=True)


def _check_order(cut: Cut, end_s: float, context: CutContext) -> None:
    """Every slot has at least one frame, counted as the film counts them."""
    first = frame_at(cut.time_s, context.fps, context.start_s)
    if frame_at(end_s, context.fps, context.start_s) <= first:
        raise RefusedEdit(
            f"That would leave no time for the slot at {clock(cut.time_s)}.",
            "Keep each cut at least a frame away from its neighbours.",
        )


def _check_length(cut: Cut, length_s: float, old_s: float, limits: SlotLimits) -> None:
    """Refuse a length that is further beyond a limit than ``old_s``, where the slot came from."""
    where = f"The slot at {clock(cut.time_s)} would last {length_s:.2f} s"
    if limits.over_s(length_s) > limits.over_s(old_s) + SLACK_S:
        raise RefusedEdit(
            f"{where}; the chosen model makes at most {limits.max_s:g} s.",
            "Split it, or choose a model that makes longer clips.",
        )
    if limits.under_s(length_s) > limits.under_s(old_s) + SLACK_S:
        raise RefusedEdit(
            f"{where}; the shortest slot is {limits.min_s:g} s.",
            "Remove one of its cuts instead.",
        )
