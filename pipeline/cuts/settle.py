"""Cuts found anew at once, for decisions that a person waits for.

The partition takes milliseconds, so a change of pace does not have to wait for a worker once the
song was heard. Its result goes to the store under the same key that a worker would use. What a
person did by hand stays: :mod:`pipeline.cuts.following` says how.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline import stage
from pipeline.bench import StoreBench
from pipeline.cuts.edits import CutContext
from pipeline.cuts.following import Beats, Carried, follow, kept_by_hand
from pipeline.cuts.identity import SAME_CUT_S, carry_ids
from pipeline.limits import limits_of
from pipeline.model import Cut
from pipeline.project import Project, changed
from pipeline.stages.slots import SLOTS, SlotPlan

if TYPE_CHECKING:
    from pipeline.derivation import Derivation
    from pipeline.workshop import Workshop


@dataclass(frozen=True)
class Settled:
    """A project with its cuts settled, and one sentence about what became of them."""

    project: Project
    words: str = ""


def found_cuts(
    studio: Workshop, project: Project, fixed: tuple[Cut, ...] | None = None
) -> SlotPlan | None:
    """The analysis's own cuts for these decisions; None while the song was not heard.

    Args:
        studio: Where results lie.
        project: The decisions.
        fixed: Cuts that stay; None: the locked ones among the project's.
    """
    look = studio.derivation(project)
    if look.analysis is None or look.lyrics is None:
        return None
    inputs = look.slot_inputs
    if fixed is not None:
        inputs = inputs.model_copy(update={"locked": fixed})
    bench = StoreBench(studio.store)
    try:
        return stage.run(SLOTS, inputs, studio.store, bench).value
    finally:
        bench.close()


def recut(studio: Workshop, project: Project, **fields: object) -> Settled:
    """A copy with some fields replaced and its cuts found anew around a person's own.

    Where nothing was done by hand the decision is left to the analysis, and follows it.
    """
    return resettled(studio, project, changed(project, **fields))


def resettled(studio: Workshop, before: Project, after: Project) -> Settled:
    """``after`` with the cuts of ``before`` carried over; both songs are heard already."""
    was, now = studio.derivation(before), studio.derivation(after)
    carried = Carried(())
    if before.cuts is not None and now.analysis is not None:
        carried = follow(kept_by_hand(before.cuts), _beats(was, now), context_of(now))
    after = changed(after, cuts=None)
    plan = found_cuts(studio, after, carried.fixed)
    if plan is None:
        return Settled(after)
    if carried.fixed:
        names = [cut.id for cut in carried.fixed]
        cuts = carry_ids(before.cuts or (), plan.cuts, SAME_CUT_S, names)
        after = changed(after, cuts=cuts)
    return Settled(after, told(len(plan.cuts) - 1 - _inner(carried, plan.cuts[0]), carried))


def keeping_cuts(
    studio: Workshop, project: Project, edit: Callable[[Project], Project]
) -> Callable[[Project], Project]:
    """The edit, with the cuts of a planned film kept where it brings other models' limits.

    The cuts of a film that nobody cut by hand follow the limits. Once shots are planned for them
    that would cost the plan: a slot that a model cannot serve says so instead.
    """
    look = studio.derivation(project)

    def kept(now: Project) -> Project:
        after = edit(now)
        same = limits_of(after, studio.catalogue) == limits_of(now, studio.catalogue)
        if same or look.plan is None or now.cuts is not None or after.cuts is not None:
            return after
        return changed(after, cuts=look.cuts)

    return kept


def context_of(look: Derivation) -> CutContext:
    """What edits of a project's cuts are judged by."""
    start_s, end_s = look.span
    heard, words = look.analysis, look.lyrics
    return CutContext(
        start_s=start_s,
        end_s=end_s,
        limits=look.limits,
        fps=look.project.format.fps,
        beats_s=heard.beats_s if heard else (),
        bars_s=heard.downbeats_s if heard else (),
        sections_s=tuple(one.start_s for one in heard.sections) if heard else (),
        lyrics_s=tuple(sorted(word.start_s for word in words.words)) if words else (),
        song_s=look.project.song.duration_s if look.project.song else 0.0,
    )


def told(found: int, carried: Carried) -> str:
    """What became of the cuts, in one sentence."""
    parts = [f"{_counted(found)} found anew"] if found else []
    if carried.kept:
        parts.append(f"{carried.kept} of yours kept")
    if carried.moved:
        beats = "its beat" if carried.moved == 1 else "their beats"
        parts.append(f"{carried.moved} of yours moved with {beats}")
    if carried.dropped:
        parts.append(f"{carried.dropped} of yours had no room and went")
    return ", ".join(parts or ["No cut had to move"]) + "."


def _counted(cuts: int) -> str:
    return "1 cut" if cuts == 1 else f"{cuts} cuts"


def _inner(carried: Carried, first: Cut) -> int:
    """Fixed cuts that are not the film's beginning."""
    return sum(cut.time_s > first.time_s for cut in carried.fixed)


def _beats(was: Derivation, now: Derivation) -> Beats | None:
    """How the beats moved between two corrections; None when nothing says that they did."""
    old, new = was.project.grid, now.project.grid
    if was.analysis is None or now.analysis is None or old == new:
        return None
    # With another tempo the shift has another meaning: doubled beats hold those of both phases.
    shifted = new.half_beat - old.half_beat if new.tempo_factor == old.tempo_factor else 0
    return Beats(
        was.analysis.beats_s,
        now.analysis.beats_s,
        later_s=new.nudge_s - old.nudge_s,
        later_beats=shifted / 2,
    )
