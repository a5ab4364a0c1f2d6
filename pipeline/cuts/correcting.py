"""Corrections of what was heard, and the cuts that follow: one decision, one step of undo.

    grid until now ──correction──> grid ──ANALYZE, ALIGN──> beats, bars ──settle──> cuts

The spectrum was kept when the song was first heard, so a correction takes tenths of a second: it
is computed here, in the calling thread. An hour of music goes to another process instead.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from pipeline import stage
from pipeline.bench import StoreBench
from pipeline.cuts.settle import Settled, resettled
from pipeline.errors import RefusedEdit, StaleEdit
from pipeline.lyrics.align import ALIGN
from pipeline.model import Frozen
from pipeline.project import GridChoice, Project, changed
from pipeline.stage import Stage
from pipeline.stages.analyze import ANALYZE

if TYPE_CHECKING:
    from pipeline.derivation import Derivation
    from pipeline.workshop import Workshop

Correction = Callable[[GridChoice], GridChoice]

# Longer songs are heard anew by a child process: their share of this one would be felt.
LONGEST_HERE_S = 900.0
# How often somebody may change the project meanwhile before this gives up.
TRIES = 5
MOST_TIMES, MOST_TURNS = 4, 15


class _Unwatched:
    """A report that nobody reads."""

    def progress(self, fraction: float, note: str = "") -> None: ...


def with_fields(**fields: object) -> Correction:
    """The correction that sets some fields to given values.

    Raises:
        RefusedEdit: When it is carried out and a value is out of bounds.
    """

    def correction(grid: GridChoice) -> GridChoice:
        try:
            return GridChoice.model_validate({**dict(grid), **fields})
        except ValidationError as error:
            raise RefusedEdit(
                "That is further than a correction goes.", "Go back, or listen to the song anew."
            ) from error

    return correction


def at_tempo(ratio: Fraction) -> Correction:
    """Beats at so many times their present tempo.

    Raises:
        RefusedEdit: When carried out, beyond four times or a quarter of what was heard.
    """

    def correction(grid: GridChoice) -> GridChoice:
        factor = Fraction(grid.tempo_factor).limit_denominator(64) * ratio
        if not Fraction(1, MOST_TIMES) <= factor <= MOST_TIMES:
            raise RefusedEdit(
                f"The tempo stays within {MOST_TIMES} times of what was heard.",
                "Choose another tempo.",
            )
        return with_fields(tempo_factor=float(factor), **_shifts_at(ratio, grid))(grid)

    return correction


def _shifts_at(ratio: Fraction, grid: GridChoice) -> dict[str, object]:
    """Shifts by half a beat seen from another tempo, so that there and back again is no change.

    A tempo that is no octave away has beats of its own, which are shifted as the old ones were.
    """
    up = {Fraction(2): 1, Fraction(1, 2): -1}.get(ratio, 0)
    here = (0,) if grid.half_beat else ()
    seen = sorted(octave - up for octave in (*grid.half_beat_octaves, *here))
    others = tuple(octave for octave in seen if octave)
    return {"half_beat": 0 in seen, "half_beat_octaves": others}


def by_half_a_beat(grid: GridChoice) -> GridChoice:
    return with_fields(half_beat=not grid.half_beat)(grid)


def as_heard(grid: GridChoice) -> GridChoice:
    """Beats and bars without corrections; how dense sections are is another matter."""
    return GridChoice(section_density=grid.section_density)


def by_seconds(later_s: float) -> Correction:
    """All beats later by so many seconds, to the millisecond."""
    return lambda grid: with_fields(nudge_s=round(grid.nudge_s + later_s, 3))(grid)


def by_bars(beats: int) -> Correction:
    """Bars that begin so many beats later."""

    def correction(grid: GridChoice) -> GridChoice:
        shift = grid.bar_shift + beats
        return with_fields(bar_shift=shift if abs(shift) <= MOST_TURNS else 0)(grid)

    return correction


def correct(studio: Workshop, project_id: str, label: str, correction: Correction) -> Settled:
    """Carry out a correction on the project as it stands, with its cuts, as one step of undo.

    Raises:
        RefusedEdit: The correction goes too far; nothing was changed.
        StaleEdit: Others change the project again and again.
        NotAudio, StorageFailed: As hearing the song does.
    """
    for _ in range(TRIES):
        before = studio.library.load(project_id)
        grid = correction(before.grid)
        if grid == before.grid:
            return Settled(before)
        found = _settled(studio, before, changed(before, grid=grid))
        decided = partial(changed, grid=grid, cuts=found.project.cuts)
        try:
            stored = studio.library.change(project_id, before.revision, label, decided)
        except StaleEdit:
            continue
        return Settled(stored, found.words)
    raise StaleEdit("The project changes too fast to follow.", "Make the correction again.")


def _settled(studio: Workshop, before: Project, after: Project) -> Settled:
    if hear(studio, after):
        return resettled(studio, before, after)
    # What was kept of the song is gone: the grid is decided, and a run hears it from the start.
    return Settled(after)


def hear(studio: Workshop, project: Project) -> bool:
    """Have the analysis and the words of these decisions in the store; False if it must listen."""
    look = studio.derivation(project)
    if look.heard is None:
        return False
    if look.analysis is None:
        _run(studio, look, ANALYZE, look.analyze_inputs)
        look = studio.derivation(project)
    if look.lyrics is None:
        _run(studio, look, ALIGN, look.align_inputs)
    return True


def _run(studio: Workshop, look: Derivation, made_by: Stage[Any, Any], inputs: Frozen) -> None:
    song = look.project.song
    if song is not None and song.duration_s > LONGEST_HERE_S:
        studio.pool.run_stage(made_by.name, inputs, _Unwatched())
        return
    bench = StoreBench(studio.store)
    try:
        stage.run(made_by, inputs, studio.store, bench)
    finally:
        bench.close()
